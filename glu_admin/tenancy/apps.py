"""The tenancy application."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Users, organisations and memberships; loads the Celery application for every process."""

    name = "glu_admin.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from glu_admin.celery import app  # noqa: F401  (tasks bind to it)
