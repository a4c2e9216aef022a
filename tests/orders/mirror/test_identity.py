"""Never each other's data: keys swapped, swapped back, and swapped while a slice runs; with and without a pin.

Both organisations of the sandbox have the same Glu ids, so that a foreign line or order would fit everywhere.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import Unreachable
from glu_admin.glu.lists import read_rows
from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.keys.vault import client_for, try_key
from glu_admin.sandbox.server import RunningSandbox
from orders.mirror.engine import run_slice
from orders.mirror.gone import mark_gone
from orders.mirror.identity import recognise
from orders.mirror.refresh import retry_set_aside
from orders.mirror.session import Session
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorRun, MirrorState
from orders.recheck import want_check, want_range
from tests.conftest import GOLF_KEY, HOTEL_KEY, accepted_key
from tests.orders.mirroring import by_id, due, equal, mirror_everything, mirrored, work

State, Slot = GluKey.State, GluKey.Slot


@pytest.fixture(params=[False, True], ids=["pinned", "Glu tells no organisation"])
def cannot_pin(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> bool:
    """With a Glu that names the organisation behind a key, and with one that does not."""
    for shop in sandbox.world.shops.values():
        shop.faults.no_organisation = request.param
    return bool(request.param)


def swap(sandbox: RunningSandbox, to: str = "golf") -> None:
    """At Glu, the hotel's key comes to open the other organisation; or its own again, with `to` empty."""
    sandbox.world.shops["hotel"].faults.swapped = to


def tried(organisation: Any, secret: str) -> GluKey:
    key = lifecycle.set_key(organisation, secret, None)
    try_key(key)
    key.refresh_from_db()
    return key


def slice_by_slice(session: Session, most: int = 30) -> None:
    """Slices until nothing is left, or the key rests."""
    for _ in range(most):
        if not run_slice(session, lambda: False) or not lifecycle.organisations_to_mirror().exists():
            return


def rest_ends(session: Session, sandbox: RunningSandbox) -> None:
    """The key is tried again by itself, as the tick has it done, and accepted."""
    organisation = session.organisation
    organisation.glu_keys.update(try_again_at=now())
    [pk] = lifecycle.keys_to_try()
    assert try_key(organisation.glu_keys.get(pk=pk)) == State.ACCEPTED
    session.glu.client.close()
    session.glu.client = client_for(organisation)


def test_a_new_key_of_another_organisation_is_refused_with_both_names(session: Session, cannot_pin: bool) -> None:
    mirror_everything(session)
    before = mirrored(session.organisation)
    key = tried(session.organisation, GOLF_KEY)
    assert (key.slot, key.state) == (Slot.CANDIDATE, State.FOREIGN)
    if cannot_pin:
        assert "does not know the orders that are here" in key.detail
    else:
        assert key.detail == (
            "Glu says that this key opens Brae Links (6); the orders here are those of Alder House (5)."
        )
    current = lifecycle.current_key(session.organisation)
    assert current is not None
    assert (current.last_four, current.state) == ("0001", State.ACCEPTED)
    work(session)
    assert mirrored(session.organisation) == before


def test_an_organisation_that_holds_nothing_yet_takes_the_key(house: Any, sandbox: RunningSandbox) -> None:
    key = tried(house.golf, GOLF_KEY)
    assert (key.state, key.opens) == (State.ACCEPTED, "Brae Links (6)")


def test_orders_without_a_pin_are_compared_before_the_pin_is_set(session: Session, sandbox: RunningSandbox) -> None:
    """As in a database that was filled by an earlier version, or by an import."""
    mirror_everything(session)
    MirrorState.across_organisations.filter(organisation=session.organisation).update(
        glu_organisation_id=None, organisation_asked_at=None, identified_key=None
    )
    assert tried(session.organisation, GOLF_KEY).state == State.FOREIGN
    assert str(recognise(session.organisation, session.glu.client)) == "Alder House (5)"
    orders = session.organisation.orders
    orders.exclude(pk__in=orders.order_by("created_at").values("pk")[:1]).delete()
    assert str(recognise(session.organisation, session.glu.client)) == "Alder House (5)"
    orders.update(uuid=None)
    assert tried(session.organisation, GOLF_KEY).state == State.FOREIGN


def test_what_cannot_be_asked_judges_no_key(session: Session, sandbox: RunningSandbox, broken: dict[str, Any]) -> None:
    mirror_everything(session)
    newest = session.organisation.orders.order_by("-created_at")[0].glu_id
    broken["/organisation"] = broken[f"/orders/{newest}"] = Unreachable("No.")
    recognise(session.organisation, session.glu.client)  # another order tells
    for row in sandbox.truth("hotel"):
        broken[f"/orders/{row['id']}"] = Unreachable("No.")
    recognise(session.organisation, session.glu.client)  # the list does
    swap(sandbox)
    with pytest.raises(Unreachable):
        recognise(session.organisation, session.glu.client)


def test_a_key_that_changes_at_the_source_writes_nothing(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    mirror_everything(session)
    before = mirrored(session.organisation)
    transactions = list(session.organisation.transactions.values_list("glu_id", "payload_hash").order_by("glu_id"))
    swap(sandbox)
    for what in ("next_due_at", "trailing_due_at", "whole_due_at", "transactions_due_at"):
        due(session, what)
        session.organisation.glu_keys.update(state=State.ACCEPTED)
        session.organisation.orders.update(lines_due_at=now())
        slice_by_slice(session)
        assert session.state().last_error_kind == "wrong_organisation"
        current = lifecycle.current_key(session.organisation)
        assert current is not None
        assert current.state == State.FOREIGN
        assert current.try_again_at is not None
    assert mirrored(session.organisation) == before
    assert not session.organisation.missing_orders.exists()
    assert not session.organisation.orders.filter(gone_at__isnull=False).exists()
    after = session.organisation.transactions.values_list("glu_id", "payload_hash").order_by("glu_id")
    assert list(after) == transactions
    swap(sandbox, "")
    rest_ends(session, sandbox)
    sandbox.world.step("hotel")
    due(session, "next_due_at", "wait_until")
    work(session)
    assert equal(session, sandbox)


def test_newer_orders_of_another_organisation_are_not_taken_for_new_ones(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    mirror_everything(session)
    before = mirrored(session.organisation)
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    for number in range(3):
        order = {"id": 990_000 + number, "createdAt": moment.isoformat(), "updatedAt": moment.isoformat(), "total": 5}
        sandbox.world.put("golf", {**order, "uuid": f"00000000-0000-4000-8000-00000000000{number}"}, [])
    swap(sandbox)
    due(session, "next_due_at")
    slice_by_slice(session)
    assert session.state().last_error_kind == "wrong_organisation"
    assert mirrored(session.organisation) == before


def test_a_quiet_organisation_is_no_proof_of_a_fresh_copy(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    mirror_everything(session)
    sandbox.world.step("hotel")
    due(session, "next_due_at")
    work(session)
    looks = session.organisation.mirror_runs.filter(kind="changes", state="complete").count()
    shop = sandbox.world.shops["golf"]
    for row in sandbox.truth("golf"):
        sandbox.world.delete("golf", row["id"])
    assert not shop.sold
    swap(sandbox)
    due(session, "next_due_at")
    slice_by_slice(session)
    assert session.state().last_error_kind == "wrong_organisation"
    assert session.organisation.mirror_runs.filter(kind="changes", state="complete").count() == looks


@pytest.mark.parametrize("after", [1, 2, 3, 8, 40, 140])
def test_swapped_while_a_slice_runs(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any request of a first copy: what is written until then is the hotel's, and afterwards nothing is."""
    if cannot_pin and after == 1:
        return  # nothing is here that could be compared: so far it is the other organisation's key
    once, asked = GluClient._once, iter(range(10_000))

    def swapping(self: GluClient, *args: Any) -> Any:
        if next(asked) == after:
            swap(sandbox)
        return once(self, *args)

    monkeypatch.setattr(GluClient, "_once", swapping)
    slice_by_slice(session)
    assert next(asked) > after
    truth, here = by_id(sandbox.truth("hotel")), mirrored(session.organisation)
    for row in here:
        lines = row.pop("lines", [])
        theirs = truth[row["id"]]
        assert row == {name: value for name, value in theirs.items() if name != "lines"}
        assert lines in ([], theirs["lines"])
    assert lifecycle.current_key(session.organisation).state == State.FOREIGN  # type: ignore[union-attr]
    swap(sandbox, "")
    rest_ends(session, sandbox)
    due(session, "wait_until", "next_due_at", "transactions_due_at")
    work(session)
    assert equal(session, sandbox)
    moves = {transaction["id"] for transaction in sandbox.world.shops["hotel"].transactions()}
    assert set(session.organisation.transactions.values_list("glu_id", flat=True)) == moves


def test_by_hand_it_is_asked_at_every_run(session: Session, sandbox: RunningSandbox, cannot_pin: bool) -> None:
    mirror_everything(session)
    before = mirrored(session.organisation)
    session.lease.release()
    swap(sandbox)
    for kind in ("changes", "trailing", "history", "reconcile", "transactions"):
        session.organisation.glu_keys.update(state=State.ACCEPTED)
        with pytest.raises(CommandError, match="opens"):
            call_command("mirror", "alder-house", "--pass", kind)
    assert mirrored(session.organisation) == before
    with pytest.raises(CommandError, match="opens"):  # tried again, and still another's
        call_command("mirror", "alder-house")
    swap(sandbox, "")
    call_command("mirror", "alder-house")
    assert equal(session, sandbox)


def test_by_hand_it_is_asked_also_where_nothing_comes(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    mirror_everything(session)
    session.lease.release()
    for row in sandbox.truth("golf"):
        sandbox.world.delete("golf", row["id"])
    swap(sandbox)
    for kind in ("changes", "trailing", "history", "reconcile", "transactions"):
        session.organisation.glu_keys.update(state=State.ACCEPTED)
        with pytest.raises(CommandError, match="opens"):
            call_command("mirror", "alder-house", "--pass", kind)
    assert not session.organisation.missing_orders.exists()


def test_what_was_set_aside_is_not_forgotten_because_another_organisation_has_it_not(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    mirror_everything(session)
    unusable = {**sandbox.truth("hotel")[0], "id": 990_000, "createdAt": "soon"}
    write_orders(session.organisation, read_rows([unusable]), now())
    assert session.organisation.set_aside.count() == 1
    swap(sandbox)
    with pytest.raises(OtherOrganisationError):
        retry_set_aside(session)
    assert session.organisation.set_aside.count() == 1
    swap(sandbox, "")
    retry_set_aside(session)
    assert not session.organisation.set_aside.exists()


def test_a_foreign_order_under_one_of_our_numbers_stops_no_first_contact(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    """Such as a file brought, before Glu was ever asked."""
    newest, other = (sandbox.truth("hotel")[place]["id"] for place in (0, 1))
    rows = {row["id"]: row for row in sandbox.truth("hotel")}
    write_orders(session.organisation, read_rows([rows[other], {**rows[newest], "uuid": str(UUID(int=9))}]), now())
    slice_by_slice(session)
    [held] = session.organisation.missing_orders.filter(foreign=True)
    assert held.order.glu_id == newest
    assert session.organisation.orders.count() == 130
    assert session.state().last_error == ""


@pytest.mark.parametrize("want", ["check", "range"])
def test_what_a_person_asks_for_meanwhile(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool, want: str
) -> None:
    mirror_everything(session)
    before = mirrored(session.organisation)
    swap(sandbox)
    asked: Callable[[], object] = {
        "check": lambda: want_check(session.organisation, session.organisation.orders.all()[3]),
        "range": lambda: want_range(session.organisation, None, None),
    }[want]
    asked()
    slice_by_slice(session)
    assert session.state().last_error_kind == "wrong_organisation"
    assert mirrored(session.organisation) == before
    assert not session.organisation.orders.exclude(check_words="").exists()
    assert not session.organisation.missing_orders.exists()


def test_a_slice_identifies_a_key_that_it_has_not_worked_with(session: Session, cannot_pin: bool) -> None:
    """Also within the hour, and whatever its trial found: another worker may have written meanwhile."""
    mirror_everything(session)
    accepted_key(session.organisation, GOLF_KEY)
    session.glu.client.close()
    session.glu.client = client_for(session.organisation)
    assert not run_slice(session, lambda: False)
    assert session.state().last_error_kind == "wrong_organisation"
    assert session.organisation.mirror_runs.filter(state=MirrorRun.State.RUNNING).count() == 0


@pytest.fixture
def emptied_golf(sandbox: RunningSandbox) -> Callable[[int], dict[str, Any]]:
    """The golf club has none of the numbers that the hotel has; it is given orders of its own, a minute from now."""
    for row in sandbox.truth("golf"):
        sandbox.world.delete("golf", row["id"])
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)

    def _put(number: int) -> dict[str, Any]:
        uuid = f"00000000-0000-4000-8000-{number:012}"
        stamp = moment.isoformat()
        row = {"id": 990_000 + number, "uuid": uuid, "createdAt": stamp, "updatedAt": stamp, "total": 5}
        sandbox.world.put("golf", row, [])
        return row

    return _put


@pytest.mark.parametrize("gone", [False, True])
def test_what_may_have_come_from_elsewhere_vouches_for_nothing(
    session: Session,
    sandbox: RunningSandbox,
    cannot_pin: bool,
    emptied_golf: Callable[[int], dict[str, Any]],
    gone: bool,
) -> None:
    """Orders and transactions that an earlier version took in, and that Glu does not show with the right key."""
    hotel = session.organisation
    mirror_everything(session)
    taken = [emptied_golf(number) for number in range(8)]
    write_orders(hotel, read_rows(taken), now())
    write_transactions(hotel, read_rows(sandbox.world.shops["golf"].transactions()[:1]), now(), None)
    foreign = hotel.orders.filter(glu_id__gte=990_000)
    foreign.update(first_copied_at=now() - timedelta(days=1), lines_due_at=None)
    due(session, "whole_due_at")
    work(session)
    assert hotel.missing_orders.filter(held=True).count() == 8
    if gone:
        mark_gone(hotel, list(foreign[:7]), now())
        hotel.missing_orders.filter(order__gone_at__isnull=False).delete()
    orders, transactions = mirrored(hotel), hotel.transactions.count()
    for number in range(8, 11):
        emptied_golf(number)
    assert tried(hotel, GOLF_KEY).state == State.FOREIGN
    swap(sandbox)
    for what in ("next_due_at", "transactions_due_at"):
        due(session, what)
        hotel.glu_keys.filter(slot=Slot.CURRENT).update(state=State.ACCEPTED)
        slice_by_slice(session)
        assert session.state().last_error_kind == "wrong_organisation"
    assert mirrored(hotel) == orders
    assert hotel.transactions.count() == transactions


def test_one_key_in_two_organisations_is_refused(house: Any, sandbox: RunningSandbox) -> None:
    accepted_key(house.golf, GOLF_KEY)
    with pytest.raises(lifecycle.InvalidKey, match="another organisation here"):
        lifecycle.set_key(house.hotel, GOLF_KEY, None)
    lifecycle.remove_key(house.golf)
    assert tried(house.hotel, GOLF_KEY).state == State.ACCEPTED


def test_one_key_tried_for_two_organisations_at_once_is_accepted_for_one(house: Any, sandbox: RunningSandbox) -> None:
    keys = [lifecycle.set_key(organisation, GOLF_KEY, None) for organisation in (house.hotel, house.golf)]
    GluKey.across_organisations.update(fingerprint="")  # as an earlier version left them
    states = [try_key(key) for key in keys]
    assert states == [State.ACCEPTED, State.FOREIGN]


def test_keys_that_were_swapped_by_mistake_are_swapped_back(house: Any, sandbox: RunningSandbox) -> None:
    """Neither organisation takes the other's key while it holds orders; and no key is in both."""
    for organisation, secret in ((house.hotel, HOTEL_KEY), (house.golf, GOLF_KEY)):
        assert tried(organisation, secret).state == State.ACCEPTED
        call_command("mirror", organisation.slug)
    for organisation, secret in ((house.hotel, GOLF_KEY), (house.golf, HOTEL_KEY)):
        with pytest.raises(lifecycle.InvalidKey):
            lifecycle.set_key(organisation, secret, None)
    for organisation in (house.hotel, house.golf):
        lifecycle.remove_key(organisation)
    assert tried(house.hotel, GOLF_KEY).state == State.FOREIGN
    assert tried(house.golf, HOTEL_KEY).state == State.FOREIGN
    for organisation, secret, name in ((house.hotel, HOTEL_KEY, "hotel"), (house.golf, GOLF_KEY, "golf")):
        assert tried(organisation, secret).state == State.ACCEPTED
        call_command("mirror", organisation.slug)
        assert by_id(mirrored(organisation)) == by_id(sandbox.truth(name))


def test_a_foreign_order_under_one_of_our_numbers_stops_nothing(
    session: Session, sandbox: RunningSandbox, cannot_pin: bool
) -> None:
    """Such as an earlier version took in: it is held, nothing of the right one is written over it."""
    mirror_everything(session)
    victim = sandbox.truth("hotel")[3]["id"]
    session.organisation.orders.filter(glu_id=victim).update(uuid="00000000-0000-4000-8000-000000000009")
    due(session, "whole_due_at")
    work(session)
    [held] = session.organisation.missing_orders.filter(foreign=True)
    assert (held.order.glu_id, held.held) == (victim, True)
    run = session.organisation.mirror_runs.filter(kind=MirrorRun.Pass.RECONCILE).order_by("-pk")[0]
    assert run.state == MirrorRun.State.COMPLETE
    swap(sandbox)
    with pytest.raises(OtherOrganisationError):
        recognise(session.organisation, session.glu.client)
