"""The writer: newest wins, nothing is merged, odd rows are kept or set aside, counters and documents follow."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from glu_admin.glu.client import GluClient
from glu_admin.glu.errors import NotFound, Unreachable, Unreadable
from glu_admin.keys.recognition import OtherOrganisationError
from glu_admin.sandbox.data import make_order
from glu_admin.sandbox.rendering import without_nulls
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.tenancy.models import Organisation
from orders.mirror.gone import mark_gone
from orders.mirror.lines import LineStream, due_lines
from orders.mirror.passes import connect
from orders.mirror.session import Session
from orders.mirror.writing.changes import MOST_PER_ORDER
from orders.mirror.writing.counters import recount
from orders.mirror.writing.drift import MOST_LISTED
from orders.mirror.writing.lines import LineSet, write_lines
from orders.mirror.writing.orders import write_orders
from orders.models import MirrorState, OrderCounter, OrderDocument
from orders.models.counter import COUNTED_FIELDS
from orders.payload import payload

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def order(glu_id: int = 1, *, changed: int = 0, **fields: Any) -> dict[str, Any]:
    raw = make_order(1, glu_id, 10 * glu_id, NOW, NOW + timedelta(days=1)).order
    later = (NOW + timedelta(minutes=changed)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return without_nulls({**raw, "updatedAt": later, **fields})


def counters(organisation: Organisation) -> Counter[tuple[str, ...]]:
    rows = organisation.order_counters.filter(n__gt=0).values_list(*COUNTED_FIELDS, "n")
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


@pytest.fixture
def hotel(house: Any) -> Organisation:
    return house.hotel  # type: ignore[no-any-return]


def test_new_changed_unchanged_and_stale(hotel: Organisation) -> None:
    assert write_orders(hotel, [order(1), order(2)], NOW).created == 2
    assert write_orders(hotel, [order(1), order(2)], NOW).unchanged == 2
    assert write_orders(hotel, [order(1, changed=5, total=1)], NOW).changed == 1
    assert write_orders(hotel, [order(1, changed=3, total=99)], NOW).stale == 1
    assert hotel.orders.get(glu_id=1).total == 1


def test_the_same_stamp_with_other_content_is_a_later_fetch(hotel: Organisation) -> None:
    write_orders(hotel, [order(1, total=1)], NOW)
    write_orders(hotel, [order(1, total=2)], NOW)
    assert hotel.orders.get(glu_id=1).total == 2


def test_a_row_is_replaced_whole(hotel: Organisation) -> None:
    write_orders(hotel, [order(1, storeReference="x")], NOW)
    smaller = {name: value for name, value in order(1, changed=1).items() if name != "phoneNumber"}
    write_orders(hotel, [smaller], NOW)
    assert payload(hotel.orders.get(glu_id=1)) == smaller


def test_of_twins_on_one_page_the_newer_is_kept(hotel: Organisation) -> None:
    write_orders(hotel, [order(1, changed=9, total=9), order(1, changed=2, total=2)], NOW)
    assert hotel.orders.get(glu_id=1).total == 9


def test_two_organisations_keep_the_same_ids_apart(house: Any) -> None:
    write_orders(house.hotel, [order(1, total=1)], NOW)
    write_orders(house.golf, [order(1, total=2)], NOW)
    assert house.hotel.orders.get().total == 1
    assert house.golf.orders.get().total == 2


def test_an_id_with_another_uuid_stops_the_writer(hotel: Organisation) -> None:
    write_orders(hotel, [order(1)], NOW)
    with pytest.raises(OtherOrganisationError):
        write_orders(hotel, [order(1, changed=1, uuid="123e4567-e89b-12d3-a456-426614174000")], NOW)


def test_unplaceable_rows_are_set_aside_and_come_back(hotel: Organisation) -> None:
    bad = {name: value for name, value in order(2).items() if name != "createdAt"}
    for _ in range(2):
        assert write_orders(hotel, [order(1), bad, "nonsense"], NOW).set_aside == 2
    assert hotel.orders.count() == 1
    assert sorted(hotel.set_aside.values_list("times", flat=True)) == [2, 2]
    write_orders(hotel, [order(2)], NOW)
    assert hotel.set_aside.filter(glu_id="2").count() == 0


def test_drift_is_counted_with_an_example(hotel: Organisation) -> None:
    write_orders(hotel, [order(1, dispatchStatus="Teleported", colour="red", total="12.50")], NOW)
    seen = {(one.kind, one.field, one.value) for one in hotel.drifts.all()}
    assert seen == {
        ("new_value", "dispatchStatus", "Teleported"),
        ("unknown_field", "colour", ""),
        ("odd_value", "total", ""),
    }
    assert hotel.orders.get().dispatch_status == "Teleported"


def test_thousands_of_strange_fields_are_a_bounded_list(
    hotel: Organisation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(40):
        write_orders(hotel, [order(1, **{f"field{n}": n for n in range(5000)})], NOW)
    assert hotel.drifts.count() == MOST_LISTED + 1
    for glu_id in (2, 3):
        write_orders(hotel, [order(glu_id, field0=1, another=2)], NOW)
    assert hotel.drifts.count() == MOST_LISTED + 1
    assert hotel.drifts.get(field="field0").orders == 3
    assert hotel.drifts.get(kind="more").orders == 3
    with django_assert_max_num_queries(40):
        write_orders(hotel, [order(1, changed=1)], NOW)  # all of them go away again
    assert hotel.order_changes.count() == MOST_PER_ORDER


def test_a_payment_status_that_no_order_had_before_is_drift_once_all_of_history_is_here(hotel: Organisation) -> None:
    history = [order(glu_id, paymentStatus=status) for glu_id, status in enumerate(["Paid", "Pending"] * 50, start=1)]
    write_orders(hotel, history, NOW)
    assert not hotel.drifts.exists()
    MirrorState.across_organisations.create(organisation=hotel, history_complete_at=NOW)
    write_orders(hotel, [order(200, paymentStatus="Paid"), order(201, paymentStatus="Disputed")], NOW)
    write_orders(hotel, [order(202, paymentStatus="Disputed")], NOW)
    (drift,) = hotel.drifts.all()
    assert (drift.kind, drift.field, drift.value) == ("new_value", "paymentStatus", "Disputed")
    assert drift.example_glu_id == 201


def test_lines_are_replaced_whole_and_searchable(hotel: Organisation) -> None:
    pk = write_orders(hotel, [order(1)], NOW).pks[1]
    line = {"id": 5, "name": "Hot stone", "personalMessage": "Łucja, enjoy", "total": 1}
    write_lines(hotel, [LineSet(pk, 1, [line, {"id": 6, "name": "Candle"}])], NOW)
    write_lines(hotel, [LineSet(pk, 1, [{**line, "refunded": True}, {"name": "no id"}])], NOW)
    assert [(one.glu_id, one.refunded) for one in hotel.order_lines.all()] == [(5, True)]
    assert hotel.set_aside.get().order_glu_id == 1
    text = OrderDocument.across_organisations.get(order_id=pk).text
    assert "lucja, enjoy" in text
    assert "candle" not in text
    assert hotel.orders.get().lines_due_at is None


def test_a_line_is_never_taken_from_another_order(hotel: Organisation) -> None:
    pks = write_orders(hotel, [order(1), order(2), order(3)], NOW).pks
    sets = [LineSet(pks[1], 1, [{"id": 5, "name": "Tea"}]), LineSet(pks[2], 2, [{"id": 5, "name": "Cake"}])]
    write_lines(hotel, sets, NOW)
    write_lines(hotel, [LineSet(pks[3], 3, [{"id": 5, "name": "Wine"}, {"id": 6, "name": "Bread"}])], NOW)
    held = {(one.glu_id, one.name, one.order.glu_id) for one in hotel.order_lines.select_related("order")}
    assert held == {(5, "Tea", 1), (6, "Bread", 3)}
    assert {one.order_glu_id for one in hotel.set_aside.all()} == {2, 3}


@pytest.mark.parametrize("derive", [True, False])
def test_an_order_that_is_gone_is_no_longer_found_by_a_line_that_another_has_now(
    hotel: Organisation, derive: bool
) -> None:
    pks = write_orders(hotel, [order(1), order(2)], NOW).pks
    write_lines(hotel, [LineSet(pks[1], 1, [{"id": 5, "name": "Tea"}, {"id": 6, "name": "Bread"}])], NOW)
    mark_gone(hotel, [hotel.orders.get(glu_id=1)], NOW)
    write_lines(hotel, [LineSet(pks[2], 2, [{"id": 5, "name": "Tea"}])], NOW, derive=derive)
    found = {name: set(OrderDocument.across_organisations.filter(text__contains=name).values_list("order", flat=True))
             for name in ("tea", "bread")}  # fmt: skip
    assert found == {"tea": {pks[2]} if derive else set(), "bread": {pks[1]}}


class CounterTest(TestCase):
    """Counters kept by differences equal a fresh count, after any writes."""

    @settings(max_examples=20)
    @given(
        st.lists(
            st.lists(
                st.builds(
                    lambda glu_id, changed, status: order(glu_id, changed=changed, dispatchStatus=status),
                    st.integers(1, 4),
                    st.integers(0, 3),
                    st.sampled_from(["Outstanding", "Packed", None, ""]),
                ),
                max_size=4,
            ),
            max_size=5,
        )
    )
    def test_counters_follow(self, batches: list[list[dict[str, Any]]]) -> None:
        organisation = Organisation.objects.create(name="A", slug="a")
        for batch in batches:
            write_orders(organisation, batch, NOW)
        kept = counters(organisation)
        recount(organisation)
        assert kept == counters(organisation)
        assert sum(kept.values()) == organisation.orders.count()
        assert OrderCounter.across_organisations.filter(n__lt=0).count() == 0


def test_due_lines_are_read_newest_first_and_once(session: Session, sandbox: RunningSandbox) -> None:
    connect(session)
    first = due_lines(session)[0].glu_id
    stream = LineStream(session)
    while stream.work():
        pass
    assert not due_lines(session).exists()
    assert session.organisation.orders.get(glu_id=first).lines.exists()
    asked = sandbox.world.shops["hotel"].requests["lines"]
    assert asked <= 30 + 2


def test_an_order_with_more_lines_than_a_page_is_read_whole(session: Session, sandbox: RunningSandbox) -> None:
    lines = [{"id": 100 + n, "name": f"Line {n}", "subtotal": 1, "total": 1} for n in range(65)]
    newest = sandbox.truth("hotel")[0]
    sandbox.world.put("hotel", {**order(newest["id"]), "createdAt": newest["createdAt"], "subtotal": 65}, lines)
    connect(session)
    LineStream(session).work()
    assert session.organisation.orders.get(glu_id=newest["id"]).lines.count() == 65


@pytest.mark.parametrize(
    ("error", "words"),
    [(NotFound("Glu has no such thing."), "no such thing"), (Unreadable("Glu’s answer was not JSON."), "not JSON")],
)
def test_one_orders_failure_holds_up_no_other(
    session: Session, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    connect(session)
    unlucky = due_lines(session)[3].glu_id
    once = GluClient.get

    def failing(self: GluClient, path: str, params: Any = ()) -> Any:
        if path.startswith(f"/orders/{unlucky}"):
            raise error
        return once(self, path, params)

    monkeypatch.setattr(GluClient, "get", failing)
    LineStream(session).work()
    found = session.organisation.orders.get(glu_id=unlucky)
    assert words in found.lines_error
    assert found.lines_due_at is not None
    assert session.organisation.orders.filter(lines_copied_at__isnull=False).count() == 29


def test_what_was_set_aside_of_an_order_is_forgotten_once_it_is_gone(hotel: Organisation) -> None:
    pks = write_orders(hotel, [order(1), order(2)], NOW).pks
    line = {"id": 5, "name": "Hot stone"}
    write_lines(hotel, [LineSet(pks[1], 1, [line, {"name": "no id"}])], NOW)
    write_lines(hotel, [LineSet(pks[2], 2, [line])], NOW)
    assert sorted(hotel.set_aside.values_list("order_glu_id", flat=True)) == [1, 2]
    mark_gone(hotel, [hotel.orders.get(glu_id=2)], NOW)
    assert hotel.set_aside.get().order_glu_id == 1


@override_settings(MIRROR_CONNECTIONS=1)
def test_a_dozen_deleted_orders_in_a_row_are_no_broken_route(session: Session, sandbox: RunningSandbox) -> None:
    connect(session)
    for newest in [one.glu_id for one in due_lines(session)[:12]]:
        sandbox.world.delete("hotel", newest)
    stream = LineStream(session)
    while stream.work():
        pass
    assert session.organisation.missing_orders.count() == 12
    assert session.organisation.orders.filter(lines_copied_at__isnull=False).count() == 18


def test_what_was_read_before_glu_went_away_is_kept(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(session)
    once, answers = GluClient.get, iter(range(1000))

    def failing(self: GluClient, path: str, params: Any = ()) -> Any:
        if next(answers) > 12:
            raise Unreachable("Glu could not be reached.")
        return once(self, path, params)

    monkeypatch.setattr(GluClient, "get", failing)
    stream = LineStream(session)
    while stream.work():
        pass
    assert session.state().lines_wait_until is not None
    assert session.organisation.orders.filter(lines_copied_at__isnull=False).count() >= 5
