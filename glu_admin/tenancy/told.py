"""What was written down in English, in the language of this installation.

What speaks with Glu knows no Django: its sentences are stored as they are, and marked for translation here.
"""

import re

from django.utils.translation import gettext, gettext_noop

_NUMBER = re.compile(r"\d[\d,]*(?<!,)")

OF_GLU = (
    gettext_noop("Glu answered %(number)s, which was not expected."),
    gettext_noop("Glu answered with an error of its own (%(number)s)."),
    gettext_noop("Glu asked for fewer requests."),
    gettext_noop("Glu could not be reached."),
    gettext_noop("Glu did not answer in time."),
    gettext_noop("Glu did not list the newest first."),
    gettext_noop("Glu gave the same rows again for the same dates."),
    gettext_noop("Glu has no such thing."),
    gettext_noop("Glu listed rows outside the creation dates asked for."),
    gettext_noop("Glu listed rows that changed after the time asked for."),
    gettext_noop("Glu listed rows that had not changed since the time asked for."),
    gettext_noop("Glu refused the key."),
    gettext_noop("Glu sent a page on which nothing has a creation time."),
    gettext_noop("Glu’s address answered with a redirect, which is never followed."),
    gettext_noop("Glu’s answer broke off."),
    gettext_noop("Glu’s answer took too long."),
    gettext_noop("Glu’s answer was larger than allowed."),
    gettext_noop("Glu’s answer was not JSON."),
    gettext_noop("Glu’s answer was not a list."),
    gettext_noop("Glu’s answer was not what was asked for."),
    gettext_noop("It is nested too deeply."),
    gettext_noop("Something that is not Glu answered that there is no such thing."),
    gettext_noop("The secure connection to Glu failed."),
    gettext_noop("The work was interrupted."),
)
"""Every sentence that the conversation with Glu may end with; `%(number)s` stands for a number in what is stored."""


def told(sentence: str) -> str:
    """A sentence that was stored, in the language of this installation; one that nobody has translated as it is."""
    if not sentence:
        return ""
    found, number = gettext(sentence), _NUMBER.search(sentence)
    if found != sentence or number is None:
        return found
    return gettext(_NUMBER.sub("%(number)s", sentence, count=1)).replace("%(number)s", number[0])
