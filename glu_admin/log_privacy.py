"""What a log line may hold: where something happened and what kind of thing it was; never who, nor what they typed.

Personal data comes into logs by the words of others: the address of a request with its query, an error that quotes the
value it stumbled over, a database that lists the row it refused. So every record passes here, whoever made it.
"""

import logging
import re
import traceback
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

_TOKENS = re.compile(r"(/invitations/|/password/reset/key/)[^/\s]+")
_QUERY = re.compile(r"(?<=[\w/%.~-])\?\S+")
_PART = r"[^\s@<>\"'“”(),;:=/?&\[\]{}]"
_EMAIL = re.compile(rf"{_PART}{{1,64}}(?:@|%40){_PART}{{1,253}}\.{_PART}{{1,63}}")
_UNREADABLE_REQUEST = re.compile(r"^(Invalid request from ip=\S+ [^:'\"]*).*", re.DOTALL)
_QUOTED = re.compile(r"""["'“‘«].*["'”’»]""", re.DOTALL)
_ABOUT_CODE = (AttributeError, ImportError, NameError, TypeError)
"""Errors that quote names of the program and not what it works on."""
_LONGEST = 20_000
"""Characters of one text that are looked at, and written."""
_OF_EVERY_RECORD = {*logging.makeLogRecord({}).__dict__, "message", "asctime"}


class PrivacyFilter(logging.Filter):
    """Rewrites each record before a handler sees it; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take personal data and secrets of links out of a record's message, error and all else that hangs on it."""
        error = record.exc_info[1] if record.exc_info else None
        record.msg, record.args = _message(record, error), None
        if error is not None:
            record.exc_text, record.exc_info = without_personal(_where_and_what(error)), None
        if record.stack_info:
            record.stack_info = without_personal(record.stack_info)
        for name in record.__dict__.keys() - _OF_EVERY_RECORD:
            setattr(record, name, _plain(getattr(record, name)))
        return True


def without_personal(text: str) -> str:
    """A text without e-mail addresses, query strings, and tokens in the addresses of links; cut where it is long."""
    text = _UNREADABLE_REQUEST.sub(r"\1…", text[:_LONGEST])
    text = _QUERY.sub("?…", _TOKENS.sub(r"\1…", text))
    return _EMAIL.sub("[e-mail]", text)


def words_of(error: BaseException) -> str:
    """What kind of error it is, and the first line of its words without what it quotes."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    said = (str(error).strip().splitlines() or [""])[0]
    if not isinstance(error, _ABOUT_CODE):
        said = _QUOTED.sub("…", said)
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)  # psycopg's
    return without_personal(": ".join(filter(None, [kind, said, constraint])))


def _message(record: logging.LogRecord, error: BaseException | None) -> str:
    """The message with its arguments in it."""
    message, arguments = str(_plain(record.msg)), record.args
    if isinstance(arguments, Mapping) and "%(" in message:
        # Celery tells of a failed task in this form, and what it names "exc" is the error's own words.
        told = {"exc": words_of(error)} if error is not None else {}
        filled: Any = {name: _plain(value) for name, value in {**arguments, **told}.items()}
    else:
        alone = isinstance(arguments, Mapping)  # logging unpacks a mapping that is the only argument
        filled = (_plain(arguments),) if alone else tuple(_plain(value) for value in arguments or ())
    try:
        return without_personal(message % filled if filled else message)
    except (TypeError, ValueError, KeyError):
        return without_personal(f"{message} (its arguments do not fit)")


def _plain(value: Any) -> Any:
    """Numbers and cleaned texts as they are, errors and requests in few words; of all else no more than its type."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return without_personal(value)
    if isinstance(value, BaseException):
        return words_of(value)
    if isinstance(value, HttpRequest):
        return without_personal(f"{value.method} {value.path}")
    return f"<{type(value).__qualname__}>"


def _where_and_what(error: BaseException) -> str:
    """A traceback with every error that led to this one, the first of them first."""
    parts: list[str] = []
    seen: set[int] = set()
    led: BaseException | None = error
    while led is not None and id(led) not in seen:
        seen.add(id(led))
        parts.append(f"{''.join(traceback.format_tb(led.__traceback__))}{words_of(led)}")
        led = led.__cause__ or (None if led.__suppress_context__ else led.__context__)
    return "\n\n".join(reversed(parts))
