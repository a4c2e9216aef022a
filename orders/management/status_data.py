"""What `mirror_status --json` says to a monitor: plain values with exact numbers and times in UTC."""

from typing import Any

from orders.models import Drift, MissingOrder, SetAside
from orders.proof.report import MirrorReport
from orders.proof.trouble import needs_a_person, troubles

_MOST = 50


def as_data(report: MirrorReport) -> dict[str, Any]:
    """The report as plain values for JSON, without personal data; times are UTC. Of long lists only the newest."""
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
        "set_aside": {
            "count": report.set_aside.count(),
            "newest": [_aside(aside) for aside in report.set_aside[:_MOST]],
        },
        "new_things": {"count": report.drift.count(), "newest": [_drift(drift) for drift in report.drift[:_MOST]]},
        "gone": report.gone,
        "missing": {
            "waiting": report.missing.count() - report.held,
            "held": report.held,
            "of_another_organisation": report.foreign,
            "orders": [_missing(missing) for missing in report.missing[:_MOST]],
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
                "name": pass_report.name,
                "last": pass_report.last.state if pass_report.last else None,
                "last_error": pass_report.last.error if pass_report.last else "",
                "last_complete": pass_report.complete.started_at if pass_report.complete else None,
                "next": pass_report.due_at if report.next_asked_at else None,
                "requests": pass_report.last.requests if pass_report.last else 0,
                "new": pass_report.last.created if pass_report.last else 0,
                "changed": pass_report.last.changed if pass_report.last else 0,
                "flags": pass_report.doubts,
                "late": pass_report.complete.late if pass_report.complete else 0,
            }
            for pass_report in report.passes
        ],
        "heartbeat_seconds": {sign.age.name: sign.age.seconds for sign in report.signs},
        "last_probe": report.probe.made_at if report.probe else None,
        "needs_a_person": [trouble.what for trouble in needs_a_person(report)],
        "troubles": [
            {
                "what": trouble.what,
                "since": trouble.since,
                "by_itself": trouble.by_itself,
                "next": trouble.next_at,
                "to_do": trouble.to_do,
                "needs_a_person": trouble.needs_a_person,
            }
            for trouble in troubles(report)
        ],
    }


def _aside(aside: SetAside) -> dict[str, Any]:
    return {
        "kind": aside.kind,
        "id": aside.glu_id,
        "of_order": aside.order_glu_id,
        "reason": aside.reason,
        "times": aside.times,
        "first_seen": aside.first_seen_at,
        "last_seen": aside.last_seen_at,
    }


def _drift(drift: Drift) -> dict[str, Any]:
    return {
        "kind": drift.kind,
        "field": drift.field,
        "value": drift.value,
        "times": drift.orders,
        "example_order": drift.example_glu_id,
        "first_seen": drift.first_seen_at,
        "last_seen": drift.last_seen_at,
    }


def _missing(missing: MissingOrder) -> dict[str, Any]:
    return {
        "order": missing.order.glu_id,
        "held": missing.held,
        "found": missing.found_at,
        "not_found": missing.not_found_at,
        "asked_again": None if missing.held else missing.due_at,
    }
