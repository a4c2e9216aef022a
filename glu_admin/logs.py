"""How log lines are written: to standard output, through the filter that keeps personal data out."""

from typing import Any


def logging_settings(level: str, form: str) -> dict[str, Any]:
    """What Django's LOGGING is for lines of this level and above, in the form `json` or `plain`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        },
        "filters": {"privacy": {"()": "glu_admin.log_privacy.PrivacyFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "filters": ["privacy"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "gunicorn.error": {"propagate": True},  # instead of handlers of its own
            "gunicorn.access": {"propagate": True},
            "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can cause it: it is answered with 400
            "urllib3": {"level": "ERROR"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
