"""Views of the list that people saved: a filter with its order and columns, under a name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from glu_admin.tenancy.models import Organisation


class SavedView(models.Model):
    """A list as its address has it, for its owner alone or for the whole team.

    `query` is what `Query.url_query` wrote, filter and sort; what cannot be read of it any more is said on the list.
    `columns` are the list's, "" for those of whoever looks. `owner` is null once that person's account is gone.
    """

    class Reach(models.TextChoices):
        """Whose view it is; an organisation has at most one that its list begins with."""

        PRIVATE = "private", _("Only me")
        SHARED = "shared", _("The whole team")
        DEFAULT = "default", _("The whole team, and Orders opens with it")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="saved_views", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    slug = models.SlugField(max_length=60, db_index=False)
    query = models.TextField(blank=True)
    columns = models.TextField(default="", blank=True)
    reach = models.CharField(max_length=8, choices=Reach, default=Reach.PRIVATE)
    changed_at = models.DateTimeField(auto_now=True)

    across_organisations = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="view_by_slug"),
            models.UniqueConstraint(
                fields=["organisation"], name="one_default_view", condition=models.Q(reach="default")
            ),
        ]

    def __str__(self) -> str:
        return self.name
