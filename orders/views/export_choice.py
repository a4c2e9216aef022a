"""What a file may hold and how it is written, as both forms ask for it: the one for now and the one for a schedule."""

from typing import Any

from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Organisation, User
from orders.exports import Choice
from orders.exports.asking import own_columns
from orders.exports.columns import CHOSEN, PRESETS


def choices(organisation: Organisation, user: User, choice: Choice) -> dict[str, Any]:
    """What the page offers, with what was chosen last."""
    ticked = choice.chosen or own_columns(organisation, user)
    return {
        "choice": choice,
        "presets": [(name, _(preset.label), name == choice.columns) for name, preset in PRESETS.items()],
        "own_columns": [
            (of, [(name, _(column.heading), name in ticked) for name, column in CHOSEN[lines].items()])
            for of, lines in ((_("Of orders"), False), (_("Of lines"), True))
        ],
    }


def refusal(choice: Choice, *, only_since: bool) -> str:
    """Why there is no such file, for people; "" where there is."""
    if choice.shape == "json" and choice.personal != "full":
        return _(
            "JSON Lines hold orders as Glu sent them, personal data included. Choose orders or lines to leave it out."
        )
    if choice.shape == "json" and only_since:
        return _("JSON Lines have no column that says what is new and what changed. Choose orders or lines.")
    return ""
