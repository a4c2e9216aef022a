"""Texts and times as HTML, for templates and for cells that are made without one."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from glu_admin.tenancy.templatetags.times import time_html
from glu_admin.tenancy.times import When
from orders.display.text import closed, writable

NOTHING = SafeString()


def bdi(text: object) -> SafeString:
    """A text that somebody else wrote: it wraps, and whichever way it runs, the sentence around it runs on."""
    return NOTHING if text in (None, "") else format_html("<bdi>{}</bdi>", closed(writable(str(text))))


def time_element(shown: When) -> SafeString:
    """A time with its full text in the title; what is no time stands as text."""
    return time_html(shown) if shown.iso else bdi(shown.text)
