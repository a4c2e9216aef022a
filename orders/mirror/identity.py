"""Whose orders a key shows: known before anything of it is written, and asked again where an answer does not tell.

Glu's organisation is pinned by its id; where Glu does not tell that, orders that are here are compared with what the
key shows: their id, uuid and time of creation.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import GluError, KeyRefused, NotFound, Refused, Unreachable, Unreadable
from glu_admin.glu.lists import Row, read_uuid
from glu_admin.keys.recognition import OtherOrganisationError, Owner
from glu_admin.tenancy.models import Organisation
from orders.endpoints import list_orders, read_order, read_organisation
from orders.mirror.rhythm import IDENTITY
from orders.mirror.session import Session
from orders.mirror.writing.bulk import found
from orders.models import MirrorState, MissingOrder, Order, Transaction
from orders.models.mirror_state import state_of

CANNOT_PIN = ""
"""What stands in the state where Glu does not tell the organisation."""
_NOBODY = Owner("", "")


def pin_identity(session: Session, *, always: bool = False) -> None:
    """Make sure whose the key is, and pin it: once for each key, then now and then, or `always`.

    Raises OtherOrganisationError, and GluError where it cannot be found out.
    """
    state, moment = session.state(), now()
    asked = state.organisation_asked_at
    known = (
        state.identified_key == session.glu.client.key_id and asked is not None and abs(moment - asked) < IDENTITY.every
    )
    if known and not always:
        return
    owner = recognise(session.organisation, session.glu.client)
    with session.writing() as state:
        state.organisation_asked_at, state.identified_key = moment, session.glu.client.key_id
        state.glu_organisation_id = state.glu_organisation_id or (owner.glu_id if owner else CANNOT_PIN)
        if owner:
            state.glu_organisation_name = owner.name


def prove(session: Session) -> None:
    """Ask now whose the key is. Raises OtherOrganisationError, and GluError where it cannot be found out."""
    organisation, client, state = session.organisation, session.glu.client, session.state()
    asked = session.glu.proofs.asking()
    with client.before_others():  # what came meanwhile waits to be written, and what comes next to be asked for
        if state.glu_organisation_id == CANNOT_PIN and (known := _some_orders(organisation)):
            # Glu does not tell; whether it does by now is asked by the hour, in `pin_identity`.
            _compare(organisation, client, known, None)
        else:
            _recognise(organisation, client, state)
    session.glu.proofs.show(asked)


def prove_beside(session: Session, then: Callable[[bool], None]) -> bool:
    """Ask in a thread whose the key is, so that work goes on meanwhile; false where there is nothing to ask.

    `then` is called with the answer when it is handed over: true when the key is this organisation's, and what had come
    until now proven; false when that does not tell, and `prove` is to find out what it means.
    """
    question = _question(session)
    if question is None:
        return False
    ask, is_ours = question
    client, proofs = session.glu.client, session.glu.proofs
    asked = proofs.asking()

    def _ask() -> Any:
        with client.before_others():
            return ask()

    def _judge(future: Future[Any]) -> None:
        ours = future.exception() is None and is_ours(future.result())
        if ours:
            proofs.show(asked)
        then(ours)

    session.glu.finished.bring(session.glu.ask_beside(_ask), _judge)
    return True


def _question(session: Session) -> tuple[Callable[[], Any], Callable[[Any], bool]] | None:
    """What tells fastest whose the key is, and whether an answer says that it is this organisation's."""
    client, organisation, pinned = session.glu.client, session.organisation, session.state().glu_organisation_id
    if pinned:
        return partial(read_organisation, client), lambda raw: (_owner(raw) or _NOBODY).glu_id == pinned
    order = next(iter(_some_orders(organisation)), None)
    if order is None:
        return None
    return partial(read_order, client, order.glu_id), lambda row: _is_here(organisation, row)


def recognise(organisation: Organisation, client: GluClient) -> Owner | None:
    """Whose the client's key is, None where Glu does not tell and nothing speaks against it.

    Raises OtherOrganisationError when it is not this organisation's, and GluError where it cannot be found out.
    """
    return _recognise(organisation, client, state_of(organisation))


def _recognise(organisation: Organisation, client: GluClient, state: MirrorState | None) -> Owner | None:
    pinned = state.glu_organisation_id if state else None
    owner, error = None, None
    try:
        owner = _owner(read_organisation(client))  # a path that is not documented
    except KeyRefused:
        raise
    except (NotFound, Refused, Unreachable, Unreadable) as failed:  # a key or a route that fails here may give orders
        error = failed
    if owner is not None and pinned:
        if owner.glu_id != pinned:
            name = state.glu_organisation_name if state else ""
            said = gettext("Glu says that this key opens %(owner)s; the orders here are those of %(pinned)s.")
            raise OtherOrganisationError(said % {"owner": owner, "pinned": Owner(pinned, name)})
        return owner
    known = _some_orders(organisation)
    if known:
        _compare(organisation, client, known, owner)
    elif pinned and error is not None and not isinstance(error, (NotFound, Refused)):
        raise error  # nothing is here to compare with, and soon it may tell again
    return owner


def recognise_page(session: Session, rows: Iterable[Row], asked: int | None = None) -> set[int]:
    """Make sure of a page of orders, before it is written, that it is this organisation's.

    With `asked`, the moment at which Glu itself was asked for it, it stands for what had come until then as well. Gives
    the ids under which another order is here. Raises OtherOrganisationError, GluError.
    """
    same = _compared(session.organisation, rows)
    strangers = {glu_id for glu_id, (is_same, _) in same.items() if not is_same}
    # One order that is here already, the same in uuid and creation, vouches for the whole answer, unless it may have
    # come from elsewhere itself.
    if strangers or not any(is_sure for _, is_sure in same.values()):
        prove(session)
    elif asked is not None:
        session.glu.proofs.show(asked)
    return strangers


def without(rows: list[Row], strangers: set[int]) -> list[Row]:
    """The rows whose ids are not among `strangers`."""
    if not strangers:
        return rows
    return [row for row in rows if row.glu_id not in strangers]


def recognise_transactions(session: Session, rows: Iterable[Row], asked: int | None = None) -> None:
    """Make sure of a page of transactions, before it is written, that it is this organisation's.

    They are known by their ids and times of creation; `asked` as for a page of orders. Raises OtherOrganisationError,
    GluError.
    """
    created = {row.glu_id: row.created.instant for row in rows if row.glu_id is not None and row.created is not None}
    if not created:
        return
    here = found(session.organisation, Transaction, ("glu_id", "created_at"), by="glu_id", among=created)
    same = any(created[glu_id] == created_at for glu_id, created_at in here)
    # While orders are held back as perhaps another organisation's, its transactions may be here too: none vouches.
    if not same or session.organisation.missing_orders.filter(held=True).exists():
        prove(session)
    elif asked is not None:
        session.glu.proofs.show(asked)


def _owner(raw: dict[str, Any]) -> Owner | None:
    identity = raw.get("id", raw.get("hashId"))
    if not isinstance(identity, (int, str)) or isinstance(identity, bool) or not str(identity).strip():
        return None
    name = raw.get("name")
    return Owner(str(identity)[:60], " ".join(name.split())[:100] if isinstance(name, str) else "")


def _sure(organisation: Organisation) -> QuerySet[Order]:
    """Orders that Glu shows with this organisation's key, as far as is known: others may have come from elsewhere."""
    return organisation.orders.filter(gone_at=None, missing=None)


def _some_orders(organisation: Organisation) -> list[Order]:
    """A few orders from all over what is here; those of which we are not sure only where there are no others."""
    some: dict[int, Order] = {}
    for orders in (_sure(organisation), organisation.orders.all()):
        for column in ("-created_at", "created_at", "pk", "-pk"):
            for order in orders.only("glu_id", "uuid", "created_at").order_by(column)[:1]:
                some.setdefault(order.glu_id, order)
        if some:
            break
    return list(some.values())


def _compare(organisation: Organisation, client: GluClient, known: list[Order], owner: Owner | None) -> None:
    """Return once the key shows one of the orders that are here; raises OtherOrganisationError when it shows none."""
    failed: GluError | None = None
    for order in known:
        try:
            if _is_here(organisation, read_order(client, order.glu_id)):
                return
        except NotFound:
            continue
        except KeyRefused:
            raise
        except (Refused, Unreachable, Unreadable) as error:
            failed = error
    if any(is_same and is_sure for is_same, is_sure in _compared(organisation, list_orders(client).rows).values()):
        return
    if failed is not None:
        raise failed  # that these could not be read says nothing of whose they are
    said = (
        gettext("Glu says that this key opens %(owner)s. It does not know the orders that are here, such as %(order)s.")
        if owner
        else gettext(
            "This key opens another organisation: it does not know the orders that are here, such as %(order)s."
        )
    )
    raise OtherOrganisationError(said % {"owner": owner, "order": known[0].glu_id})


def _is_here(organisation: Organisation, row: Row) -> bool:
    return any(is_same for is_same, _ in _compared(organisation, [row]).values())


def _compared(organisation: Organisation, rows: Iterable[Row]) -> dict[int, tuple[bool, bool]]:
    """The ids of rows under which an order is here: whether it is the same one, and whether we are sure of ours."""
    came = {row.glu_id: (row, row.created) for row in rows if row.glu_id is not None and row.created is not None}
    here = found(organisation, Order, ("id", "glu_id", "uuid", "created_at", "gone_at"), by="glu_id", among=came)
    missing = dict(found(organisation, MissingOrder, ("order", "id"), by="order", among=[pk for pk, *_ in here]))
    same = {}
    for pk, glu_id, uuid, created_at, gone_at in here:
        row, created = came[glu_id]
        its_uuid = read_uuid(row.raw.get("uuid"))
        is_same = uuid == its_uuid if uuid and its_uuid else created_at == created.instant
        same[glu_id] = is_same, gone_at is None and pk not in missing
    return same
