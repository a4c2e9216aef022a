"""Names of downloaded files."""

from datetime import datetime

from glu_admin.tenancy.models import Organisation


def export_filename(organisation: Organisation, what: str, ending: str, moment: datetime) -> str:
    """Such as "alder-house-orders-2026-01-31-1405.csv", in the organisation's time."""
    return f"{organisation.slug}-{what}-{moment.astimezone(organisation.zone):%Y-%m-%d-%H%M}.{ending}"
