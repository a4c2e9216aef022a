"""The query string of a list: what it asks for, what is wrong with it, and how it is written back."""

import base64
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from glu_admin.tenancy.models import ROWS_A_PAGE, Organisation
from orders.display.ages import clock_of
from orders.display.money import currency
from orders.search.clauses import BadClause, read_box
from orders.search.conditions import known_values
from orders.search.criteria import (
    DAY_FIELDS,
    FLAGS,
    GONE_WORDS,
    LABELS,
    NOT,
    PERSON_FIELDS,
    VALUE_FIELDS,
    OrderCriteria,
)
from orders.search.numbers import kept_numbers, read_numbers
from orders.search.persons import read_person
from orders.search.ranges import BadValue, read_ages, read_amounts, read_days
from orders.search.words import SearchError, parse_words

SORTS = ("created", "updated", "total", "scheduled", "age")
DEFAULT_SORT = "-created"
_MOST_VALUES = 50
_MOST_TYPED = 16_000
_RANGES = (*DAY_FIELDS, "age", "total")
_LISTED = frozenset({*DAY_FIELDS, "has", "no", "id"})
"""Keys whose values may be several, each in its own pair or with commas between."""
_PLAIN = re.compile(r"[\w:,-]{1,600}", re.ASCII)


@dataclass(frozen=True)
class Problem:
    """A part of the query string that cannot be used; the message is for people.

    `end` is the end of a range that is wrong, "from" or "to", or "" where it is the whole value. Of a text that was
    typed `start` and `stop` say which part is wrong; without a part they are equal.
    """

    key: str
    value: str
    message: str
    end: str = ""
    start: int = 0
    stop: int = 0

    @property
    def parts(self) -> tuple[str, str, str]:
        """The value before the part that is wrong, that part, and what follows."""
        return self.value[: self.start], self.value[self.start : self.stop], self.value[self.stop :]


@dataclass(frozen=True)
class Query:
    """A read query string. With `errors` no rows may be shown or exported; `ignored` keys are said, not obeyed.

    `view` is the slug of the saved view that the list began with, `cols` the columns it is shown in, "" for none named.
    """

    criteria: OrderCriteria
    sort: str = DEFAULT_SORT
    size: int | None = None
    cursor: str = ""
    view: str = ""
    cols: str = ""
    errors: tuple[Problem, ...] = ()
    ignored: tuple[Problem, ...] = ()
    from_box: bool = field(default=False, compare=False)

    @property
    def ok(self) -> bool:
        """True when every value could be read."""
        return not self.errors

    def pairs(self) -> list[tuple[str, str]]:
        """The canonical key-value pairs: fixed order, no defaults, no cursor. Values that cannot be read are kept."""
        out: list[tuple[str, str]] = [("q", self.criteria.q)] if self.criteria.q else []
        for name in VALUE_FIELDS:
            out += [(name, value) for value in getattr(self.criteria, name)]
            out += [(f"{NOT}{name}", value) for value in self.criteria.excluded(name)]
        for name in (*_RANGES, *PERSON_FIELDS):
            if asked := getattr(self.criteria, name):
                out.append((name, asked.text))
        for name, flags, gone in (("has", self.criteria.has, "only"), ("no", self.criteria.no, "none")):
            out += [(name, flag) for flag in (*flags, *(["gone"] if self.criteria.gone == gone else []))]
        out += [("id", kept_numbers(self.criteria.ids))] if self.criteria.ids else []
        out += [(problem.key, problem.value) for problem in self.errors if problem.key != "cursor"]
        if self.sort != DEFAULT_SORT:
            out.append(("sort", self.sort))
        if self.size:
            out.append(("size", str(self.size)))
        return out

    def url_query(self, *, without: Collection[tuple[str, str]] = (), **changes: str) -> str:
        """The canonical query string with `changes` set ("" removes) and some pairs left out; the cursor is dropped."""
        left_out = set(without)
        looks = [("cols", self.cols), ("view", self.view)]
        every = [*self.pairs(), *(pair for pair in looks if pair[1])]
        pairs = [pair for pair in every if pair not in left_out and pair[0] not in changes]
        pairs += [(name, value) for name, value in changes.items() if value]
        return urlencode([pair for pair in pairs if pair != ("sort", DEFAULT_SORT)])

    def all_orders(self) -> "Query":
        """The query without its cursor and its looks, from the first row on, as exports take it."""
        return replace(self, cursor="", size=None, view="", cols="")


def parse_query(params: QueryDict | str, organisation: Organisation) -> Query:
    """Read a query string; never raises. Days are the organisation's own, today included."""
    lists = _lists(QueryDict(params) if isinstance(params, str) else params)
    values: dict[str, object] = {}
    errors: list[Problem] = []
    ignored: list[Problem] = []
    moment = now()
    from_box = False
    try:
        from_box = _unpack(lists, organisation, moment)
    except BadClause as error:
        errors.append(Problem("q", lists.pop("q")[0], str(error), "", error.start, error.stop))
    for key, given in lists.items():
        try:
            values[key] = _read(key, given, organisation, moment)
        except KeyError:
            message = _("“%(key)s” is not a filter here and was ignored.") % {"key": key[:40]}
            ignored += [Problem(key, value, message) for value in given[:3]]
        except (BadValue, SearchError) as error:
            end = error.end if isinstance(error, BadValue) else ""
            errors += [Problem(key, value, str(error), end) for value in given[:3]]
    gone = _gone(values)
    if len(gone) > 1:
        errors.append(Problem("no", "gone", _("An order cannot be both at Glu and no longer there.")))
    sort, size = values.get("sort", DEFAULT_SORT), values.get("size")
    cursor, view, cols = (str(values.get(name, "")) for name in ("cursor", "view", "cols"))
    if cursor and read_cursor(cursor, str(sort)) is None:
        said = _("This page’s address is broken; begin again from the first page.")
        errors.append(Problem("cursor", cursor, said))
    return Query(
        _criteria({**values, "gone": max(gone, default="")}),
        str(sort),
        size if isinstance(size, int) else None,
        cursor,
        view,
        cols,
        tuple(errors),
        tuple(ignored),
        from_box,
    )


def _unpack(lists: dict[str, list[str]], organisation: Organisation, moment: datetime) -> bool:
    """Put what clauses of the search box say beside the pairs that say the same; whether there were any.

    Raises BadClause for one that cannot be read.
    """
    typed = lists.get("q", [""])[0]
    if len(set(lists.get("q", ()))) != 1 or len(typed) > _MOST_TYPED:
        return False
    box = read_box(typed, lambda name: known_values(organisation, name))
    for pair in box.pairs:
        try:
            _read(pair.key, [pair.value], organisation, moment)
        except (BadValue, SearchError) as error:
            raise BadClause(str(error), pair.start, pair.stop) from None
        if pair.value not in lists.setdefault(pair.key, []):
            lists[pair.key].append(pair.value)
    lists["q"] = [box.words]
    return bool(box.pairs)


def _gone(values: Mapping[str, Any]) -> set[str]:
    """What is asked of an order's being gone, by a key of its own or by those of flags."""
    named = {"only": "gone" in values.get("has", ()), "none": "gone" in values.get("no", ())}
    return {word for word, asked in named.items() if asked or values.get("gone") == word}


def _criteria(values: Mapping[str, Any]) -> OrderCriteria:
    """The criteria of the values that were read."""
    found = {entry.name: values[entry.name] for entry in fields(OrderCriteria) if entry.name in values}
    found["none_of"] = tuple((name, value) for name in VALUE_FIELDS for value in values.get(f"{NOT}{name}", ()))
    for name in ("has", "no"):
        found[name] = tuple(flag for flag in FLAGS if flag in values.get(name, ()) and flag != "gone")
    return OrderCriteria(**{**found, "ids": values.get("id", ())})


def write_cursor(sort: str, direction: str, value: object, glu_id: int) -> str:
    """A page's cursor as text: the sort it belongs to, which way it goes, and the row it begins after."""
    text = json.dumps([sort, direction, value, glu_id], separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, sort: str) -> tuple[str, datetime | int | None, int] | None:
    """(direction, value, Glu's id) of a cursor of this sort, else None; a time is in UTC."""
    try:
        data = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        of_sort, direction, value, glu_id = data
    except (ValueError, TypeError, RecursionError):
        return None
    if of_sort != sort or direction not in ("older", "newer") or not _is_stored(glu_id):
        return None
    if value is None or (sort.endswith("total") and _is_stored(value)):
        return direction, value, glu_id
    moment = None if sort.endswith("total") else _moment(value)
    return None if moment is None else (direction, moment, glu_id)


def _lists(data: QueryDict) -> dict[str, list[str]]:
    return {key: [str(value) for value in values] for key, values in data.lists()}


def _read(key: str, given: Sequence[str], organisation: Organisation, moment: datetime) -> object:
    """The value of one key; KeyError for an unknown one, BadValue or SearchError for one that cannot be read."""
    if (name := key.removeprefix(NOT)) in VALUE_FIELDS:
        if len(given) > _MOST_VALUES or any("\0" in value or len(value) > 320 for value in given):
            raise BadValue(_("%(field)s has a value that cannot be looked for.") % {"field": LABELS[name]})
        return tuple(dict.fromkeys(map(currency, given) if name == "currency" else given))
    if key not in LABELS:
        raise KeyError(key)
    if key in _LISTED:
        given = [",".join(value for value in given if value.strip())]
    if len(set(given)) > 1:
        raise BadValue(_("%(field)s is there more than once.") % {"field": LABELS[key]})
    text = given[0].strip()
    if key == "q":
        if text:
            parse_words(text)
        return text
    if not text:
        return _blank(key)
    if key in DAY_FIELDS:
        return read_days(text, localdate(moment, organisation.zone), str(LABELS[key]))
    if key == "age":
        return read_ages(text, clock_of(organisation, moment), str(LABELS[key]))
    if key == "total":
        return read_amounts(text, str(LABELS[key]))
    if key in PERSON_FIELDS:
        return read_person(text, str(LABELS[key]))
    if key in ("has", "no"):
        return _flags(text)
    if key == "id":
        return read_numbers(text)
    if key == "sort" and text.removeprefix("-") not in SORTS:
        raise BadValue(_("Sort by created, updated, total, scheduled or age."))
    if key == "gone" and text not in GONE_WORDS:
        raise BadValue(_("Orders at Glu can be “only” those that are gone, or “none” of them."))
    if key == "size":
        if text not in map(str, ROWS_A_PAGE):
            some, last = ", ".join(map(str, ROWS_A_PAGE[:-1])), ROWS_A_PAGE[-1]
            raise BadValue(_("Rows can be %(some)s or %(last)d a page.") % {"some": some, "last": last})
        return int(text)
    if key in ("view", "cols") and not _PLAIN.fullmatch(text):
        raise BadValue(_("%(field)s cannot be read.") % {"field": LABELS[key]})
    return text


def _flags(text: str) -> tuple[str, ...]:
    asked = [flag.strip().lower() for flag in text.split(",")]
    if any(flag not in FLAGS for flag in asked):
        raise BadValue(_("An order has, or has not: %(flags)s.") % {"flags": ", ".join(FLAGS)})
    return tuple(dict.fromkeys(asked))


def _blank(key: str) -> object:
    """An empty box of the filter form means that nothing is asked for."""
    several: dict[str, object] = {"has": (), "no": (), "id": ()}
    return {**several, "sort": DEFAULT_SORT, "cursor": "", "gone": "", "view": "", "cols": ""}.get(key)


def _moment(value: object) -> datetime | None:
    """A time with its offset, in UTC; None for what is none, or lies beyond the calendar there."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _is_stored(value: object) -> bool:
    """Whether it is a whole number that a column can hold."""
    return type(value) is int and -(2**63) <= value < 2**63
