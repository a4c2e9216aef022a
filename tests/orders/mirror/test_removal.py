"""Orders that came from another organisation are found and removed, and what belongs here comes back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now

from glu_admin.glu.lists import read_rows
from glu_admin.keys import lifecycle
from glu_admin.keys.models import GluKey
from glu_admin.keys.tasks import try_key
from glu_admin.sandbox.server import RunningSandbox
from orders.exports.making import forget_expired
from orders.foreign import strangers, want_everything_removed, want_removed
from orders.mirror.engine import run_slice
from orders.mirror.gone import mark_gone, suspect
from orders.mirror.identity import CANNOT_PIN
from orders.mirror.removal import to_be_removed
from orders.mirror.session import Session
from orders.mirror.writing.counts import recount
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorState, OrderCounter, TypicalTimes
from orders.models.counter import COUNTED_FIELDS
from orders.proof.report import mirror_report
from orders.proof.trouble import needs_a_person
from orders.tasks import remove_foreign, tick
from tests.conftest import GOLF_KEY, HOTEL_KEY
from tests.orders.mirroring import by_id, due, equal, mirror_everything, mirrored

PAGE = "/o/alder-house/mirror/elsewhere/"
SHARED = 4  # numbers that both organisations have


@pytest.fixture
def mixed(session: Session, sandbox: RunningSandbox) -> Session:
    """The hotel with 12 orders of the golf club among its own, as an earlier version took them in."""
    hotel, truth = session.organisation, sandbox.truth("golf")
    mirror_everything(session)
    hotel.orders.filter(glu_id__in=[row["id"] for row in truth[:SHARED]]).delete()
    foreign = [row if at < SHARED else {**row, "id": row["id"] + 500_000} for at, row in enumerate(truth[:12])]
    plain = [{name: value for name, value in row.items() if name != "lines"} for row in foreign]
    written = write_orders(hotel, read_rows(plain), now())
    lines = {row["id"]: [{**line, "id": line["id"] + 10**7} for line in row["lines"]] for row in foreign}
    write_lines(hotel, [LineSet(pk, glu_id, read_rows(lines[glu_id])) for glu_id, pk in written.pks.items()], now())
    write_transactions(hotel, read_rows([{**sandbox.world.shops["golf"].transactions()[0], "id": 99}]), now(), None)
    recount(hotel)
    due(session, "whole_due_at")
    while run_slice(session, lambda: False):
        pass
    session.lease.release()
    return session


def finish(session: Session) -> None:
    """Whatever is due by then, by hand."""
    call_command("mirror", session.organisation.slug, "--pass", "reconcile")


def counted(session: Session) -> dict[tuple[str, ...], int]:
    rows = OrderCounter.across_organisations.filter(organisation=session.organisation, n__gt=0)
    return {row[:-1]: row[-1] for row in rows.values_list(*COUNTED_FIELDS, "n")}


def test_they_are_found_and_removed_in_one_step(
    mixed: Session, sandbox: RunningSandbox, manager_client: Client
) -> None:
    hotel = mixed.organisation
    assert strangers(hotel).count() == 12
    assert hotel.missing_orders.filter(foreign=True).count() == SHARED
    said = [trouble.what for trouble in needs_a_person(mirror_report(hotel))]
    assert f"{SHARED} orders of another organisation are here." in said
    page = manager_client.get(PAGE).content.decode()
    assert "Remove these 12 orders" in " ".join(page.split())
    assert page.count("Glu has another order under this number") == SHARED
    manager_client.post(PAGE, {"decision": "remove", "orders": "12"})
    remove_foreign(hotel.pk)
    assert not hotel.missing_orders.exists()
    assert hotel.orders.count() == 130 - SHARED
    assert not hotel.transactions.filter(glu_id=99).exists()
    before = counted(mixed)
    recount(hotel)
    assert counted(mixed) == before
    finish(mixed)
    assert equal(mixed, sandbox)
    theirs = {transaction["id"] for transaction in sandbox.world.shops["hotel"].transactions()}
    assert set(hotel.transactions.values_list("glu_id", flat=True)) == theirs


def test_nothing_made_of_them_stays(mixed: Session) -> None:
    hotel, moment = mixed.organisation, now()
    came = min(strangers(hotel).values_list("first_copied_at", flat=True))
    finished = {"before": came - timedelta(minutes=1), "since": came + timedelta(minutes=1)}
    for name, at in finished.items():
        hotel.exports.create(
            state="done", kind=name, asked_at=at, finished_at=at, expires_at=moment + timedelta(days=7)
        )
    times = [["dispatch", "Outstanding", "Post", 60, 600]]
    TypicalTimes.across_organisations.create(organisation=hotel, kinds=times, due_at=moment + timedelta(days=1))
    want_removed(hotel, gone=False, shown=12)
    remove_foreign(hotel.pk)
    forget_expired()
    assert {one.kind: one.state for one in hotel.exports.all()} == {"before": "done", "since": "expired"}
    typical = TypicalTimes.across_organisations.get()
    assert (typical.kinds, typical.due_at <= now()) == ([], True)


def test_what_goes_is_what_was_shown(mixed: Session, manager_client: Client) -> None:
    for orders, decision in (("11", "remove"), ("", "remove"), ("12", "everything"), ("12", "nonsense")):
        response = manager_client.post(PAGE, {"decision": decision, "orders": orders})
        assert (response.status_code == 409) == (decision != "nonsense")
        remove_foreign(mixed.organisation.pk)
    assert strangers(mixed.organisation).count() == 12


def test_a_hint_that_is_lost_costs_only_time(
    mixed: Session, manager_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    manager_client.post(PAGE, {"decision": "remove", "orders": "12"})
    monkeypatch.setattr("orders.tasks.hint", lambda name, *args, **_: sent.append((name, args[0])))
    tick()
    assert ("orders.remove_foreign", mixed.organisation.pk) in sent


def test_those_marked_as_gone_go_only_when_asked_for(mixed: Session, manager_client: Client) -> None:
    hotel = mixed.organisation
    mark_gone(hotel, [hotel.orders.filter(missing=None)[0]], now())
    assert "Remove these 13 orders" in " ".join(manager_client.get(f"{PAGE}?gone=1").content.decode().split())
    manager_client.post(PAGE, {"decision": "remove", "orders": "12"})
    remove_foreign(hotel.pk)
    assert hotel.orders.filter(gone_at__isnull=False).count() == 1
    manager_client.post(PAGE, {"decision": "remove", "orders": "1", "gone": "1"})
    remove_foreign(hotel.pk)
    assert not hotel.orders.filter(gone_at__isnull=False).exists()


def test_by_command(mixed: Session, sandbox: RunningSandbox, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="With --remove they go"):
        call_command("foreign_orders", "alder-house")
    said = capsys.readouterr().out
    assert "Glu does not show 12 orders that are here" in said
    assert said.count("Glu has another order under this number") == SHARED
    assert strangers(mixed.organisation).count() == 12
    call_command("foreign_orders", "alder-house", "--remove")
    assert "Removed 12 orders." in capsys.readouterr().out
    finish(mixed)
    assert equal(mixed, sandbox)
    call_command("foreign_orders", "alder-house")
    assert "Glu shows every order that is here." in capsys.readouterr().out


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_organisation_that_was_given_the_wrong_key_at_first(
    house: Any, sandbox: RunningSandbox, manager_client: Client, by_hand: bool
) -> None:
    """All that is here came from elsewhere: the right key is refused until a manager says so."""
    hotel = house.hotel
    try_key(lifecycle.set_key(hotel, GOLF_KEY, None).pk)
    call_command("mirror", "alder-house")
    assert by_id(mirrored(hotel)) == by_id(sandbox.truth("golf"))
    try_key(lifecycle.set_key(hotel, HOTEL_KEY, None).pk)
    key = lifecycle.candidate_key(hotel)
    assert key is not None
    assert key.state == GluKey.State.FOREIGN
    assert PAGE in manager_client.get("/o/alder-house/key/").content.decode()
    if by_hand:
        call_command("foreign_orders", "alder-house", "--everything")
    else:
        page = " ".join(manager_client.get(PAGE).content.decode().split())
        assert "Remove all 130 and use the other key" in page
        response = manager_client.post(PAGE, {"decision": "everything", "orders": "130"})
        assert response.headers["Location"] == "/o/alder-house/key/"
        assert "Everything that is here is being removed" in manager_client.get("/o/alder-house/key/").content.decode()
        page = manager_client.get(PAGE).content.decode()
        assert "Everything is being removed" in page
        assert 'value="everything"' not in page
        assert not lifecycle.organisations_to_mirror().filter(pk=hotel.pk).exists()
        assert lifecycle.keys_to_try() == []
        remove_foreign(hotel.pk)
        [pk] = lifecycle.keys_to_try()
        try_key(pk)
    assert not hotel.orders.exists()
    assert not hotel.transactions.exists()
    current = lifecycle.current_key(hotel)
    assert current is not None
    assert (current.last_four, current.state) == ("0001", GluKey.State.ACCEPTED)
    assert lifecycle.candidate_key(hotel) is None
    call_command("mirror", "alder-house")
    assert by_id(mirrored(hotel)) == by_id(sandbox.truth("hotel"))
    state = MirrorState.across_organisations.get(organisation=hotel)
    assert (state.glu_organisation_id, state.glu_organisation_name) == ("5", "Alder House")
    with pytest.raises(CommandError, match="no key that opens another"):
        call_command("foreign_orders", "alder-house", "--everything")


@pytest.fixture
def golf_at_first(house: Any, sandbox: RunningSandbox) -> GluKey:
    """The hotel's own key, refused where everything came with the golf club's."""
    try_key(lifecycle.set_key(house.hotel, GOLF_KEY, None).pk)
    call_command("mirror", "alder-house", "--pass", "history")
    try_key(lifecycle.set_key(house.hotel, HOTEL_KEY, None).pk)
    key = lifecycle.foreign_key(house.hotel)
    assert key is not None
    return key


@pytest.mark.parametrize("slot", GluKey.Slot)
def test_another_key_takes_back_the_word_that_everything_goes(golf_at_first: GluKey, slot: GluKey.Slot) -> None:
    """Whether the key that was to take over was new, or was in use and had come to open another organisation."""
    hotel = golf_at_first.organisation
    if slot == GluKey.Slot.CURRENT:
        hotel.glu_keys.exclude(pk=golf_at_first.pk).delete()
        hotel.glu_keys.update(slot=slot)
    assert want_everything_removed(hotel)
    another = lifecycle.set_key(hotel, GOLF_KEY, None)
    remove_foreign(hotel.pk)
    assert hotel.orders.count() == 130
    try_key(another.pk)
    current = lifecycle.current_key(hotel)
    assert current is not None
    assert (current.pk, current.state, current.takes_over) == (another.pk, GluKey.State.ACCEPTED, False)
    assert not to_be_removed()


def test_nothing_goes_for_a_key_that_another_organisation_uses(
    golf_at_first: GluKey, house: Any, manager_client: Client
) -> None:
    """It could not take over: one key is never in two organisations."""
    try_key(lifecycle.set_key(house.golf, HOTEL_KEY, None).pk)
    current = lifecycle.current_key(house.golf)
    assert current is not None
    assert current.state == GluKey.State.ACCEPTED
    assert not want_everything_removed(house.hotel)
    assert PAGE not in manager_client.get("/o/alder-house/key/").content.decode()
    remove_foreign(house.hotel.pk)
    assert house.hotel.orders.count() == 130


def test_nothing_goes_that_came_under_suspicion_after_it_was_shown(mixed: Session) -> None:
    hotel = mixed.organisation
    suspect(hotel, [hotel.orders.filter(missing=None)[0].pk], now())
    for gone in (False, True):
        assert not want_removed(hotel, gone=gone, shown=12)
        assert not to_be_removed()


def test_an_organisation_of_which_every_order_is_gone(
    session: Session, sandbox: RunningSandbox, manager_client: Client
) -> None:
    """Where Glu tells no organisation nothing is left to know a key by, its own as little as another's; a manager can.

    Such as one whose first orders were made to try things, and then deleted.
    """
    hotel = session.organisation
    mirror_everything(session)
    sandbox.world.shops["hotel"].faults.no_organisation = True
    for row in sandbox.truth("hotel"):
        sandbox.world.delete("hotel", row["id"])
    stamp = now().replace(microsecond=0).isoformat()
    sandbox.world.put("hotel", {"id": 990_000, "createdAt": stamp, "updatedAt": stamp, "total": 0, "subtotal": 0}, [])
    mark_gone(hotel, list(hotel.orders.all()), now())
    MirrorState.across_organisations.update(glu_organisation_id=CANNOT_PIN)
    due(session, "next_due_at")
    assert not run_slice(session, lambda: False)
    session.lease.release()
    assert hotel.orders.filter(gone_at=None).count() == 0
    page = " ".join(manager_client.get(PAGE).content.decode().split())
    assert "Remove all 130 and use the other key" in page
    manager_client.post(PAGE, {"decision": "everything", "orders": "130"})
    remove_foreign(hotel.pk)
    [pk] = lifecycle.keys_to_try()
    try_key(pk)
    call_command("mirror", "alder-house")
    assert list(hotel.orders.values_list("glu_id", flat=True)) == [990_000]
