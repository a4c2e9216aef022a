"""Why elements of Glu's are set aside, marked for translation: what reads them knows no Django."""

from django.utils.translation import gettext_noop

OF_ROWS = (
    gettext_noop("It has no createdAt that can be read, so it cannot be placed."),
    gettext_noop("It has no id that can be read."),
    gettext_noop("It is nested too deeply."),
    gettext_noop("It is not an order but something else."),
    gettext_noop("It is not an order line but something else."),
)
"""Every reason that reading an order or a line may give."""
