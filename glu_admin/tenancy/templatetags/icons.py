"""The icons of every page."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, *, small: bool = False) -> SafeString:
    """The symbol of that name in static/icons.svg, a line of text high; `small` is for arrows beside text.

    Screen readers leave it out: the words beside it say the same.
    """
    size = "i i-sm" if small else "i"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', size, static("icons.svg"), name)
