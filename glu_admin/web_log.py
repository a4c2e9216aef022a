"""The web server's own lines, in the form of all others and through the same filter, from the first one on."""

import logging.config

from django.core.exceptions import ImproperlyConfigured
from gunicorn.config import Config
from gunicorn.glogging import Logger


class WebLog(Logger):
    """Gunicorn's logger. Without it the lines before the application is loaded have gunicorn's form."""

    def setup(self, cfg: Config) -> None:
        """Set up as gunicorn does, then as the settings say."""
        super().setup(cfg)
        try:
            from glu_admin.settings import LOGGING
        except ImproperlyConfigured:  # the application says so when it is loaded
            return
        logging.config.dictConfig(LOGGING)
        logging.captureWarnings(True)  # Python's own, which it would print
