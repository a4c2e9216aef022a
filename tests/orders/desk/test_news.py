"""What is new since somebody looked: nothing is lost between two looks, nothing of a first copy is news."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Membership, Organisation
from orders.desk import news as news_module
from orders.desk.looks import FIRST, Seen, look_at, read_instant, read_seen, since_instant, since_look, take_back
from orders.desk.news import Kind, News, kind_of, read_news
from orders.mirror.gone import mark_gone
from orders.mirror.writing.transactions import write_transactions
from orders.models import Look, MirrorState, OrderChange
from orders.saved_views import query_of
from tests.orders.builders import EPOCH, LONG_AGO, copied_long_ago, moved, placed, put

NOW = EPOCH  # a Friday


@pytest.fixture(autouse=True)
def clock(house: Any) -> Any:
    Membership.across_organisations.update(created_at=LONG_AGO)
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def me(house: Any) -> Membership:
    found: Membership = house.hotel.memberships.get(user=house.viewer)
    return found


def numbers(organisation: Organisation, news: News, kind: Kind = Kind.ALL) -> list[int]:
    """Glu's numbers of the orders, as they are listed."""
    ids = dict(organisation.orders.values_list("pk", "glu_id"))
    return [ids[each.pk] for each in news.of_kind(kind)]


def news_of(me: Membership, **more: Any) -> list[int]:
    return numbers(me.organisation, read_news(me.organisation, since_look(me), **more))


def see(me: Membership) -> Seen:
    """Open the page and say that everything on it is seen."""
    seen = read_news(me.organisation, since_look(me)).seen
    look_at(me, seen)
    return seen


def test_whoever_never_looked_begins_a_day_ago_or_when_they_joined(house: Any, me: Membership) -> None:
    copied_long_ago(house.hotel)
    put(house.hotel, NOW - FIRST - timedelta(minutes=1), moved(1, NOW - FIRST, LONG_AGO, total=2))
    put(house.hotel, NOW - timedelta(hours=2), moved(2, NOW, LONG_AGO, total=2))
    assert news_of(me) == [2]
    me.created_at = NOW - timedelta(hours=1)
    assert news_of(me) == []


def test_nothing_is_told_twice_and_nothing_is_lost_between_two_looks(house: Any, me: Membership, clock: Any) -> None:
    copied_long_ago(house.hotel)
    put(house.hotel, NOW, moved(1, NOW, LONG_AGO, total=2), placed(4, NOW))
    page = read_news(house.hotel, since_look(me))
    assert numbers(house.hotel, page) == [4, 1]
    clock.shift(timedelta(minutes=20))
    put(house.hotel, NOW + timedelta(minutes=10), moved(2, NOW, LONG_AGO, total=2), placed(5, NOW))
    look_at(me, page.seen)  # what came while the page was open was not on it
    assert sorted(news_of(me)) == [2, 5]
    see(me)
    assert news_of(me) == []
    # One answer is written after another that bears a later time.
    put(house.hotel, NOW + timedelta(minutes=19), moved(3, NOW, LONG_AGO, total=2), placed(6, NOW))
    assert sorted(news_of(me)) == [3, 6]


def test_a_page_that_was_left_open_takes_nothing_back(house: Any, me: Membership, clock: Any) -> None:
    copied_long_ago(house.hotel)
    left_open = read_news(house.hotel, since_look(me)).seen
    clock.shift(timedelta(minutes=5))
    put(house.hotel, NOW + timedelta(minutes=1), moved(1, NOW, LONG_AGO, total=2))
    see(me)
    look_at(me, left_open)
    assert news_of(me) == []


def test_a_look_is_taken_back_once_and_only_by_whose_it_is(house: Any, me: Membership, clock: Any) -> None:
    copied_long_ago(house.hotel)
    for minutes, glu_id in enumerate((1, 2, 3)):
        put(house.hotel, NOW + timedelta(minutes=minutes), moved(glu_id, NOW, LONG_AGO, total=2))
        clock.shift(timedelta(minutes=1))
        see(me)
    assert Look.across_organisations.count() == 2
    look = since_look(me).look
    assert look is not None
    assert not take_back(house.hotel.memberships.get(user=house.staff), look.pk)
    assert take_back(me, look.pk)
    assert not take_back(me, look.pk)
    assert news_of(me) == [3]


def test_what_was_here_before_somebody_joined_is_no_news_after_their_first_look(house: Any, me: Membership) -> None:
    put(house.hotel, NOW - timedelta(minutes=30), placed(1, NOW - timedelta(hours=1)))
    me.created_at = NOW - timedelta(minutes=10)
    assert news_of(me) == []
    see(me)
    assert news_of(me) == []


def test_orders_of_a_first_copy_are_no_news(house: Any, me: Membership, clock: Any) -> None:
    MirrorState.across_organisations.create(organisation=house.hotel, watermark=NOW.isoformat())
    see(me)
    clock.shift(timedelta(hours=1))
    put(house.hotel, NOW + timedelta(minutes=30), *(placed(glu_id, LONG_AGO) for glu_id in range(1, 9)))
    put(house.hotel, NOW + timedelta(minutes=40), placed(9, NOW))
    assert news_of(me) == [9]
    see(me)
    assert news_of(me) == []


def test_what_was_placed_while_the_copy_stood_still_is_news(house: Any, me: Membership, clock: Any) -> None:
    """The last change that had been read is two days older than the look."""
    MirrorState.across_organisations.create(organisation=house.hotel, watermark=(NOW - timedelta(days=2)).isoformat())
    see(me)
    clock.shift(timedelta(days=1))
    put(house.hotel, NOW + timedelta(hours=1), placed(1, NOW - timedelta(days=2)))
    assert news_of(me) == [1]


def test_kinds_of_news(house: Any, me: Membership) -> None:
    copied_long_ago(house.hotel, 8)
    put(
        house.hotel,
        NOW,
        moved(1, NOW, LONG_AGO, paymentStatus="Paid", customerName="Ann Ash"),
        moved(2, NOW, LONG_AGO, dispatchStatus="Packed"),
        moved(3, NOW, LONG_AGO, deliveryAddressCity="Lewes"),
        moved(4, NOW, LONG_AGO, total=2),
        moved(5, NOW, LONG_AGO, storeReference="A 7"),
        placed(9, NOW, paymentStatus="Paid"),
    )
    mark_gone(house.hotel, list(house.hotel.orders.filter(glu_id=6)), NOW)
    refund = {"id": 1, "type": "Refund", "amount": 300, "currencyCode": "GBP", "attachedOrder": "/orders/7"}
    refund |= {"createdAt": NOW.isoformat(), "updatedAt": NOW.isoformat()}
    write_transactions(house.hotel, read_rows([refund]), NOW, None)
    news = read_news(house.hotel, since_look(me))
    by_kind = {kind: sorted(numbers(house.hotel, news, kind)) for kind in Kind}
    assert by_kind == {
        Kind.ALL: [1, 2, 3, 4, 5, 6, 7, 9],
        Kind.NEW: [9],
        Kind.PAYMENT: [1],
        Kind.DISPATCH: [2],
        Kind.PEOPLE: [1, 3],
        Kind.MONEY: [4, 7],
        Kind.OTHER: [5],
        Kind.GONE: [6],
    }
    assert all(news.count(kind).n == len(by_kind[kind]) and news.count(kind).exact for kind in Kind)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("deliveryAmount", Kind.MONEY),
        ("deliveryMethodName", Kind.DISPATCH),
        ("deliveryName", Kind.PEOPLE),
        (OrderChange.ADDED, Kind.OTHER),
        (OrderChange.BACK, Kind.GONE),
        (OrderChange.SETTLED, Kind.MONEY),
    ],
)
def test_a_field_is_of_the_kind_that_people_look_for_it_in(field: str, kind: Kind) -> None:
    assert kind_of(field) == kind


def test_a_view_has_looks_of_its_own_and_only_what_it_shows_now(house: Any, me: Membership) -> None:
    copied_long_ago(house.hotel)
    view = house.hotel.saved_views.create(owner=me.user, name="Packed", slug="packed", query="dispatch=Packed")
    put(house.hotel, NOW, *(moved(glu_id, NOW, LONG_AGO, dispatchStatus="Packed") for glu_id in (1, 2)))
    put(house.hotel, NOW, moved(2, NOW + timedelta(minutes=1), LONG_AGO, dispatchStatus="Dispatched"))
    criteria = query_of(view).criteria
    in_view = read_news(house.hotel, since_look(me, view), criteria=criteria)
    assert numbers(house.hotel, in_view) == [1]
    look_at(me, in_view.seen, view)
    assert read_news(house.hotel, since_look(me, view), criteria=criteria).count().n == 0
    assert sorted(news_of(me)) == [1, 2]
    view.delete()
    assert not Look.across_organisations.exists()


def test_of_very_much_the_newest_is_told_and_that_there_is_more(
    house: Any, me: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied_long_ago(house.hotel, 4)
    for hours, glu_id in enumerate((1, 2, 3, 4), start=-5):
        put(house.hotel, NOW + timedelta(hours=hours), moved(glu_id, NOW, LONG_AGO, total=2))
    monkeypatch.setattr(news_module, "MOST_READ", 3)
    news = read_news(house.hotel, since_look(me))
    assert numbers(house.hotel, news) == [4, 3, 2]
    assert (str(news.count()), news.oldest) == ("3+", NOW - timedelta(hours=4))
    look_at(me, news.seen)
    assert news_of(me) == []
    monkeypatch.setattr(news_module, "MOST_READ", 4)
    monkeypatch.setattr(news_module, "MOST_LISTED", 2)
    news = read_news(house.hotel, since_instant(NOW - FIRST))
    assert numbers(house.hotel, news) == [4, 3]
    assert str(news.count()) == "2+"


def test_news_are_of_the_organisation_alone_and_looks_go_with_the_person(house: Any, me: Membership) -> None:
    for organisation in (house.hotel, house.golf):
        copied_long_ago(organisation)
    put(house.golf, NOW, moved(1, NOW, LONG_AGO, total=2), placed(9, NOW))
    assert news_of(me) == []
    see(me)
    house.viewer.delete()
    assert not Look.across_organisations.exists()


def test_an_instant_is_one_of_the_last_year_with_its_offset() -> None:
    instant = NOW - timedelta(days=3)
    assert read_instant(instant.isoformat()) == instant
    for text in (
        "",
        "yesterday",
        "2026-11-19T10:00:00",
        "2026-11-20T13:00:00Z",
        "2024-01-01T00:00:00Z",
        "0001-01-01T00Z",
    ):
        assert read_instant(text) is None


@pytest.mark.parametrize(
    "text", ["", "1", "1-2", "a-b-c", "1-2-3-4", "-1-2-3", f"1-2-{2**63}", f"{'9' * 30}-1-1", f"1-{'9' * 5000}-1"]
)
def test_what_no_page_wrote_is_no_look(text: str) -> None:
    assert read_seen(text) is None


def test_a_look_is_read_as_it_was_written_and_none_is_of_a_time_to_come(house: Any, me: Membership) -> None:
    seen = Seen(NOW, 2**63 - 1, 0)
    assert read_seen(str(seen)) == seen
    assert read_seen(str(Seen(NOW + timedelta(minutes=1), 1, 1))) is None
