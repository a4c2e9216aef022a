"""Keeps spreadsheets from running a text as a formula, whichever separator they take the file to have.

A file with commas that is opened where `;` is the separator is cut in other places: its quotes mean nothing then, and
a cell begins after every `;` and every line break of a text. So a text is guarded at its start and after each of them.
"""

import re

# Written as both Python and PostgreSQL read them within brackets.
SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−﬩⩵⩶"
"""What begins a formula, in every form."""
HIDING = (
    r"\"'\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    r"\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Blanks, controls, signs without width, and quotes: what a spreadsheet may strip before it looks for a formula."""
SEPARATORS = r",;|\u0009-\u000d\u001c-\u001e\u0085\u2028\u2029"
"""What a cell may end with, whichever separator a file is taken to have."""

_HIDING = rf"\x00{HIDING}"
_START = re.compile(rf"['\t\r\n\0]|[{_HIDING}]*[{SIGNS}]")
_SIGN = re.compile(rf"[{SIGNS}]")
# A whole run at once, whatever follows it, so that no text takes more than one look at each of its signs.
_RUN = re.compile(rf"([{SEPARATORS}{_HIDING}]++)([{SIGNS}])?")
_BEGINNING = re.compile(rf"([{SEPARATORS}])")
_GUARDED_BEGINNING = re.compile(rf"([{SEPARATORS}])'")


def guard(text: str) -> str:
    """`text` with an apostrophe wherever a spreadsheet might see the beginning of a formula; `unguard` takes it back.

    A text that begins with an apostrophe, a tab or a line break gets one too.
    """
    safe = _RUN.sub(_guarded, text) if _SIGN.search(text) else text
    return f"'{safe}" if _START.match(text) else safe


def unguard(text: str) -> str:
    """The text that `guard` was given: the apostrophes that it has put in are taken out."""
    return _RUN.sub(_unguarded, text.removeprefix("'"))


def _guarded(run: re.Match[str]) -> str:
    return _BEGINNING.sub(r"\1'", run[0]) if run[2] else run[0]


def _unguarded(run: re.Match[str]) -> str:
    return _GUARDED_BEGINNING.sub(r"\1", run[0]) if run[2] else run[0]
