"""No cell comes alive, whichever separator a reader takes the file to have, and every text comes back."""

import csv
import io
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orders.exports.cell_guard import guard, unguard

READERS = [
    {"delimiter": delimiter, "quoting": quoting}
    for delimiter in ",;\t|"
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)
]
HIDDEN = [c for n in range(sys.maxunicode + 1) if unicodedata.category(c := chr(n)) in ("Cc", "Cf", "Zs", "Zl", "Zp")]
FORMULA = tuple(
    c for n in range(sys.maxunicode + 1) if unicodedata.normalize("NFKC", c := chr(n)).startswith(tuple("=+-@−"))
)
signs = st.sampled_from([*FORMULA, *"=+-@"])
pieces = st.sampled_from([*"=+-@,;|\t\r\n\v\f\0 '\"", "\u3000", "\xa0", "\u200b", "\ufeff", "＝", "a", "1"])
texts = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=20)


def is_alive(cell: str) -> bool:
    return cell.lstrip("".join(HIDDEN)).startswith(FORMULA)


def written(*cells: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(cells)
    return out.getvalue()


@given(texts, texts)
@example("Bob;=1+1", "x\n=1+1")
@example("a|=1", "b\t=1")
@example("a,=1", "b\r=1")
@example('; "=1+1', "a;")
@example(";'=1", "''")
def test_no_cell_comes_alive_whatever_the_separator(first: str, second: str) -> None:
    text = written("41", guard(first), guard(second), "last")
    for reader in READERS:
        # As spreadsheets do, a line break outside quotes ends a row, and so does each kind of line break.
        for row in csv.reader(io.StringIO(text, newline=""), **reader):  # type: ignore[arg-type]
            assert not [cell for cell in row if is_alive(cell)], (reader, text)


@given(texts)
def test_every_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text


@given(texts.filter(lambda text: "'" not in text))
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    plain = text.translate(dict.fromkeys([ord(c) for c in (*FORMULA, *"\t\r\n\0")]))
    assert guard(plain) == plain


def test_nothing_that_a_reader_strips_hides_a_formula() -> None:
    for blank in HIDDEN:
        assert guard(f"{blank}=1+1").startswith("'"), repr(blank)
        assert guard(f"Bob;{blank}=1+1").startswith("Bob;'"), repr(blank)


def test_every_form_of_a_sign_is_known() -> None:
    for sign in FORMULA:
        assert guard(f"{sign}1") == f"'{sign}1", repr(sign)
        assert guard(f"Bob;{sign}1") == f"Bob;'{sign}1", repr(sign)


def test_ordinary_texts_stay_as_they_are() -> None:
    for text in (
        "Anne-Marie O’Neill",
        "12-14 High Street; Bath",
        "a@b.example",
        "Tea | cake",
        "2 + 2 = 4",
        "Bob's",
        "one\n\ntwo",
    ):
        assert guard(text) == text


@pytest.mark.timeout(20)
def test_a_long_text_takes_no_longer_than_it_is() -> None:
    blanks = "\n;" * 200_000
    assert len(guard(f"{blanks}a=")) == len(blanks) + 3
    assert unguard(guard(f"{blanks}=")) == f"{blanks}="
