"""The product's Celery application, in which reading an order fails once with an error that quotes it whole."""

from typing import Any

from celery.signals import worker_init

from glu_admin.celery import app

__all__ = ["app"]

_failed: list[bool] = []


@worker_init.connect(weak=False)
def _loosen(**_: Any) -> None:
    """Once Django is set up, which it is not yet when this module is loaded."""
    from orders.mirror.writing import orders

    parse_order = orders.parse_order  # type: ignore[attr-defined]

    def fail_once(row: Any) -> Any:
        if not _failed:
            _failed.append(True)
            raise ValueError(f"loose-tongued on purpose: {row!r}")
        return parse_order(row)

    orders.parse_order = fail_once  # type: ignore[attr-defined,assignment]
