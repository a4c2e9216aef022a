"""An icon is named, and no name breaks out of it."""

from django.template import Context, Template


def drawn(source: str, **context: str) -> str:
    return Template("{% load icons %}" + source).render(Context(context))


def test_an_icon_is_a_symbol_of_the_sheet_that_screen_readers_leave_out() -> None:
    assert (
        drawn('{% icon "mirror" %}') == '<svg class="i" aria-hidden="true"><use href="/static/icons.svg#mirror"/></svg>'
    )


def test_a_small_icon_stands_beside_text() -> None:
    assert 'class="i i-sm"' in drawn('{% icon "left" small=True %}')


def test_a_name_from_elsewhere_stays_within_its_attribute() -> None:
    assert "<b>" not in drawn("{% icon name %}", name='"/><b>')
