"""What `mirror_status` says to a person: 80 columns, what needs somebody first, what is empty left out."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from textwrap import fill
from zoneinfo import ZoneInfo

from django.template.defaultfilters import pluralize
from django.utils.timezone import now

from glu_admin.keys.models import GluKey
from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.times import local
from orders.display.durations import about
from orders.models import Drift, MirrorRun, MissingOrder, SetAside
from orders.proof.passes import Reading
from orders.proof.report import MirrorReport
from orders.proof.trouble import in_words, troubles

_COLUMNS = 80
_LABEL = 26
_MOST = 10
# Where `manage.py mirror --pass` has another name for what the page shows.
_ASKED_FOR_AS = {Reading.EVERYTHING: MirrorRun.Pass.RECONCILE}


def status_text(organisation: Organisation, report: MirrorReport) -> str:
    """The report in lines, with times in the organisation's zone."""
    zone = organisation.zone
    person: list[str] = []
    others: list[str] = []
    for trouble in troubles(report):
        (person if trouble.needs_a_person else others).append(in_words(trouble, report))
    parts = [
        fill(f"{organisation.name} ({organisation.slug}), {_time(now(), zone)} {zone.key}", _COLUMNS),
        _items("Needs a person", len(person), person) or "Nobody has to do anything.",
        _items("Mends itself", len(others), others),
        _pairs("Freshness", _freshness(report, zone)),
        "\n".join(_passes(report, zone)),
        _pairs("Here", _here(report, zone)),
        _items("Set aside, could not be read", report.set_aside.count(), map(_aside, report.set_aside[:_MOST])),
        _items("Not seen before, kept as it came", report.drift.count(), map(_drift, report.drift[:_MOST])),
        _items(
            "Not listed by Glu", report.missing.count(), (_missing(missing, zone) for missing in report.missing[:_MOST])
        ),
        _pairs("Conversation with Glu", _conversation(report, zone)),
        _pairs("Signs of life", ((sign.name, sign.words) for sign in report.signs)),
    ]
    return "\n\n".join(part for part in parts if part)


def _time(moment: datetime | None, zone: ZoneInfo) -> str:
    return local(moment, zone).isoformat(" ", "minutes") if moment else ""


def _due(moment: datetime | None, zone: ZoneInfo) -> str:
    return "now" if moment and moment <= now() else _time(moment, zone)


def _items(title: str, count: int, items: Iterable[str]) -> str:
    """A heading with its number and a list; empty if there is nothing."""
    lines = [fill(item, _COLUMNS, initial_indent="  - ", subsequent_indent="    ") for item in items]
    more = [f"  … and {count - len(lines):,} more"] if count > len(lines) else []
    return "\n".join([f"{title.upper()} ({count:,})", *lines, *more]) if count else ""


def _pairs(title: str, pairs: Iterable[tuple[str, str]]) -> str:
    lines = [
        fill(words, _COLUMNS, initial_indent=f"  {name:{_LABEL}}", subsequent_indent=" " * (_LABEL + 2))
        for name, words in pairs
        if words
    ]
    return "\n".join([title.upper(), *lines])


def _freshness(report: MirrorReport, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    state, copy = report.state, report.first_copy
    yield "Copy", report.freshness.words
    yield "Complete up to", _time(report.freshness.up_to, zone)
    yield "Glu’s answers", report.cache_words
    yield "Next look", _due(report.next_asked_at, zone)
    if state and report.last_error:
        yield "Last error", f"{report.last_error} ({_time(state.last_error_at, zone)})"
    yield "Left of the first copy", about(copy.left) if copy else ""
    yield "Key", _key(report.key, zone)
    yield "New key", _key(report.candidate, zone)


def _key(key: GluKey | None, zone: ZoneInfo) -> str:
    if key is None:
        return ""
    paused = f", paused since {_time(key.paused_at, zone)}" if key.paused_at else ""
    return f"{GluKey.State(key.state).label}, ends in {key.last_four}{paused}"


def _passes(report: MirrorReport, zone: ZoneInfo) -> Iterator[str]:
    rows = [("PASS (--pass)", "LAST", "LAST COMPLETE", "NEXT")]
    for pass_report in report.passes:
        if pass_report.last or pass_report.due_at:
            asked_for_as = f" ({_ASKED_FOR_AS[pass_report.reading]})" if pass_report.reading in _ASKED_FOR_AS else ""
            complete = _time(pass_report.complete.started_at, zone) if pass_report.complete else "not yet"
            due = _due(pass_report.due_at, zone) if report.next_asked_at else ""
            rows.append((f"{pass_report.name}{asked_for_as}", pass_report.status.words.lower(), complete, due))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for pass_report in report.passes:
        if pass_report.last and pass_report.last.error:
            yield fill(f"{pass_report.name}: {pass_report.last.error}", _COLUMNS, subsequent_indent="  ")


def _here(report: MirrorReport, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    days, since = report.coverage.counts, report.coverage.oldest_proven
    yield "Orders", f"{report.orders:,}"
    yield "Transactions", f"{report.transactions:,}"
    yield "Changes recorded", f"{report.changes:,}"
    yield "Days, of the last year", ", ".join(f"{count} {name}" for name, count in days.items() if count)
    yield "Proven since", str(since or "")
    yield "Lines still to read", _orders(report.due_lines)
    yield "Oldest of them due", _time(report.oldest_due, zone)
    yield "Lines that failed", _orders(report.failed_lines)
    yield "Oldest reading of lines", _time(report.oldest_lines, zone)
    yield "No longer returned by Glu", f"{report.gone:,}" if report.gone else ""


def _orders(count: int) -> str:
    return f"{count:,} order{pluralize(count)}" if count else ""


def _aside(aside: SetAside) -> str:
    of = f" of order {aside.order_glu_id}" if aside.order_glu_id is not None else ""
    kind = SetAside.Kind(aside.kind).label
    return f"{kind} {aside.glu_id or 'without id'}{of}: {aside.reason} ({aside.times:,} time{pluralize(aside.times)})"


def _drift(drift: Drift) -> str:
    what = f": {drift.field}" if drift.field else ""
    value = f" “{drift.value}”" if drift.value else ""
    example = f", as in order {drift.example_glu_id}" if drift.example_glu_id is not None else ""
    return f"{Drift.Kind(drift.kind).label}{what}{value} ({drift.orders:,} time{pluralize(drift.orders)}{example})"


def _missing(missing: MissingOrder, zone: ZoneInfo) -> str:
    what = "waits for a person" if missing.held else f"asked for at {_time(missing.due_at, zone)}"
    return f"Order {missing.order.glu_id}: {what}"


def _conversation(report: MirrorReport, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    state = report.state
    if state and state.learned_rate:
        yield "Learned pace", f"{state.learned_rate:,.1f} requests a second"
    refused = f", {report.throttled_today:,} refused as too many" if report.throttled_today else ""
    yield "Requests today (UTC)", f"{report.requests_today:,}{refused}"
    if state:
        yield "Orders a page", str(state.page_size or "")
        yield "Polls look back", f"{report.overlap:,} s, as orders came late" if state.overlap_seconds else ""
        yield "Organisation at Glu", str(state.glu_organisation_id or "")
        yield "Transactions", state.transactions_error
    yield "Last probe", _time(report.probe.made_at, zone) if report.probe else ""
