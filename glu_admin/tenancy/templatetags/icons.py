"""The icons of every page."""

from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, *, small: bool = False) -> SafeString:
    """The symbol of that name in static/icons.svg, a line of text high; `small` is for arrows beside text.

    Screen readers leave it out: the words beside it say the same.
    """
    return _symbol(name, "i i-sm" if small else "i", settings.STATIC_URL)


@cache
def _symbol(name: str, size: str, _static_url: str) -> SafeString:
    """A page has a hundred of them; their address changes with a release only."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', size, static("icons.svg"), name)
