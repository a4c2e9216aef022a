"""The Celery application: its queues and the timetable. Workers start with `celery -A glu_admin.celery worker`."""

import os
from typing import Any

from celery import Celery
from django.conf import settings
from kombu import Exchange, Queue

from glu_admin.broker import transport_options
from glu_admin.environment import stop_on_wrong_settings
from glu_admin.file_queue import use_whole_messages

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "glu_admin.settings")
stop_on_wrong_settings()

use_whole_messages()
app = Celery("glu_admin")
app.config_from_object("django.conf:settings", namespace="CELERY")
QUEUES = ("interactive", "changes", "bulk")
# Each its own routing key: sharing the default one would deliver every message to all of them.
app.conf.task_queues = [Queue(name, Exchange("glu_admin"), routing_key=name) for name in QUEUES]
app.conf.update(
    broker_transport_options=transport_options(),
    broker_connection_retry_on_startup=True,
    task_default_queue="changes",
    task_default_exchange="glu_admin",
    task_default_routing_key="changes",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    beat_scheduler="glu_admin.heartbeats.timetable:Timetable",
    beat_schedule_filename=str(settings.STATE_DIR / "celerybeat-schedule"),
)
app.autodiscover_tasks()


@app.on_after_finalize.connect
def _timetable(sender: Celery, **_: Any) -> None:
    """The tick finds in the rows what is due, so a lost or doubled one changes nothing; and each queue's heartbeat."""
    sender.add_periodic_task(
        settings.MIRROR_TICK_SECONDS,
        sender.signature("orders.tick", queue="changes", expires=settings.MIRROR_TICK_SECONDS),
        name="tick",
    )
    for queue in QUEUES:
        # One that waited behind much work still tells that the queue moves.
        heartbeat = sender.signature(
            "heartbeats.arrive", args=(queue,), queue=queue, expires=settings.HEARTBEAT_LATE_SECONDS
        )
        sender.add_periodic_task(settings.HEARTBEAT_SECONDS, heartbeat, name=f"heartbeat-{queue}")
