"""State is data, and words are for people: nothing decides by comparing a sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The sandbox is Glu, whose statuses are words; old migrations know nothing but words.
SOURCES = [
    path
    for top in ("glu_admin", "orders")
    for path in (ROOT / top).rglob("*.py")
    if not {"migrations", "sandbox"} & set(path.parts)
]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))
# Columns, fields and properties that hold what people are told.
SAID = {"words", "check_words", "label", "last_error", "lines_error", "transactions_error", "error", "detail", "reason"}
MAY_COMPARE = {
    "orders/proof/trouble.py": {"report.last_error"},  # what a pass has said already is not said a second time
    "glu_admin/keys/ring.py": {"_CANARY"},  # a text that was sealed, to see that it opens
}
MATCHING = {"startswith", "endswith", "removeprefix", "removesuffix", "find", "index", "count"}
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")


def is_sentence(text: object) -> bool:
    """More than one word: no code, no name of a thing."""
    return isinstance(text, str) and " " in text.strip()


def text_of(value: ast.expr) -> object:
    """The text that a constant is given, also one that is marked for translation."""
    if isinstance(value, ast.Call) and len(value.args) == 1:
        return text_of(value.args[0])
    return value.value if isinstance(value, ast.Constant) else None


def named_in(tree: ast.Module) -> set[str]:
    """The names of a module's constants that are sentences."""
    return {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and is_sentence(text_of(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def named_anywhere() -> set[str]:
    """Those that other modules may import."""
    names = (named_in(ast.parse(path.read_text())) for path in SOURCES)
    return {name for found in names for name in found if not name.startswith("_")}


def compared(tree: ast.AST) -> Iterator[tuple[ast.expr, bool]]:
    """What is compared or matched, each with whether it is compared with nothing but an empty text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            bare = any(isinstance(side, ast.Constant) and side.value in ("", None) for side in sides)
            for side in sides:
                yield from (
                    (operand, bare)
                    for operand in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
                )
        elif isinstance(node, ast.MatchValue):
            yield node.value, False
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MATCHING:
            yield node.func.value, False
            for argument in node.args:
                yield from (
                    (each, False) for each in (argument.elts if isinstance(argument, ast.Tuple) else [argument])
                )


def found_in(source: str, named: set[str]) -> list[str]:
    """Where a source compares a sentence: one as it stands, one by its name, or what people are told."""
    tree = ast.parse(source)
    named = named | named_in(tree)
    return [
        ast.unparse(operand)
        for operand, bare in compared(tree)
        if (isinstance(operand, ast.Constant) and is_sentence(operand.value))
        or (isinstance(operand, ast.Name) and operand.id in named)
        or (isinstance(operand, ast.Attribute) and operand.attr in SAID and not bare)
    ]


def found_in_template(text: str) -> list[str]:
    """The conditions of a template that compare a sentence, or what people are told."""
    return [
        tag
        for tag in re.findall(r"{%\s*(?:el)?if\s(.*?)%}", text, flags=re.DOTALL)
        if any(is_sentence(single or other) for single, other in _QUOTED.findall(tag))
        or re.search(rf"\.({'|'.join(SAID)})\s*(==|!=|\bin\b)|(==|!=|\bin\b)\s*[\w.]*\.({'|'.join(SAID)})\b", tag)
    ]


NAMED = named_anywhere()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_compares_a_sentence(path: Path) -> None:
    assert set(found_in(path.read_text(), NAMED)) <= MAY_COMPARE.get(str(path.relative_to(ROOT)), set())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_template_compares_a_sentence(path: Path) -> None:
    assert found_in_template(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        'words == "Identical to Glu."',
        'order.check_words.startswith("Glu no longer")',
        "state.last_error.startswith(OWN)",
        'x in ("Yes, it is", "No")',
        'label != "Glu could not be reached"',
        "match words:\n    case 'Not at Glu.':\n        pass",
        "self.words == IDENTICAL",
        "one.label == other",
        "_SAID = 'It is away.'\nwords == _SAID",
        "_SAID = gettext_noop('It is away.')\nwords == _SAID",
    ],
)
def test_what_compares_a_sentence_is_found(source: str) -> None:
    assert found_in(source, {"IDENTICAL"})


@pytest.mark.parametrize("source", ['state.last_error == ""', 'kind == "refused"', 'text.startswith("PK")'])
def test_what_compares_a_value_is_let_through(source: str) -> None:
    assert found_in(source, set()) == []


def test_templates_are_looked_through() -> None:
    assert found_in_template('{% if check.words == "Identical to Glu." %}x{% endif %}')
    assert found_in_template("{% if 'no longer' in check.words %}x{% endif %}")
    assert not found_in_template('{% if empty == "no_key" and banner.tone == "red" %}x{% endif %}')
