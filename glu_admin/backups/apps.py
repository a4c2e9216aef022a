"""The back-ups application: two commands, and no tables."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    """Back-ups and their restore check."""

    name = "glu_admin.backups"
    label = "backups"
