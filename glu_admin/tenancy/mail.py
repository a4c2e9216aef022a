"""Mail to people of an organisation, where e-mail is set up."""

import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import send_mail

logger = logging.getLogger(__name__)


def send(subject: str, text: str, to: Iterable[str]) -> bool:
    """Send a mail from the installation's address; false when it was not sent, which stops nothing else.

    A subject that holds a name is made one line: a line break would end the header, and with it the mail.
    """
    if not settings.EMAIL_URL:
        return False
    try:
        return bool(send_mail(" ".join(subject.split()), text, None, list(to)))
    except (OSError, ValueError) as error:  # the server is away, or an address is none
        logger.warning("a mail was not sent: %s", type(error).__name__)
        return False
