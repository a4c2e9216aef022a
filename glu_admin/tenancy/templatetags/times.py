"""Times of an organisation, for every page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from glu_admin.tenancy.times import When
from glu_admin.tenancy.times import when as when_of

register = template.Library()


@register.simple_tag
def when(moment: datetime | None, zone: ZoneInfo, absent: str = "", *, inside: bool = False) -> SafeString:
    """A time element in the organisation's zone, with the exact time in its title; `inside` a sentence it says today.

    Where there is no time it says `absent`, by default "Not yet".
    """
    if moment is None:
        return format_html('<span class="mut">{}</span>', absent or _("Not yet"))
    return time_html(when_of(moment, zone, inside=inside))


def time_html(shown: When) -> SafeString:
    """A time element, with the full text in its title."""
    return format_html('<time datetime="{}" title="{}">{}</time>', shown.iso, shown.full, shown.text)
