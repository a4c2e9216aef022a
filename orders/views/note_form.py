"""The form of a note: its text, whom it names beside those in the text, and a token that tells a form sent twice."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.forms import Dressed
from glu_admin.tenancy.models import Membership, Organisation
from orders.desk.notes import LONGEST_NOTE, team_of


class NoteForm(Dressed, forms.Form):
    """A note by somebody of the team; `team` are those whom it may name."""

    text = forms.CharField(
        max_length=LONGEST_NOTE,
        label=_("Note"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write something first.")},
    )
    tell = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    use_required_attribute = False  # what is wrong is said in its place, and not by the browser alone

    def __init__(self, *args: Any, team: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="note-%s", **kwargs)
        self.fields["tell"].choices = [(str(held.pk), str(held.user)) for held in team]  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs |= {"data-key": "m", "data-key-focus": "", "aria-describedby": "note-hint"}

    @property
    def chosen(self) -> list[int]:
        """The memberships that were ticked."""
        return [int(pk) for pk in self.cleaned_data["tell"]]

    @property
    def token_sent(self) -> uuid.UUID:
        """The token that came with the form, a new one where none did."""
        return self.cleaned_data["token"] or uuid.uuid4()

    @property
    def ticked(self) -> set[str]:
        """What was ticked as it was sent, for the page that shows the form again."""
        return set(self["tell"].value() or ())


def note_context(organisation: Organisation, form: NoteForm | None = None) -> dict[str, Any]:
    """What the field for a note shows: an empty form, or one that was sent and is wrong."""
    form = form or NoteForm(team=team_of(organisation), initial={"token": uuid.uuid4()})
    return {"note_form": form, "longest_note": LONGEST_NOTE}
