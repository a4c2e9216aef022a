"""Every word of ours on a page can be translated: none stands in a template or in the code of pages unless marked.

What marks do not show, such as a word that was taken before the language was known, `tests/journeys/test_translated.py`
finds on the pages themselves.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
# Where sentences are made that people read; commands, migrations and what talks with Glu speak to operators.
SPEAKING = [
    path
    for room in (
        *("desk", "display", "exports", "lints", "models", "proof", "reports", "search", "templatetags", "views"),
        *("../glu_admin/keys", "../glu_admin/tenancy"),
    )
    for path in sorted((ROOT / "orders" / room).resolve().rglob("*.py"))
    if not {"management", "migrations"} & set(path.parts)
]
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
# Modules whose sentences others read than the readers of pages, each with who does.
ELSEWHERE = {
    "glu_admin/keys/cipher.py": "whoever starts the processes",
    "glu_admin/keys/ring.py": "whoever starts the processes",
    "glu_admin/keys/vault.py": "workers and commands",
    "glu_admin/tenancy/first_run.py": "readers of the log",
    "orders/exports/columns.py": "programs that read files",
    "orders/proof/completeness.py": "commands",
}
# Of other modules: headings in files, what a command prints, and names for values.
NOT_ON_PAGES = {
    *("Orders to be sent", "Delivery method", "Median (working days)", "Payment method", "First day", "Last day"),
    *("No order has any.", "There are: …….", "…: no order has “…”. …", "unit not known"),
    *("click and collect", "not charged back", "In the sums"),
}
# What is raised for programmers, or answered with a page that says something else.
SILENT = {
    "Http404",
    "ValueError",
    "TypeError",
    "RuntimeError",
    "LookupError",
    "KeyError",
    "AssertionError",
    "PermissionDenied",
    "SuspiciousOperation",
    "BadRequest",
}
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
_SENTENCE = re.compile(r"^[A-Z][a-z]+.* [a-z]|[a-z]+ [a-z]+ [a-z]+")
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


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
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


def unmarked_in_code(source: str) -> list[str]:
    """The sentences of a module that no translation would reach; values in them are …."""
    tree, skipped = ast.parse(source), set[ast.AST]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif (isinstance(node, ast.Call) and _name(node.func) in MARKS | SILENT | {"logger", "compile"}) or (
            isinstance(node, ast.FunctionDef) and node.name == "__str__"
        ):
            skipped |= set(ast.walk(node))
    return [text for node in ast.walk(tree) if node not in skipped for text in _texts(node, skipped)]


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return "logger" if _name(called.value) in ("logger", "log") else called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _texts(node: ast.AST, skipped: set[ast.AST]) -> Iterator[str]:
    text = None
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        skipped |= set(node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    if text and _SENTENCE.search(text) and "<" not in text:
        yield text


@pytest.mark.parametrize("name", sorted({str(path.relative_to(ROOT)) for path in SPEAKING} - ELSEWHERE.keys()))
def test_the_sentences_of_the_code_are_marked(name: str) -> None:
    assert set(unmarked_in_code((ROOT / name).read_text())) <= NOT_ON_PAGES


def test_sentences_that_are_not_marked_are_found() -> None:
    assert unmarked_in_code('x = f"There are {n} of them"') == ["There are … of them"]
    assert unmarked_in_code('raise Problem("It is not here any more.")') == ["It is not here any more."]
    assert not unmarked_in_code(
        '"""For programmers alone."""\nx = _("It is not here.")\nraise Http404("No such order.")'
    )


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_number_is_grouped_as_in_english(path: Path) -> None:
    """`grouped` of orders/display/locales.py writes them for people."""
    if str(path.relative_to(ROOT)) not in ELSEWHERE:
        assert ":,}" not in path.read_text(encoding="utf-8")
