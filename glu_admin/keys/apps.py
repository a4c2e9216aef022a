"""The keys application."""

from typing import Any

from celery.signals import worker_init
from django.apps import AppConfig
from django.db import connections


class KeysConfig(AppConfig):
    """Sealed Glu keys; a worker with a wrong or missing root key does not start."""

    name = "glu_admin.keys"
    label = "keys"

    def ready(self) -> None:
        worker_init.connect(_check_root_keys)


def _check_root_keys(**_: Any) -> None:
    from glu_admin.keys.ring import stop_on_wrong_root_key

    stop_on_wrong_root_key()
    connections.close_all()  # the pool forks after this, and a connection must not be shared
