"""What the tables of a report's page say, row by row."""

import html
import re

_ROW = re.compile(r'<tr>\s*<th scope="row">\s*<a href="/o/alder-house/orders/\?([^"]*)">(.*?)</a>(.*?)</tr>', re.S)
_CELL = re.compile(r'<td class="num">(.*?)</td>', re.S)


def text(fragment: str) -> str:
    """What is read of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", fragment)).strip()


def rows(page: str) -> list[tuple[str, str, list[str]]]:
    """Query, words and cells of every row that leads to a list of orders."""
    return [
        (html.unescape(query), text(words), list(map(text, _CELL.findall(rest))))
        for query, words, rest in _ROW.findall(page)
    ]
