"""What an organisation's desk holds to: its working days, and when something counts as late."""

import re
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import OneToOneRel
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation

MOST_DAYS = 365
"""No limit in days is longer, and none in hours or minutes than as many days."""

WEEKDAYS = {
    "1": _("Monday"),
    "2": _("Tuesday"),
    "3": _("Wednesday"),
    "4": _("Thursday"),
    "5": _("Friday"),
    "6": _("Saturday"),
    "7": _("Sunday"),
}
"""The weekdays, by the digits that stand for them."""

LIMITS = ("desk_settings", "typical_times")
"""What ages are told by, as an organisation's own names for it."""

_NOT_POSTED = re.compile(
    r"e-?mail|electronic|digital|download|e-?gift|e-?voucher|e-?card|sms|text message|whatsapp|print at home|pdf"
    r"|collect|pick.?up|in person|in store|reception|front desk",
    re.I,
)


def validate_days_by_method(value: Any) -> None:
    """Raise ValidationError unless it is days by the names of delivery methods."""
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and type(days) is int and 0 <= days <= MOST_DAYS for name, days in value.items()
    ):
        said = _("Each delivery method has a number of days, from 0 to %(most)d.")
        raise ValidationError(said % {"most": MOST_DAYS})


def is_posted(method: str | None) -> bool:
    """Whether a delivery method sounds as if something goes by post; Glu tells no more of a method than its words.

    One without a name does not.
    """
    return bool(method) and not _NOT_POSTED.search(method or "")


class Holidays(models.TextChoices):
    """Whose bank holidays are no working days: codes of ISO 3166."""

    ENGLAND = "GB-ENG", _("England")
    WALES = "GB-WLS", _("Wales")
    SCOTLAND = "GB-SCT", _("Scotland")
    NORTHERN_IRELAND = "GB-NIR", _("Northern Ireland")
    IRELAND = "IE", _("Ireland")
    NONE = "none", _("None: bank holidays are days like any other")


class DeskSettings(models.Model):
    """Limits and working days of one organisation; without a row the defaults hold.

    `weekdays` are its working days as digits, Monday is 1. The columns ending in `_of` have days by the name of a
    delivery method, in place of those for all methods.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="desk_settings")
    holidays = models.CharField(max_length=6, choices=Holidays, default=Holidays.ENGLAND)
    # Monday to Friday, as "working day" is understood: who posts on Saturdays, too, adds that day, and nothing is
    # called late on a Monday that came in on Friday.
    weekdays = models.CharField(
        max_length=7, default="12345", validators=[RegexValidator(r"\A1?2?3?4?5?6?7?\Z", _("These are no weekdays."))]
    )

    # Working days for which an order may wait for its dispatch.
    dispatch_days = models.PositiveSmallIntegerField(default=2, validators=[MaxValueValidator(MOST_DAYS)])
    dispatch_days_of = models.JSONField(default=dict, blank=True, validators=[validate_days_by_method])
    # Working days before its scheduled date on which an order is due; those for all methods are for what is posted.
    lead_days = models.PositiveSmallIntegerField(default=2, validators=[MaxValueValidator(MOST_DAYS)])
    lead_days_of = models.JSONField(default=dict, blank=True, validators=[validate_days_by_method])

    # For how long a payment may be pending: at a gateway, where it takes moments, and offline, where it takes days.
    gateway_minutes = models.PositiveIntegerField(default=30, validators=[MaxValueValidator(MOST_DAYS * 24 * 60)])
    offline_days = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(MOST_DAYS)])
    # For how many hours our mark and Glu's status may differ.
    disagreement_hours = models.PositiveSmallIntegerField(default=4, validators=[MaxValueValidator(MOST_DAYS * 24)])

    across_organisations = models.Manager()

    def __str__(self) -> str:
        return f"desk settings of {self.organisation}"

    def dispatch_limit(self, method: str | None) -> int:
        """For how many working days an order of a delivery method may wait."""
        return int(self.dispatch_days_of.get(method or "", self.dispatch_days))

    def lead(self, method: str | None) -> int:
        """How many working days before its scheduled date an order of a delivery method is due."""
        usual = self.lead_days if is_posted(method) else 0
        return int(self.lead_days_of.get(method or "", usual))


def desk_settings_of(organisation: Organisation) -> DeskSettings:
    """An organisation's settings, read once for each `organisation` in hand; defaults, not saved, where it has none.

    Its typical times are read in the same question: whoever asks for one shows ages, which are told by both.
    """
    if organisation.pk is not None and not _relations()[0].is_cached(organisation):
        keep_limits(organisation, Organisation.objects.select_related(*LIMITS).get(pk=organisation.pk))
    try:
        return organisation.desk_settings
    except DeskSettings.DoesNotExist:
        return DeskSettings(organisation=organisation)


def keep_limits(organisation: Organisation, row: Organisation) -> None:
    """Leave on the `organisation` in hand the LIMITS that were read with a row of it."""
    for relation in _relations():
        relation.set_cached_value(organisation, relation.get_cached_value(row, default=None))


def _relations() -> list[OneToOneRel]:
    return [cast(OneToOneRel, Organisation._meta.get_field(name)) for name in LIMITS]


def change_desk_settings(organisation: Organisation, **values: Any) -> None:
    """Write an organisation's settings, all that are given; whoever writes last is the one that counts."""
    DeskSettings.across_organisations.update_or_create(organisation=organisation, defaults=values)
