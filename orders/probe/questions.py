"""A question to Glu: what is asked, what the mirror assumes, and a function that finds out."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext

from orders.models import Finding, Mark
from orders.probe.known import Known


@dataclass(frozen=True)
class Found:
    """An answer in words, and how it compares with what was assumed."""

    words: str
    mark: Mark


@dataclass(frozen=True)
class Question:
    """One thing to find out. `means` is what follows for the mirror if it differs, `relied` whether that is grave."""

    group: str
    what: str
    assumed: str
    ask: Callable[[Known], Found]
    means: str = ""
    relied: bool = False

    def finding(self, found: Found) -> Finding:
        """The finding that says what was found, what was assumed and what follows."""
        means = self.means if found.mark == Mark.DIFFERS else ""
        return Finding(self.group, self.what, found.words, self.assumed, found.mark, self.relied, means)


def question(
    group: str, what: str, assumed: str, *, means: str = "", relied: bool = False
) -> Callable[[Callable[[Known], Found]], Question]:
    """Makes a question of the function that finds out."""

    def decorate(ask: Callable[[Known], Found]) -> Question:
        return Question(group, what, assumed, ask, means, relied)

    return decorate


def compared(words: str, as_assumed: bool) -> Found:
    """An answer that is as assumed, or differs."""
    return Found(words, Mark.AS_ASSUMED if as_assumed else Mark.DIFFERS)


def answered(status: int) -> Found:
    """Another answer than was asked for, which is not as assumed."""
    return compared(gettext("answered %(number)d") % {"number": status}, False)


def not_known(words: str) -> Found:
    """No answer, and why."""
    return Found(words, Mark.NOT_KNOWN)


def noted(words: str) -> Found:
    """An answer about which nothing was assumed."""
    return Found(words, Mark.NOTED)
