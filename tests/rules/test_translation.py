"""Every word of ours on a page can be translated: none stands in a template unless it is marked."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Rooms that are still to be marked.
NOT_YET = ("",)
READ_ALOUD = {"aria-label", "aria-description", "alt", "title", "placeholder"}
NAMES = {"Glu", "Glu Admin"}
NOT_READ = {"style", "script"}
_MARKED = re.compile(
    r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}|{#.*?#}",
    re.DOTALL,
)
# In a tag or a value: a text of words, unless it is marked by _("…") or says how a date is written.
_QUOTED = re.compile(r"""(_\(|date:|time:)?(?:"([^"]*)"|'([^']*)')""")
_WORDS = re.compile(r"^[A-Z][a-z]|[a-z] [a-z]")
_DECIDES = re.compile(r"{%\s*(?:if|elif|url|static|load|translate|extends|comment)\b")
_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SETTING = re.compile(r"[A-Z][A-Z_]+")


class _Words(HTMLParser):
    """Collects what people read: texts, and the attributes that are read aloud or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.said += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in NOT_READ:
            self.said.append(data)


def unmarked(text: str) -> list[str]:
    """The words of a template that no translation would reach."""
    bare = _MARKED.sub(" ", text)
    words = _Words()
    words.feed(_CODE.sub(" ", bare))
    words.close()
    handed_on = [
        double or single
        for code in _CODE.findall(bare)
        if not _DECIDES.match(code)
        for marked, double, single in _QUOTED.findall(code)
        if not marked and _WORDS.search(double or single)
    ]
    said = [" ".join(each.split()) for each in (*words.said, *handed_on)]
    return [each for each in said if _LETTERS.search(each) and each not in NAMES and not _SETTING.fullmatch(each)]


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(TEMPLATES.rglob("*.html")) if not str(path.relative_to(TEMPLATES)).startswith(NOT_YET)],
    ids=lambda path: str(path.relative_to(TEMPLATES)),
)
def test_the_words_of_a_template_are_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


def test_words_that_are_not_marked_are_found() -> None:
    assert unmarked('<a title="Back" href="/{{ x }}/">Orders</a>') == ["Back", "Orders"]
    assert unmarked("{% if a %}some of {{ n }}{% endif %}") == ["some of"]
    assert unmarked('{% include "a/b.html" with heading="Team" %}{{ day|default:"any day" }}') == ["Team", "any day"]
    assert not unmarked('{{ day|date:"D j M" }}{% if a == "Paid" %}{{ b|default:_("any day") }}{% endif %}')
    assert not unmarked(
        '<p title="{% translate "Back" %}">{% blocktranslate %}Orders of {{ n }}{% endblocktranslate %}'
    )
