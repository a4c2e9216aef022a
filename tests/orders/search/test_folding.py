"""One folding for both sides: what people read alike is alike, and nothing else."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orders.search.folding import digits, fold, joined, plain


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Łucja  LLŷd", "lucja llyd"),
        ("ĦAL Ŋina Þóra Æsa Œuvre", "hal ngina thora aesa oeuvre"),
        ("O'Dowd O’Dowd O‘Dowd OʻDowd O`Dowd O´Dowd O＇Dowd", "odowd odowd odowd odowd odowd odowd odowd"),
        ("Sma\u00adll\u200b Zo\u00eb\u2060 \ufeffNew", "small zoe new"),
        ("Hill\u2011Brown Hill–Brown", "hill brown hill brown"),
        ("one\u00a0two\u2009three\u3000four", "one two three four"),
        ("12,345 12.345 12/345", "12345 12345 12345"),
        ("Ｆｕｌｌ ｗｉｄｔｈ ﬁne №5", "full width fine no5"),
        ("李娜", "u674eu5a1c"),
        ("ガ ｶﾞ", "u30ab u30ab"),
        ("👍🏽 👍 ❤️", "u1f44d u1f44d u2764"),
        ("مـــريم", "mrym"),
        ("sam.hill+two@post.example", "sam hill two post example"),
        ("half an emoji \ud83c", "half an emoji"),
        ("'`…", ""),
        ("a\x08b\x7fc\x00", "abc"),
    ],
)
def test_what_is_read_alike_is_alike(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_a_folded_text_stays_as_it_is(typed: str) -> None:
    once = fold(typed)
    assert fold(once) == once
    assert plain(plain(typed)) == plain(typed)
    assert once.isascii()
    assert once == once.lower() == " ".join(once.split())
    assert joined(typed) == once.replace(" ", "")
    assert digits(typed) == digits(once) or not typed.isascii()


@given(st.text(max_size=40))
@example("0\x08A")
def test_how_a_text_is_encoded_does_not_matter(typed: str) -> None:
    assert fold(unicodedata.normalize("NFD", typed)) == fold(unicodedata.normalize("NFC", typed))
    assert fold("\u2066\u200e" + typed + "\u200b\u2069") == fold(typed)
