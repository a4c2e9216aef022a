"""Commands name an organisation as its address does."""

from django.core.management.base import CommandError

from glu_admin.tenancy.models import Organisation


def organisation_called(slug: str) -> Organisation:
    """The organisation with this slug. Raises CommandError when there is none."""
    organisation = Organisation.objects.filter(slug=slug).first()
    if organisation is None:
        raise CommandError(f"There is no organisation “{slug}”.")
    return organisation
