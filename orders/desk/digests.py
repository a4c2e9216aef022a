"""The daily digest: who wants it, when it is due, what stands in it: numbers with their links, and nobody's name."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from glu_admin.tenancy import mail
from glu_admin.tenancy.models import Membership, Organisation
from glu_admin.tenancy.public_url import desk_link
from glu_admin.tenancy.times import day_start, full_text, next_at, when_text
from orders.desk.home import NEXT, Answer, answers, groups
from orders.desk.looks import FIRST, since_instant
from orders.desk.news import read_news
from orders.display.working_days import calendar_of
from orders.models import Digest
from orders.proof.freshness import freshness

HOURS = range(6, 12)
"""The hours of a morning at which it may be due."""

USUAL_HOUR = 7
"""Which of them is proposed."""

_AGAIN = timedelta(minutes=15)


def switch_on(membership: Membership, hour: int) -> None:
    """Send somebody the digest of their organisation from the next working morning on, at an hour of HOURS."""
    organisation = membership.organisation
    due = {"hour": hour, "due_at": _next(organisation, hour, now())}
    organisation.digests.update_or_create(user=membership.user, defaults=due)


def switch_off(membership: Membership) -> None:
    """Send somebody no more of them."""
    membership.organisation.digests.filter(user=membership.user).delete()


def send_due(digest: Digest) -> None:
    """Send a digest that is due, on the working day on which it is; on a quiet day nothing.

    Whoever moves its time has taken it, so that of two workers one sends. What is not sent, as the mail server or a
    worker fell away, is tried again after a while, until the day is over. Who has left the team gets none any more.
    """
    organisation, moment = digest.organisation, now()
    mine = organisation.digests.filter(pk=digest.pk)
    if digest.due_at > moment or not mine.filter(due_at=digest.due_at).update(due_at=moment + _AGAIN):
        return
    membership = organisation.memberships.filter(user=digest.user_id).select_related("user").first()
    if membership is None:
        mine.delete()
        return
    told_at = digest.told_at
    if membership.user.is_active and _is_its_day(organisation, digest.hour, moment):
        since = max(told_at or moment - FIRST, membership.created_at)
        text = digest_text(organisation, since, moment)
        subject = _("%(name)s: what needs somebody today") % {"name": organisation.name}
        if text and not mail.send(subject, text, [membership.user.email]):
            return
        told_at = moment
    due_at = _next(organisation, digest.hour, moment)
    mine.filter(due_at=moment + _AGAIN).update(due_at=due_at, told_at=told_at)


def digest_text(organisation: Organisation, since: datetime, moment: datetime) -> str:
    """What Home asks for at a moment, and how many orders changed since an instant (both aware); "" on a quiet day.

    What is only scheduled breaks no quiet.
    """
    asked = [(words, _some(answers(organisation, questions))) for words, questions in groups(organisation)]
    changed = read_news(organisation, since_instant(since)).count()
    if not changed.n and all(answer.question == NEXT for words, some in asked for answer in some):
        return ""
    zone, slug = organisation.zone, [organisation.slug]
    parts = [f"{organisation.name}, {full_text(moment, zone)}"]
    for words, some in asked:
        listed = [
            _line(f"{answer.question.words}: {answer.count}", f"{reverse('orders', args=slug)}?{answer.query}")
            for answer in some
        ]
        parts += ["\n".join([words, *listed])] if listed else []
    if changed.n:
        told = _("%(orders)s new or changed since %(when)s") % {
            "orders": changed.words,
            "when": when_text(since, zone, moment, inside=True),
        }
        link = f"{reverse('news', args=slug)}?{urlencode({'since': since.isoformat()})}"
        parts.append("\n".join([_("What changed"), _line(told, link)]))
    parts.append(_("The copy of Glu’s orders: %(freshness)s.") % {"freshness": freshness(organisation).words})
    parts.append(_line(_("You switched this mail on, and switch it off, on your profile."), reverse("profile")))
    return "\n\n".join(parts) + "\n"


def _some(found: list[Answer]) -> list[Answer]:
    return [answer for answer in found if answer.count.n]


def _line(words: str, path: str) -> str:
    """What is said with where it leads, if it is known under which address the desk is."""
    link = desk_link(path)
    return f"- {words}\n  {link}" if link else f"- {words}"


def _is_its_day(organisation: Organisation, hour: int, moment: datetime) -> bool:
    """Whether it was due at an hour of the day of a moment, and not only on one before."""
    today = day_start(moment.astimezone(organisation.zone).date(), organisation.zone)
    return _next(organisation, hour, today) <= moment


def _next(organisation: Organisation, hour: int, after: datetime) -> datetime:
    """The next working morning's hour after a moment (aware)."""
    return next_at(time(hour), organisation.zone, after, calendar_of(organisation).is_working)
