"""People, organisations and who belongs where."""

import hashlib
import re
import secrets
import uuid
import zoneinfo
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

ROWS_A_PAGE = (25, 50, 100)
INVITATION_DAYS = 7
SETUP_TOKEN_MINUTES = 60

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def digest(token: str) -> str:
    """The SHA-256 of a random token, in hex: what is stored, so that a database reader cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        wrong = _("“%(name)s” is not a time zone we know, such as %(example)s.")
        raise ValidationError(wrong, params={"name": name, "example": "Europe/London"})


class Role(models.TextChoices):
    """What somebody of a team may do: a viewer reads, staff also export, a manager also has keys, team and settings."""

    VIEWER = "viewer", _("Viewer")
    STAFF = "staff", _("Staff")
    MANAGER = "manager", _("Manager")

    @property
    def rank(self) -> int:
        """0, 1 or 2; a role may do everything that roles of lower rank may."""
        return list(Role).index(self)


class Theme(models.TextChoices):
    """The colours a person asked for."""

    SYSTEM = "system", _("As my device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address; addresses are kept in lower case, so that one person is one row."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create and save a user; without a password they cannot sign in until one is set."""
        user = self.model(email=self.clean_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this e-mail address, however it is capitalised."""
        return self.get(email=self.clean_email(username or ""))

    @staticmethod
    def clean_email(email: str) -> str:
        """An e-mail address as it is stored: in lower case, without blanks around it."""
        return email.strip().lower()


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now)
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    rows_per_page = models.PositiveSmallIntegerField(choices=[(rows, str(rows)) for rows in ROWS_A_PAGE], default=50)
    single_keys = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()

    known_memberships: "list[Membership] | None" = None  # as they were read with the user of a request

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The person's name, or their address."""
        return str(self)


class Organisation(models.Model):
    """A business whose orders are mirrored: the root of everything tenant."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    timezone = models.CharField(max_length=60, default="Europe/London", validators=[validate_timezone])
    created_at = models.DateTimeField(default=now)
    list_columns = models.TextField(default="", blank=True)  # of its list, as whoever shows one writes them

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The address of the organisation's first page."""
        return reverse(settings.ORGANISATION_HOME, args=[self.slug])

    def clean(self) -> None:
        """Take line breaks and other signs that control something for blanks, as no name has them."""
        self.name = " ".join(_CONTROLS.sub(" ", self.name).split())

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which this organisation's days begin and its times are shown."""
        return zoneinfo.ZoneInfo(self.timezone)


class Membership(models.Model):
    """A person's place in one organisation's team."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(default=now)
    list_columns = models.TextField(default="", blank=True)  # in place of the organisation's

    across_organisations = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_each")]

    def may(self, role: Role) -> bool:
        """True when this membership allows what `role` allows."""
        return Role(self.role).rank >= role.rank


class Invitation(models.Model):
    """An invitation to join an organisation; the link carries a token of which only the digest is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=8, choices=Role, default=Role.VIEWER)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    accepted_at = models.DateTimeField(null=True)

    across_organisations = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "created_at"], name="invitation_by_organisation")]

    @property
    def open(self) -> bool:
        """True while the link still works: for some days, and no longer than the rights of who made it."""
        if self.accepted_at is not None or now() >= self.created_at + timedelta(days=INVITATION_DAYS):
            return False
        managers = self.organisation.memberships.filter(role=Role.MANAGER, user__is_active=True)
        return managers.filter(user=self.invited_by_id or 0).exists()


class SetupToken(models.Model):
    """The one-time token that guards the first-run page; only its digest is kept."""

    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    @classmethod
    def issue(cls) -> str:
        """Make a new token in place of every earlier one, and return it; it cannot be read again."""
        token = secrets.token_urlsafe(24)
        cls.objects.all().delete()
        cls.objects.create(token_digest=digest(token))
        return token

    @property
    def alive(self) -> bool:
        """True until the token is used or too old."""
        return self.used_at is None and now() < self.created_at + timedelta(minutes=SETUP_TOKEN_MINUTES)
