"""People as an address names them."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.tenancy.models import Organisation
from orders.search import chips, parse_query, written
from orders.search.criteria import Person
from orders.search.persons import by_email, by_phone, by_postcode, read_person
from orders.search.ranges import BadValue

LONDON = Organisation(name="A", slug="a", timezone="Europe/London")


@pytest.mark.parametrize(
    ("text", "person"),
    [
        (" Sam@Post.example", Person("email", "sam@post.example", "", "sam@post.example")),
        ("07700 900123, Sam Smith", Person("phone", "700900123", "Sam Smith", "07700 900123, Sam Smith")),
        ("+44 (0)7700-900123,Sam", Person("phone", "700900123", "Sam", "+44 (0)7700-900123, Sam")),
        ("bn7 2qq, Sam", Person("postcode", "BN72QQ", "Sam", "bn7 2qq, Sam")),
    ],
)
def test_what_can_be_read(text: str, person: Person) -> None:
    assert read_person(text, "Bought by") == person
    assert read_person(person.text, "Bought by") == person


@pytest.mark.parametrize(
    "text", ["sam", "sam smith, 07700 900123", "BN7 2QQ", "BN7 2QQ,", "a@b c", "x" * 999, "a\0@b.c"]
)
def test_what_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(BadValue, match="e-mail address"):
        read_person(text, "Bought by")
    assert not parse_query(urlencode({"bought": text}), LONDON).ok


@given(st.text(max_size=12), st.text(max_size=12))
def test_whoever_is_made_of_an_order_is_read_again(key: str, name: str) -> None:
    for person in (by_email(f"{key}@{name}"), by_phone(key, name), by_postcode(key, name)):
        if person and "\0" not in person.text:
            assert read_person(person.text, "x") == person


def test_in_words_and_in_the_box() -> None:
    query = parse_query("bought=07700+900123,+Sam+Smith&received=kim@post.example", LONDON)
    assert [chip.label for chip in chips(query)] == [
        "Bought by 07700 900123, Sam Smith",
        "Received by kim@post.example",
    ]
    typed = written(query.criteria)
    assert typed == 'bought:"07700 900123, Sam Smith" received:kim@post.example'
