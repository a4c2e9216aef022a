"""Forms that are the same for every order are made once a page, and have each order's number."""

from django.template import Context, Template

PAGE = (
    "{% load numbered %}{% for n in numbers %}"
    "{% numbered n where %}<i id='{{ where }}-{{ number }}'>{{ made }} {{ text }}</i>{% endnumbered %}"
    "{% endfor %}"
)


class _Made:
    def __init__(self) -> None:
        self.times = 0

    def __str__(self) -> str:
        self.times += 1
        return str(self.times)


def test_it_is_made_once_and_has_every_number() -> None:
    made = _Made()
    shown = Template(PAGE).render(Context({"numbers": [4, 41], "where": "a", "made": made, "text": "<&>"}))
    assert shown == "<i id='a-4'>1 &lt;&amp;&gt;</i><i id='a-41'>1 &lt;&amp;&gt;</i>"


def test_what_else_it_names_is_not_mixed_up_and_no_page_has_another_ones() -> None:
    page = Template(
        "{% load numbered %}{% for place in places %}{% numbered 7 place %}{{ place }}{{ number }}{% endnumbered %} "
        "{% endfor %}"
    )
    assert page.render(Context({"places": ["a", "b", "a"]})).split() == ["a7", "b7", "a7"]
    assert page.render(Context({"places": ["c"]})).split() == ["c7"]
