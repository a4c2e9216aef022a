"""Links to call and to write: only for what can be dialled or written to, and with nothing else in them."""

import pytest

from orders.display.contact import mail_link, phone_link


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("07700 900416", "tel:+44-7700-900416"),
        ("+44 (0)7700-900416", "tel:+44-7700-900416"),
        ("01632 960123 ext 7", "tel:+44-1632-960123;ext=7"),
        ("+1 202-555-0143", "tel:+1-202-555-0143"),
        ("", ""),
        ("none", ""),
        ("123", ""),
        ("javascript:alert(1)", ""),
        ("0" * 400, ""),
    ],
)
def test_a_number_is_dialled_as_it_is_meant(typed: str, link: str) -> None:
    assert phone_link(typed) == link


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        (" beth@mail.example ", "mailto:beth@mail.example"),
        ("b+cards@mail.example", "mailto:b%2Bcards@mail.example"),
        ("zoë@mail.example", "mailto:zo%C3%AB@mail.example"),
        ("a?bcc=all@mail.example", "mailto:a%3Fbcc%3Dall@mail.example"),
        ("a@mail.example?bcc=b@mail.example", ""),
        ("a@mail.example,b@mail.example", ""),
        ("a@mail.example\nBcc: b@mail.example", ""),
        ("beth", ""),
        ("beth@localhost", ""),
        ("", ""),
    ],
)
def test_an_address_is_written_to_alone(typed: str, link: str) -> None:
    assert mail_link(typed) == link
