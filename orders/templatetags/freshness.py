"""The freshness chip and the banners, for the frame of every page."""

from typing import Any

from django import template

from glu_admin.tenancy.models import Membership, Organisation, Role
from glu_admin.tenancy.told import told
from orders.proof.banners import banners
from orders.proof.freshness import freshness as freshness_of
from orders.proof.standing import standing_on_page

register = template.Library()
register.filter("told", told)


@register.inclusion_tag("orders/freshness/_chip.html")
def freshness_chip(organisation: Organisation) -> dict[str, Any]:
    """The chip that says how fresh an organisation's copy is."""
    return {"organisation": organisation, "freshness": freshness_of(organisation, standing_on_page(organisation))}


@register.inclusion_tag("orders/freshness/_state.html")
def organisation_state(organisation: Organisation) -> dict[str, Any]:
    """How fresh an organisation's copy is, and what is wrong with it, for a list of organisations."""
    known = standing_on_page(organisation)
    return {"freshness": freshness_of(organisation, known), "banners": banners(organisation, known)}


@register.inclusion_tag("orders/freshness/_banners.html")
def mirror_banners(membership: Membership, *, again: bool = False) -> dict[str, Any]:
    """What everybody of an organisation should know; managers get the button that mends it.

    With `again` they replace those that an open page shows already.
    """
    return {
        "again": again,
        "organisation": membership.organisation,
        "banners": banners(membership.organisation, standing_on_page(membership.organisation)),
        "may_manage": membership.may(Role.MANAGER),
    }
