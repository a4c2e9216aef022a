"""How many exports may run at once: a few a person, and a few an organisation."""

import contextlib
from dataclasses import dataclass
from datetime import timedelta

from django.db import Error, transaction
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation, User

MOST_PER_PERSON, MOST_PER_ORGANISATION = 2, 4
HELD = timedelta(seconds=150)
"""How long a slot counts whose process was killed; longer than an export that moves is without news."""


class TooManyExports(Exception):
    """As many exports run already as may at once; the message is for people."""


@dataclass(frozen=True)
class Slot:
    """The right to run one export, held by a row."""

    organisation: Organisation
    pk: int

    def keep(self) -> None:
        """Hold the slot for some more seconds from now."""
        self.organisation.running_exports.filter(pk=self.pk).update(ends_at=now() + HELD)

    def release(self) -> None:
        """Give the slot back; where the database is away, it ends by itself after a while."""
        with contextlib.suppress(Error):
            self.organisation.running_exports.filter(pk=self.pk).delete()


def take_slot(organisation: Organisation, user: User) -> Slot:
    """Take a slot for one export of this person. Raises TooManyExports when all are taken."""
    moment = now()
    with transaction.atomic():
        # One after another where it counts; for SQLite every transaction is.
        list(Organisation.objects.select_for_update(no_key=True).filter(pk=organisation.pk))
        list(User.objects.select_for_update(no_key=True).filter(pk=user.pk))
        organisation.running_exports.filter(ends_at__lte=moment).delete()
        if user.running_exports.filter(ends_at__gt=moment).count() >= MOST_PER_PERSON:
            raise TooManyExports(f"{MOST_PER_PERSON} exports of yours are still running.")
        if organisation.running_exports.count() >= MOST_PER_ORGANISATION:
            raise TooManyExports(f"{MOST_PER_ORGANISATION} exports of {organisation.name} are still running.")
        return Slot(organisation, organisation.running_exports.create(user=user, ends_at=moment + HELD).pk)
