"""Which organisation a key belongs to. How orders tell it is the room's to know; the settings name the function."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Organisation

if TYPE_CHECKING:
    from glu_admin.glu.client import GluClient


class OtherOrganisationError(Exception):
    """The key opens another organisation than the one whose orders are here. `words` may be shown."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Owner:
    """An organisation as Glu names it: its id there (a number or a hash), and its name, which may be empty."""

    glu_id: str
    name: str

    def __str__(self) -> str:
        """The two as people read them."""
        return f"{self.name} ({self.glu_id})" if self.name else _("organisation %(id)s") % {"id": self.glu_id}


Recogniser = Callable[[Organisation, "GluClient"], Owner | None]
"""Says whose the client's key is, None where Glu does not tell; raises OtherOrganisationError and GluError."""


def recogniser() -> Recogniser:
    """The function that tells, by what is already here of an organisation, whether a key is of the same one."""
    found: Recogniser = import_string(settings.GLU_KEY_RECOGNISER)
    return found
