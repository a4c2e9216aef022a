"""What `mirror_status --json` says to a monitor: plain values with exact numbers and times in UTC."""

from typing import Any

from orders.models import Drift, MissingOrder, SetAside
from orders.proof.report import MirrorReport
from orders.proof.trouble import needs_a_person, troubles

_MOST = 50


def as_data(report: MirrorReport) -> dict[str, Any]:
    """The report as plain values for JSON, without personal data; times are aware, UTC. Long lists end after 50."""
    state, key = report.state, report.key
    last_error = None
    if state is not None and report.last_error:
        last_error = {"words": report.last_error, "kind": state.last_error_kind, "at": state.last_error_at}
    return {
        "freshness": {
            "words": report.freshness.words,
            "tone": report.freshness.tone,
            "last_complete_look": report.freshness.up_to,
            "cache_age_seconds": int(report.cache_age.total_seconds()),
            "stands_still": report.stands_still,
        },
        "complete": not report.lacking,
        "lacking": report.lacking,
        "last_error": last_error,
        "next_look": report.next_asked_at,
        "key": {"state": key.state, "ends_in": key.last_four, "paused_at": key.paused_at} if key else None,
        "key_cannot_be_opened": report.key_closed,
        "new_key": {"state": new.state, "ends_in": new.last_four} if (new := report.candidate) else None,
        "organisation_at_glu": state.glu_organisation_id if state else None,
        "first_copy": vars(report.first_copy) if report.first_copy else None,
        "orders": report.orders,
        "transactions": report.transactions,
        "transactions_error": state.transactions_error if state else "",
        "changes_recorded": report.changes,
        "lines": {
            "due": report.due_lines,
            "failed": report.failed_lines,
            "oldest_due": report.oldest_due,
            "oldest_read": report.oldest_lines,
        },
        "set_aside": {"count": report.set_aside.count(), "newest": [_aside(one) for one in report.set_aside[:_MOST]]},
        "new_things": {"count": report.drift.count(), "newest": [_drift(one) for one in report.drift[:_MOST]]},
        "gone": report.gone,
        "missing": {
            "waiting": report.missing.count() - report.held,
            "held": report.held,
            "of_another_organisation": report.foreign,
            "orders": [_missing(one) for one in report.missing[:_MOST]],
        },
        "coverage_days": report.coverage.counts,
        "oldest_proven_day": report.coverage.oldest_proven,
        "pace": {
            "requests_per_second": state.learned_rate if state else None,
            "requests_today": report.requests_today,
            "throttled_today": report.throttled_today,
            "orders_a_page": state.page_size if state else None,
            "polls_look_back_seconds": report.overlap,
        },
        "passes": [
            {
                "name": one.name,
                "last": one.last.state if one.last else None,
                "last_error": one.last.error if one.last else "",
                "last_complete": one.complete.started_at if one.complete else None,
                "next": one.due_at if report.next_asked_at else None,
                "requests": one.last.requests if one.last else 0,
                "new": one.last.created if one.last else 0,
                "changed": one.last.changed if one.last else 0,
                "flags": one.doubts,
                "late": one.complete.late if one.complete else 0,
            }
            for one in report.passes
        ],
        "heartbeat_seconds": {sign.age.name: sign.age.seconds for sign in report.signs},
        "last_probe": report.probe.made_at if report.probe else None,
        "needs_a_person": [one.what for one in needs_a_person(report)],
        "troubles": [
            {
                "what": one.what,
                "since": one.since,
                "by_itself": one.by_itself,
                "next": one.next_at,
                "to_do": one.to_do,
                "needs_a_person": one.needs_a_person,
            }
            for one in troubles(report)
        ],
    }


def _aside(one: SetAside) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.glu_id,
        "of_order": one.order_glu_id,
        "reason": one.reason,
        "times": one.times,
        "first_seen": one.first_seen_at,
        "last_seen": one.last_seen_at,
    }


def _drift(one: Drift) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "field": one.field,
        "value": one.value,
        "times": one.orders,
        "example_order": one.example_glu_id,
        "first_seen": one.first_seen_at,
        "last_seen": one.last_seen_at,
    }


def _missing(one: MissingOrder) -> dict[str, Any]:
    return {
        "order": one.order.glu_id,
        "held": one.held,
        "found": one.found_at,
        "not_found": one.not_found_at,
        "asked_again": None if one.held else one.due_at,
    }
