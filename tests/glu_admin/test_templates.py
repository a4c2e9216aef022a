"""Templates of pages lose their indentation and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.template import Context, Engine, TemplateSyntaxError

SOURCE = "<p>\n  <b>\n\t{{ value }}\n  </b>\n</p>\n<textarea>{{ value }}</textarea>\n"


@pytest.fixture
def shown(tmp_path: Path) -> Callable[[str, str], str]:
    def render(name: str, source: str) -> str:
        (tmp_path / name).write_text(source)
        engine = Engine(dirs=[str(tmp_path)], loaders=["glu_admin.templates.Loader"], debug=True)
        return engine.get_template(name).render(Context({"value": "  one\n    two"}))

    return render


def test_a_page_loses_what_its_source_has_of_indentation_and_values_lose_nothing(
    shown: Callable[[str, str], str],
) -> None:
    value = "  one\n    two"
    assert shown("page.html", SOURCE) == f"<p>\n<b>\n{value}\n</b>\n</p>\n<textarea>{value}</textarea>\n"


def test_text_keeps_its_indentation(shown: Callable[[str, str], str]) -> None:
    assert shown("letter.txt", "Dear\n    you\n") == "Dear\n    you\n"


def test_a_fault_is_told_with_its_line(shown: Callable[[str, str], str]) -> None:
    with pytest.raises(TemplateSyntaxError) as raised:
        shown("page.html", "<p>\n\n  {% nothing %}\n</p>\n")
    assert raised.value.token.lineno == 3  # type: ignore[attr-defined]
