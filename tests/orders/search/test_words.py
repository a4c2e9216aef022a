"""What staff type and paste finds whom they mean, whatever kind of writing it is, and nobody else."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.glu.lists import read_rows
from glu_admin.tenancy.models import Organisation
from orders.payload import parse_order, usable_order
from orders.search import find_orders, parse_query
from orders.search.document import document_text
from orders.search.words import SearchError, parse_words
from tests.orders.builders import order, write

DOWD = {
    "customerFirstName": "Aoife",
    "customerLastName": "O’Dowd",
    "customerName": "Aoife O’Dowd",
    "customerEmailAddress": "aoife.odowd+spa@post.example\u200b",
    "phoneNumber": "+44 (0)7700 900 416",
    "deliveryAddressLine1": "14 Fuller’s Mews",
    "deliveryAddressCity": "King’s Lynn",
    "deliveryAddressPostcode": "PE30\u00a01QQ",
    "discountCodes": [{"id": 7, "code": "AUTUMN-10"}],
    "lines": [
        {
            "id": 91,
            "name": "Supper B4 8pm for Two",
            "personalMessage": "Well “done” 🎉\nsee you 12/05/2026",
            "orderLineTypeVoucher": {"id": 3, "code": "GC-0042-XK"},
            "variant": {"id": 9, "sku": "SUP/4-2"},
        }
    ],
}
OTHERS = [
    order(500_002, customerName="Ħanna 't Veld", phoneNumber="0044 7700 900417", deliveryAddressPostcode="N16AB"),
    order(500_003, customerFirstName="娜", customerLastName="李", phoneNumber="00353 85 012 3456"),
    order(500_004, customerName="Bo Yu", customerEmailAddress="bo@post.example"),
    order(
        500_005,
        customerFirstName="Ian",
        customerLastName="Mac Innes",
        recipientFirstName="Kekoa",
        recipientLastName="Kaʻahumanu",
    ),
    order(500_006, customerName="Somebody Else", phoneNumber="07700 900999"),
]


@pytest.fixture
def desk(house: Any) -> Organisation:
    write(house.hotel, order(500_001, **DOWD), *OTHERS)
    write(house.golf, order(500_001, customerName="A Stranger"))
    house.hotel.transactions.create(
        glu_id=1,
        order_glu_id=500_006,
        gateway_reference="Pi_3Nx",
        created_at="2026-11-01T10:00:00+00:00",
        payload_hash="",
        copied_at="2026-11-01T10:00:00+00:00",
    )
    hotel: Organisation = house.hotel
    return hotel


def found(organisation: Organisation, typed: str) -> list[int]:
    query = parse_query(urlencode({"q": typed}), organisation)
    assert query.ok, query.errors
    return sorted(find_orders(organisation, query.criteria).values_list("glu_id", flat=True))


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "ODowd",
            "O'Dowd",
            "O‘Dowd",
            "O ´Dowd",
            "o dowd",
            "O′Dowd",
            "OʻDowd",
            "O’DOWD, Aoife",
            "dowd,aoife",
            "Ao\u200bife",
        ),
        *("07700900416", "0044 7700 900416", "447700900416", "+44 07700 900416", "07700.900.416", "07700/900416"),
        *(
            "(07700) 900-416",
            "tel:+44-7700-900-416",
            "\u202a+44 7700 900416\u202c",
            "900 416",
            "Aoife 07700 900416",
            "07700 9004 16",
        ),
        *(
            "mailto:aoife.odowd+spa@post.example?subject=x",
            "Aoife O’Dowd <aoife.odowd+spa@post.example>",
            "odowd+spa@post",
        ),
        *("aoife.odowd+spa@post.example,", "<aoife.odowd+spa@post.example>;", "AOIFE.ODOWD+SPA@POST.EXAMPLE"),
        *(
            "500001.",
            "#500001",
            "500,001",
            "500 001",
            "Order 500001",
            "order no. 500001",
            "Re: Order #500001",
            "500001\u200b",
        ),
        *("https://desk.example/o/alder-house/orders/500001/", "５００００１"),
        *("order:500001", "Subject: Order 500001", "Fwd: your order 500001", "Order 500001 (Aoife)"),
        *("Thank you: order no. 500001 is confirmed", "Email: aoife.odowd+spa@post.example", "name:aoife"),
        *("phone:07700900416", "Customer: Aoife O’Dowd, 07700 900416", "E-mail:odowd+spa@post"),
        *("PE30 1QQ", "pe301qq", "PE30", "PE30 1Q", "King's Lynn", "fullers mews", "14 Fuller's Mews"),
        *("Supper B4 8pm for Two", "“Supper B4”", "b4 8pm", "„see you“", "🎉", "12/05/2026", "(well “done”)"),
        *("AUTUMN-10", "autumn10", "GC-0042-XK", "gc0042xk", "SUP/4-2", "sup42"),
    ],
)
def test_she_is_found(desk: Organisation, typed: str) -> None:
    assert found(desk, typed) == [500_001]


@pytest.mark.parametrize(
    ("typed", "glu_id"),
    [
        *(("Hanna t Veld", 500_002), ("ħanna", 500_002), ("'t Veld", 500_002), ("N1 6AB", 500_002), ("n16ab", 500_002)),
        *(
            ("李娜", 500_003),
            ("娜", 500_003),
            ("李 娜", 500_003),
            ("+353 85 012 3456", 500_003),
            ("0850123456", 500_003),
        ),
        *(("Bo Yu", 500_004), ("Yu, Bo", 500_004), ("Bo", 500_004), ("Kaahumanu", 500_005), ("MacInnes", 500_005)),
        *(("pi_3Nx", 500_006), ("PI_3NX", 500_006)),
    ],
)
def test_others_are_found_however_their_names_are_written(desk: Organisation, typed: str, glu_id: int) -> None:
    assert found(desk, typed) == [glu_id]


def test_the_exact_number_comes_first_and_a_quoted_one_is_a_text(house: Any) -> None:
    write(house.hotel, order(900_416, customerName="Exact"), order(2, phoneNumber="07700 900416"))
    assert found(house.hotel, "900416") == [900_416]
    assert found(house.hotel, '"900416"') == [2, 900_416]
    assert found(house.hotel, "07700 900416") == [2]


def test_what_names_an_order_is_looked_up_whatever_else_is_asked(house: Any) -> None:
    """A number that another filter leaves out is not looked for elsewhere."""
    write(
        house.hotel, order(900_416, paymentStatus="Paid"), order(2, phoneNumber="07700 900416", paymentStatus="Failed")
    )
    query = parse_query("q=900416&payment=Failed", house.hotel)
    assert not find_orders(house.hotel, query.criteria).exists()


def test_a_postcode_that_is_a_product_stays_two_words(desk: Organisation) -> None:
    assert found(desk, "B48pm") == []
    assert found(desk, "-supper two") == []


@pytest.mark.parametrize("typed", ["a", "-aoife", "…", "x" * 301, "a b c d e f g h i j k l mm"])
def test_a_search_that_says_too_little_or_too_much_is_told_so(typed: str) -> None:
    with pytest.raises(SearchError):
        parse_words(typed)


NAMES = st.text(st.characters(categories=["L"], include_characters="'’ -"), min_size=3, max_size=20).filter(
    lambda name: sum(sign.isalpha() for sign in name) > 2
)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(
    NAMES, st.sampled_from(["{}", " {} ", "{},", "({})", '"{}"', "\u202a{}\u202c", "{}\u200b", "{}…"]), st.booleans()
)
def test_a_name_is_found_in_each_of_its_writings(name: str, writing: str, shout: bool) -> None:
    text = document_text(parse_order(usable_order(read_rows([order(1, customerName=name)])[0])))
    try:
        words = parse_words(writing.format(name.upper() if shout and name.upper().lower() == name else name))
    except SearchError:
        return
    assert all(term in text for term in words.wanted), (words, text)
