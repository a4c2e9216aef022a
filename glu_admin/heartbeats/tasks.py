"""What travels through the queues."""

from celery import shared_task

from glu_admin.heartbeats.rows import note


@shared_task(name="heartbeats.arrive")
def arrive(queue: str) -> None:
    """Note that a heartbeat came through `queue` to a worker."""
    note(queue)
