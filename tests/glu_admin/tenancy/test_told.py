"""Sentences that were stored in English are shown in the language of the installation."""

import ast
from pathlib import Path

import pytest

from glu_admin.tenancy import told as module
from glu_admin.tenancy.told import OF_GLU, told

GLU = Path(__file__).resolve().parents[3] / "glu_admin/glu"


def sentences(source: str) -> set[str]:
    """The sentences of a source, what is put into them named as the number that it is; its docstrings are none."""
    tree = ast.parse(source)
    explained = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    parts = [part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values]
    found = set()
    for node in ast.walk(tree):
        if node in explained or node in parts:
            continue
        if isinstance(node, ast.JoinedStr):
            found.add(
                "".join(str(part.value) if isinstance(part, ast.Constant) else "%(number)s" for part in node.values)
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return {text for text in found if text[:1].isupper() and text.endswith(".") and " " in text}


def test_whatever_the_conversation_with_glu_may_say_is_marked_for_translation() -> None:
    said = [sentences(path.read_text()) for path in GLU.rglob("*.py")]
    assert set[str]().union(*said) == set(OF_GLU)
    assert list(OF_GLU) == sorted(OF_GLU)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Glu refused the key.", "Glu hat den Schlüssel abgelehnt."),
        ("Glu answered with an error of its own (503).", "Glu antwortete mit einem Fehler: 503."),
        ("Glu says that this key opens 100 % Gifts (271).", "Glu says that this key opens 100 % Gifts (271)."),
        ("", ""),
    ],
)
def test_a_stored_sentence_is_shown_in_the_language_here(
    stored: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    german = {
        "Glu refused the key.": "Glu hat den Schlüssel abgelehnt.",
        "Glu answered with an error of its own (%(number)s).": "Glu antwortete mit einem Fehler: %(number)s.",
        "": "Language: de",
    }
    assert told(stored) == stored
    monkeypatch.setattr(module, "gettext", lambda text: german.get(text, text))
    assert told(stored) == shown
