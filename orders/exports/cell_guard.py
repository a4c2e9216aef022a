"""Keeps spreadsheets from running a text as a formula."""

_TRIGGERS = tuple("=+-@\t\r\n\0＝＋－＠")


def guard(text: str) -> str:
    """`text` with an apostrophe in front if a spreadsheet might take it for a formula, else as it is.

    Leading spaces do not hide a formula. An apostrophe of the text's own is doubled, so that taking one away always
    gives the text back.
    """
    return f"'{text}" if text.lstrip(" ").startswith(_TRIGGERS) or text.startswith("'") else text
