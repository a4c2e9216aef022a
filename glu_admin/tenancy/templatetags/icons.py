"""The icons of every page."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, *, small: bool = False) -> SafeString:
    """The symbol of that name in static/icons.svg, a line of text high; `small` is for arrows beside text.

    Screen readers leave it out: the words beside it say the same.
    """
    return _symbol(name, "i i-sm" if small else "i", get_script_prefix())


@cache
def _symbol(name: str, size: str, _below: str) -> SafeString:
    """A page has a hundred; their address changes with a release and with the path below which the desk stands."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', size, static("icons.svg"), name)
