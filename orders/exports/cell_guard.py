"""Keeps spreadsheets from running a text as a formula, whichever separator they take the file to have.

A file with commas that is opened where `;` is the separator is cut in other places: its quotes mean nothing then, and
a cell begins after every `;` and every line break of a text. So a text is guarded at its start and after each of them.
"""

import re

_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−﬩⩵⩶"
# Blanks, controls, signs without width, and quotes: what a spreadsheet may strip before it looks for a formula.
_HIDING = (
    r"\s\"'\x00-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    r"\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SEPARATORS = r",;|\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_START = re.compile(rf"['\t\r\n\0]|[{_HIDING}]*[{_SIGNS}]")
_SIGN = re.compile(rf"[{_SIGNS}]")
# A whole run at once, whatever follows it, so that no text takes more than one look at each of its signs.
_RUN = re.compile(rf"([{_SEPARATORS}{_HIDING}]++)([{_SIGNS}])?")
_BEGINNING = re.compile(rf"([{_SEPARATORS}])")
_GUARDED_BEGINNING = re.compile(rf"([{_SEPARATORS}])'")


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
