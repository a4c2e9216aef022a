"""The heartbeats application."""

from django.apps import AppConfig


class HeartbeatsConfig(AppConfig):
    """Rows that say when each queue last moved; a worker whose own queue stands still ends itself."""

    name = "glu_admin.heartbeats"
    label = "heartbeats"

    def ready(self) -> None:
        from glu_admin.heartbeats import watch

        watch.connect()
