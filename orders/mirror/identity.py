"""Whose data the key opens: the organisation Glu names is pinned, and another one stops everything.

The path is not documented; where Glu does not answer it, nothing can be pinned, and that is shown and refuses nothing.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now

from glu_admin.glu.errors import NotFound, Refused, Unreachable, Unreadable
from orders.glu_orders import read_organisation
from orders.mirror.session import Session
from orders.mirror.upsert import OtherOrganisationError

CANNOT_PIN = ""
"""What stands in the state where Glu does not tell the organisation."""


def check_identity(session: Session) -> None:
    """Ask at most hourly who the key belongs to. Raises OtherOrganisationError."""
    state, moment = session.state(), now()
    every = timedelta(seconds=settings.MIRROR_ORGANISATION_EVERY_SECONDS)
    if state.organisation_asked_at is not None and abs(moment - state.organisation_asked_at) < every:
        return
    try:
        raw = read_organisation(session.client)
    except (NotFound, Refused, Unreachable, Unreadable):  # a key or a route that fails here may still give orders
        raw = {}
    identity = raw.get("id", raw.get("hashId"))
    named = str(identity)[:60] if isinstance(identity, (int, str)) and not isinstance(identity, bool) else CANNOT_PIN
    if state.glu_organisation_id and named and named != state.glu_organisation_id:
        raise OtherOrganisationError
    with session.lease.writing():
        session.update_state(organisation_asked_at=moment, glu_organisation_id=state.glu_organisation_id or named)
