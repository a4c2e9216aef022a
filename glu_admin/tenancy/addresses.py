"""An organisation's part of the address, made from its name once."""

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Organisation

WITHOUT_LETTERS = "organisation"
"""What stands before the number in the address of a name that has no Latin letters even when it is transliterated."""
_TRIES = 5


def free_slug(name: str) -> str:
    """An address for a new organisation: its name in Latin letters, with a number where that is taken.

    Raises ValidationError for a name that says nothing, such as "!!!".
    """
    base = slugify(anyascii(name))[:50].strip("-_")
    if not base:
        if not any(character.isalnum() for character in name):
            raise ValidationError(_("The name needs at least one letter or digit."))
        base = WITHOUT_LETTERS
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base != WITHOUT_LETTERS and base not in taken:
        return base
    first = 1 if base == WITHOUT_LETTERS else 2
    return next(slug for n in range(first, first + len(taken) + 1) if (slug := f"{base}-{n}") not in taken)


def save_at_free_slug(organisation: Organisation) -> None:
    """Save a new organisation at an address of its own, also while others are saved. Raises ValidationError."""
    organisation.clean()
    for left in reversed(range(_TRIES)):
        organisation.slug = free_slug(organisation.name)
        try:
            with transaction.atomic():
                organisation.save()
            return
        except IntegrityError:  # somebody else was given that address in this moment
            if not left:
                raise
