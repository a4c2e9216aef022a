"""Saved views: who sees which, who may change them, and how they are kept."""

from anyascii import anyascii
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import Membership, Organisation, Role, User
from orders.models import SavedView
from orders.search import Query, parse_query
from orders.search.folding import plain

MOST_VIEWS = 50
"""How many views one person may see at an organisation; they all stand above the list."""

Reach = SavedView.Reach
_TRIES = 5
_WITHOUT_LETTERS = "view"
_NEEDS = {Reach.PRIVATE: Role.VIEWER, Reach.SHARED: Role.STAFF, Reach.DEFAULT: Role.MANAGER}


class TooManyViews(Exception):
    """There are MOST_VIEWS already; the message may be shown."""


def visible_views(organisation: Organisation, user: User) -> QuerySet[SavedView]:
    """The views of the team and the person's own, by name."""
    return organisation.saved_views.filter(~Q(reach=Reach.PRIVATE) | Q(owner=user)).order_by("name", "pk")


def reaches(membership: Membership) -> list[Reach]:
    """Whom somebody of this role may save a view for."""
    return [reach for reach in Reach if membership.may(_NEEDS[reach])]


def may_change(view: SavedView, membership: Membership) -> bool:
    """Whether somebody may change, rename or delete a view: its owner, and a manager where it is the team's."""
    if view.owner_id == membership.user_id:
        return membership.may(_NEEDS[Reach(view.reach)])
    return view.reach != Reach.PRIVATE and membership.may(Role.MANAGER)


def same_name(name: str, membership: Membership, but: SavedView) -> SavedView | None:
    """The view that somebody sees under this name, other than `but`; capitals, accents, unseen signs change no name."""
    others = visible_views(membership.organisation, membership.user).exclude(pk=but.pk)
    return next((view for view in others if _bare(view.name) == _bare(name)), None)


def _bare(name: str) -> str:
    return " ".join(plain(name).split())


def kept_query(query: Query) -> str:
    """What of a list's query a view keeps: filter and sort."""
    return query.all_orders().url_query()


def query_of(view: SavedView) -> Query:
    """A view's query as it is read today."""
    return parse_query(view.query, view.organisation)


def keep(view: SavedView) -> None:
    """Save a view, a new one at an address of its own made from its name.

    A new default takes the place of the one before, which stays with the team. Raises TooManyViews for a new one.
    """
    organisation = view.organisation
    if view.pk is None and view.owner and visible_views(organisation, view.owner).count() >= MOST_VIEWS:
        raise TooManyViews(_("There are %(most)d views already. Delete one first.") % {"most": MOST_VIEWS})
    for left in reversed(range(_TRIES)):
        try:
            with transaction.atomic():
                if view.reach == Reach.DEFAULT:
                    others = organisation.saved_views.filter(reach=Reach.DEFAULT).exclude(pk=view.pk)
                    others.update(reach=Reach.SHARED)
                view.slug = view.slug if view.pk else _free_slug(organisation, view.name)
                view.save()
            return
        except IntegrityError:  # somebody saved another one in this moment
            if not left:
                raise


def _free_slug(organisation: Organisation, name: str) -> str:
    base = slugify(anyascii(name))[:50].strip("-_") or _WITHOUT_LETTERS
    taken = set(organisation.saved_views.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := f"{base}-{n}" if n > 1 else base) not in taken)
