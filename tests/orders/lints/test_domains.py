"""Mail domains that are a slip away from one that many people have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.lints.domains import _COMMON, meant_domain, one_slip_apart

LETTERS = st.text(st.sampled_from("abc."), max_size=7)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("GMAIL.CMO", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmail.co.u", "hotmail.co.uk"),
        ("yaho.co.uk", "yahoo.co.uk"),
        ("outlok.com", "outlook.com"),
        ("gmail.co.uk", "gmail.com"),
        ("gmail.com", ""),
        ("mail.com", ""),
        ("ymail.com", ""),
        ("hotmail.de", ""),
        ("post.example", ""),
        ("he.com", ""),
        ("", ""),
    ],
)
def test_what_was_probably_meant(typed: str, meant: str) -> None:
    assert meant_domain(typed) == meant


@pytest.mark.parametrize("domain", _COMMON)
def test_no_common_domain_is_taken_for_another(domain: str) -> None:
    assert meant_domain(domain) == ""


def slips(text: str) -> set[str]:
    """Everything one slip makes of a text, made plainly."""
    signs = "abc."
    cuts = [(text[:at], text[at:]) for at in range(len(text) + 1)]
    return {
        *(left + right[1:] for left, right in cuts if right),
        *(left + sign + right for left, right in cuts for sign in signs),
        *(left + sign + right[1:] for left, right in cuts for sign in signs if right),
        *(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1),
    } - {text}


@given(LETTERS, LETTERS)
def test_one_slip_is_one_edit(one: str, other: str) -> None:
    assert one_slip_apart(one, other) == (other in slips(one))
    assert one_slip_apart(one, other) == one_slip_apart(other, one)


@given(LETTERS, st.data())
def test_every_slip_is_found(text: str, data: st.DataObject) -> None:
    assert one_slip_apart(text, data.draw(st.sampled_from(sorted(slips(text)))))
