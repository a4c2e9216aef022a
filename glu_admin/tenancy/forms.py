"""The forms of people and organisations, dressed for the page."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation, Role, User

_LONG_ENOUGH = format_lazy(_("At least {n} characters."), n=settings.PASSWORD_CHARACTERS)


class Dressed:
    """Base of the forms: gives every field the page's CSS classes and ties its error messages to it."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"
            field.widget.attrs.pop("placeholder", None)
            if field.widget.attrs.get("autocomplete") == "new-password" and field.help_text:
                field.help_text = _LONG_ENOUGH  # allauth's is a list in HTML


class SignInForm(Dressed, LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["password"].help_text = ""  # the page has its own link to a new one


class ForgottenForm(Dressed, ResetPasswordForm):  # type: ignore[misc]
    """The address to which a link goes."""


class NewPasswordForm(Dressed, ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, for somebody who came by a mailed link."""


class OtherPasswordForm(Dressed, ChangePasswordForm):  # type: ignore[misc]
    """A new password, for somebody who gives the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class ConfirmForm(Dressed, ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class PasswordField(forms.CharField):
    """A new password; the validators of the settings apply in `clean_password` of the form."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(strip=False, widget=widget, help_text=_LONG_ENOUGH, **kwargs)


class PersonForm(Dressed, forms.Form):
    """A name and a password for somebody new."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password = PasswordField(label=_("Password"))

    email = ""

    def clean_password(self) -> str:
        """The password. Raises ValidationError when the validators of the settings refuse it."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class SetupForm(Dressed, forms.Form):
    """The first manager and the first organisation."""

    token = forms.CharField(
        label=_("One-time token"), help_text=_("It was printed on the console when Glu Admin started.")
    )
    name = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("Your e-mail"))
    password = PasswordField(label=_("Password"))
    organisation = forms.CharField(label=_("Organisation"), max_length=120)

    def clean_password(self) -> str:
        """The password. Raises ValidationError when the validators of the settings refuse it."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.cleaned_data.get("email", "")))
        return password


_OTHER = gettext_noop("Other")
_PARTS_OF_THE_WORLD = frozenset(
    {
        gettext_noop("Africa"),
        gettext_noop("America"),
        gettext_noop("Antarctica"),
        gettext_noop("Arctic"),
        gettext_noop("Asia"),
        gettext_noop("Atlantic"),
        gettext_noop("Australia"),
        gettext_noop("Europe"),
        gettext_noop("Indian"),
        gettext_noop("Pacific"),
    }
)


class OrganisationForm(Dressed, forms.ModelForm):  # type: ignore[type-arg]
    """An organisation's name and time zone; its address is made from its name once."""

    class Meta:
        model = Organisation
        fields = ["name", "timezone"]
        labels = {"name": _("Name"), "timezone": _("Time zone")}
        help_texts = {
            "timezone": _(
                "Days begin and times are shown in it. What is counted by day is counted again after a change."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].widget = forms.Select(
            attrs={"class": "form-select"},
            choices=zone_choices(self.initial.get("timezone", "")),
        )


def zone_choices(current: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Time zones by part of the world, those of Europe first; `current` is among them whatever it is."""
    parts: dict[str, list[tuple[str, str]]] = {"Europe": []}
    for name in sorted(available_timezones()):
        part, _, place = name.partition("/")
        if part in _PARTS_OF_THE_WORLD or name in ("UTC", current):
            parts.setdefault(part if place else _OTHER, []).append((name, place.replace("_", " ") or name))
    return [(gettext(part), zones) for part, zones in parts.items()]


class InvitationForm(Dressed, forms.Form):
    """Whom to invite, and what they may do."""

    email = forms.EmailField(label=_("E-mail"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def clean_email(self) -> str:
        """The address as it is stored."""
        return User.objects.clean_email(self.cleaned_data["email"])


class ProfileForm(Dressed, forms.ModelForm):  # type: ignore[type-arg]
    """What a person sets for themselves."""

    single_keys = forms.TypedChoiceField(
        label=_("Single keys, such as / for search"),
        choices=[("True", _("On")), ("False", _("Off"))],
        coerce=lambda chosen: chosen == "True",
        empty_value=True,  # type: ignore[arg-type]
        required=False,
    )

    class Meta:
        model = User
        fields = ["name", "theme", "rows_per_page", "single_keys"]
        labels = {"name": _("Name"), "theme": _("Theme"), "rows_per_page": _("Rows a page")}
