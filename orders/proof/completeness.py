"""Whether everything is here: what “complete” means to `mirror` and `mirror_status`; the page tells it as troubles."""

from collections.abc import Iterable

from django.template.defaultfilters import pluralize

from glu_admin.tenancy.models import Organisation
from orders.models import MirrorRun, SetAside
from orders.models.mirror_state import state_of
from orders.models.set_aside import ASKABLE
from orders.proof.passes import flag_words
from orders.proof.runs import flagged_polls

_MOST_NAMED = 5
_AGAIN = "mirror --pass reconcile reads everything again"  # no other pass settles it


def lacking(organisation: Organisation, runs: Iterable[MirrorRun] = ()) -> list[str]:
    """Why not everything that Glu has is here, in words; empty when it is. What `runs` were flagged with counts too."""
    return [
        *_history(organisation),
        *_flagged(organisation, runs),
        *_set_aside(organisation),
        *_unread(organisation),
        *_missing(organisation),
    ]


def _history(organisation: Organisation) -> list[str]:
    state = state_of(organisation)
    read = state is not None and state.history_complete_at is not None
    return [] if read else ["the history has not been read to its end"]


def _flagged(organisation: Organisation, runs: Iterable[MirrorRun]) -> list[str]:
    """Flags of the last reading of everything, and of polls since that it has not settled."""
    whole = organisation.mirror_runs.filter(MirrorRun.EVERYTHING, state=MirrorRun.State.COMPLETE)
    settled_by_all = [*whole.order_by("-pk")[:1], *flagged_polls(organisation)]
    flags = sorted({flag for run in (*runs, *settled_by_all) for flag in run.flags.split()})
    again = f" ({_AGAIN})" if any(run.flags for run in settled_by_all) else ""
    return [f"flagged: {', '.join(flag_words(flags))}{again}"] if flags else []


def _set_aside(organisation: Organisation) -> list[str]:
    aside = organisation.set_aside.count()
    nameless = organisation.set_aside.filter(kind=SetAside.Kind.ORDER).exclude(glu_id__regex=ASKABLE).exists()
    again = f" ({_AGAIN})" if nameless else ""
    return [f"{aside} row{pluralize(aside, ' is,s are')} set aside and could not be placed{again}"] if aside else []


def _unread(organisation: Organisation) -> list[str]:
    unread = organisation.orders.filter(lines_due_at__isnull=False).order_by("-created_at", "-glu_id")
    count = unread.count()
    if not count:
        return []
    named = [
        f"{glu_id}: {error.rstrip('.') or 'not asked for yet'}"
        for glu_id, error in unread.values_list("glu_id", "lines_error")[:_MOST_NAMED]
    ]
    more = [f"and {count - _MOST_NAMED:,} more"] if count > _MOST_NAMED else []
    return [f"the lines of {count:,} order{pluralize(count)} could not be read ({', '.join(named + more)})"]


def _missing(organisation: Organisation) -> list[str]:
    held = organisation.missing_orders.filter(held=True).count()
    asked = organisation.missing_orders.filter(held=False).count()
    out = [f"{held} orders are missing from Glu at once; a person decides on the mirror page"] if held else []
    if asked:
        orders = f"{asked} order{pluralize(asked, ' is,s are')}"
        out.append(f"{orders} no longer listed by Glu, and marked once it has said so twice")
    return out
