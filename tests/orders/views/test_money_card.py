"""What was paid and refunded, on the order and in the list: what is known, and what is not."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from glu_admin.glu.lists import read_rows
from orders.mirror.writing.transactions import write_transactions
from orders.models import MirrorState
from tests.orders.builders import order, write

ORDER, LIST = "/o/alder-house/orders/41/", "/o/alder-house/orders/"
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def moved(glu_id: int, kind: str, amount: int | None, **fields: Any) -> dict[str, Any]:
    """A transaction of order 41."""
    made = {"createdAt": f"2026-11-1{glu_id}T10:00:00+00:00", "gateway": "Stripe", "gatewayReference": f"re_{glu_id}"}
    return {"id": glu_id, "attachedOrder": 41, "type": kind, "amount": amount, "currencyCode": "GBP", **made, **fields}


def known(organisation: Any, *rows: dict[str, Any]) -> None:
    """The order with these transactions, all of which are read."""
    write(organisation, order(41, total=17445, paymentStatus="Paid"))
    write_transactions(organisation, read_rows(list(rows)), NOW, None)
    MirrorState.across_organisations.create(organisation=organisation, transactions_complete_at=NOW)


def test_paid_refunded_and_net_stand_below_the_total(house: Any, viewer_client: Client) -> None:
    known(house.hotel, moved(1, "Payment", 17445), moved(2, "Refund", 5220))
    page = viewer_client.get(ORDER).text
    for shown in ("re_2", "−£52.20", "£122.25", "paid £174.45, refunded £52.20", "Partly refunded"):
        assert shown in page, shown
    listed = viewer_client.get(LIST).text
    assert "<s><bdi>£174.45</bdi></s>" in listed
    assert 'title="Total £174.45; paid £174.45, refunded £52.20"' in listed
    assert "net <b>£122.25</b> after £52.20 went back" in listed


def test_a_list_of_money_back_says_where_that_is_not_known(house: Any, viewer_client: Client) -> None:
    known(house.hotel, moved(2, "Refund", 5220))
    MirrorState.across_organisations.update(history_complete_at=NOW)
    asked = f"{LIST}?refunded=2026-11-12"
    listed = viewer_client.get(asked).text
    assert "Money back 12 Nov 2026" in listed
    assert 'id="o41"' in listed
    assert "No order matches" in (page := viewer_client.get(f"{asked}&payment=Pending").text)
    assert "still being read" not in page
    MirrorState.across_organisations.update(transactions_complete_at=None)
    assert "transactions are still being read" in viewer_client.get(f"{asked}&payment=Pending").text


def test_a_badge_says_what_glu_does_not(house: Any, viewer_client: Client) -> None:
    known(house.hotel, moved(1, "Payment", 17445), moved(2, "Refund", 17445))
    assert "As its transactions tell" in viewer_client.get(ORDER).text
    house.hotel.orders.update(payment_status="Refunded")
    assert "As its transactions tell" not in viewer_client.get(ORDER).text
    house.hotel.orders.update(payment_status="Partially Refunded")
    assert "As its transactions tell" not in viewer_client.get(ORDER).text
    write_transactions(house.hotel, read_rows([moved(3, "Chargeback", 100)]), NOW, None)
    assert "Chargeback" in viewer_client.get(ORDER).text


def test_a_refund_is_one_badge_whether_all_or_a_part_went_back(house: Any, viewer_client: Client) -> None:
    known(house.hotel, moved(1, "Payment", 17445), moved(2, "Refund", 5220))
    house.hotel.orders.update(payment_status="Refunded")
    assert "Partly refunded" not in viewer_client.get(ORDER).text


def test_what_does_not_add_up_is_told(house: Any, viewer_client: Client) -> None:
    odd = [moved(2, "Payment", 500, currencyCode="EUR"), moved(3, "<b>Tip</b>", 70), moved(4, "Refund", None)]
    known(house.hotel, moved(1, "Payment", 17445), *odd)
    page = viewer_client.get(ORDER).text
    assert page.count("Not added up:") == 3
    assert "€5.00" in page
    assert "without an amount" in page
    assert "<b>Tip" not in page


def test_an_order_without_payments_and_one_of_which_nothing_is_known_read_differently(
    house: Any, viewer_client: Client
) -> None:
    write(house.hotel, order(41))
    assert "is not all known yet" in viewer_client.get(ORDER).text
    MirrorState.across_organisations.create(organisation=house.hotel, transactions_complete_at=NOW)
    assert "Glu has no payment or refund for this order." in viewer_client.get(ORDER).text


def test_a_line_that_is_refunded_without_a_refund_is_said(house: Any, viewer_client: Client) -> None:
    known(house.hotel, moved(1, "Payment", 17445))
    assert "no refund is known" not in viewer_client.get(ORDER).text
    write(house.hotel, {**order(41, total=17446), "lines": [{"id": 1, "refunded": True}]})
    assert "no refund is known" in viewer_client.get(ORDER).text
    write_transactions(house.hotel, read_rows([moved(2, "Refund", 1)]), NOW, None)
    assert "no refund is known" not in viewer_client.get(ORDER).text


def test_many_transactions_are_cut(house: Any, viewer_client: Client) -> None:
    known(house.hotel, *({**moved(1, "Payment", 10), "id": n} for n in range(1, 31)))
    page = viewer_client.get(ORDER).text
    assert "and 18 more" in page
    assert "paid £3.00" in page
