"""Where a day of an organisation begins."""

from datetime import date, datetime, time

from glu_admin.tenancy.models import Organisation


def day_start(organisation: Organisation, day: date) -> datetime:
    """The instant at which a local day of the organisation begins (aware; its first hour where clocks jump)."""
    return datetime.combine(day, time.min, tzinfo=organisation.zone)
