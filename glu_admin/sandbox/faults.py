"""What the sandbox can be told to do wrong, per organisation. Rates are probabilities 0 to 1, drawn per request."""

import math
from dataclasses import dataclass, fields

CHOICES = {"rate_limit_retry_after": ("", "seconds", "date"), "relations": ("ids", "iris", "urls", "objects")}
# What shows in what is kept of an order, or in how lists are read: it is no accident of one answer.
PERSISTING = {
    "page_size",
    "extras",
    "honour_offsets",
    "bad_dates_400",
    "rate_headers",
    "relations",
    "nulls_shown",
    "unknown_fields",
    "unknown_statuses",
    "vanish",
    "seed",
}
_WHOLE, _SIGNED = {"page_size", "seed"}, {"clock_skew_s", "seed"}
_LONGEST_S = 86_400 * 366
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}

Value = float | bool | str


@dataclass
class Faults:
    """What goes wrong at one organisation's Glu; set while the sandbox runs. With the defaults nothing does."""

    # The same seed and the same requests meet the same faults.
    seed: int = 0

    # Pace and transport. Waited before every answer; the key is refused with 403.
    latency_ms: float = 0
    revoked: bool = False
    # Requests a second, 0 for none: a token bucket that holds one second's worth; beyond it 429.
    rate_limit: float = 0
    # How a 429 says when to come back: "" not at all, "seconds" or "date"; and in how many seconds.
    rate_limit_retry_after: str = ""
    retry_after_seconds: float = 1
    # 500, 502 or 503, as problem+json or as a page.
    error_rate: float = 0
    # The connection is closed without an answer.
    reset_rate: float = 0
    # A body shorter than its Content-Length, or JSON that stops in the middle.
    truncated_rate: float = 0
    # The body takes this long to trickle in.
    slow_body_ms: float = 0
    # The headers take this long to come, a byte at a time.
    slow_headers_ms: float = 0
    # A page for people, with status 200.
    html_rate: float = 0
    # JSON that is something else than was asked for, with status 200: null, one thing for a list, a list for one thing.
    wrong_body_rate: float = 0
    # The Date header is off by this much.
    clock_skew_s: float = 0
    # Every answer tells the limit, an ETag and how it may be cached.
    rate_headers: bool = False

    # Lists. Rows a page.
    page_size: int = 30
    # The end of a page is missing though more follow, as when ids and rows are read by two statements.
    short_page_rate: float = 0
    # Rows of the same createdAt come in another order on each request.
    shuffle_ties: bool = False
    # All date filters of the request are ignored.
    ignore_filters_rate: float = 0
    # [after] means strictly_after, [before] strictly_before.
    exclusive_bounds: bool = False
    # The offset and the fraction of a bound count, instead of its digits alone.
    honour_offsets: bool = False
    # A date that cannot be read is refused, instead of ignored.
    bad_dates_400: bool = False
    # itemsPerPage, pagination=false and order[createdAt] are heeded, and application/ld+json tells the total.
    extras: bool = False
    # The list comes oldest first.
    wrong_order_rate: float = 0
    # The answer is `stale_s` seconds old, from a replica that lags.
    stale_rate: float = 0
    stale_s: float = 5
    # Lists come from a cache: so old, as their Age header says.
    age_s: float = 0
    # Whatever page is asked for, the first one comes; of lines too.
    ignore_page: bool = False
    # This share of the orders (by a hash of the id) is in no list, and 404 by id.
    vanish: float = 0

    # Life. Before an answer is made, one random thing happens to an order…
    churn_rate: float = 0
    # … perhaps a deletion, perhaps a refunded line that leaves the order's updatedAt alone.
    churn_deletes: bool = False
    churn_lines: bool = False
    # What happens is stamped at once and seen only so many seconds later, as when a transaction commits late.
    late_commit_s: float = 0

    # Payloads. How other resources are referred to: ids, iris, urls or objects.
    relations: str = "ids"
    # A field that holds nothing is sent as null, instead of left out.
    nulls_shown: bool = False
    # Fields, and values of dispatchStatus and paymentStatus, that were never documented.
    unknown_fields: bool = False
    unknown_statuses: bool = False
    # Every lines request answers 500, or some do.
    lines_broken: bool = False
    lines_error_rate: float = 0
    # An order's lines come as an empty list.
    lines_empty_rate: float = 0

    # The key. It answers with the data of the organisation of this slug.
    swapped: str = ""
    # /organisation is 404.
    no_organisation: bool = False

    def read(self, name: str, text: str) -> Value:
        """The value of the fault `name` that a text stands for.

        Raises ValueError, with a message that may be shown, for an unknown name or an unfit text.
        """
        known = {field.name: field.default for field in fields(self)}
        if name not in known:
            raise ValueError(f"There is no fault {name!r}; there are {', '.join(known)}.")
        if isinstance(known[name], bool):
            if text.lower() not in _YES | _NO:
                raise ValueError(f"{name} is on or off (1 or 0), not {text!r}.")
            return text.lower() in _YES
        if isinstance(known[name], str):
            if text not in CHOICES.get(name, (text,)):
                raise ValueError(f"{name} is one of {CHOICES[name]}, not {text!r}.")
            return text
        return _number(name, text)

    def calm(self, *, everything: bool = False) -> None:
        """Set every fault that strikes by chance to its default; with `everything` those in payloads and lists too."""
        for field in fields(self):
            if everything or field.name not in PERSISTING:
                setattr(self, field.name, field.default)


def _number(name: str, text: str) -> float:
    lowest, highest = 0, _LONGEST_S
    if name.endswith("_rate") or name == "vanish":
        highest = 1
    elif name == "page_size":
        lowest, highest = 1, 1000
    elif name in _SIGNED:
        lowest = -_LONGEST_S
    try:
        number = int(text) if name in _WHOLE else float(text)
    except ValueError:
        number = math.nan
    if not lowest <= number <= highest:
        kind = "whole number" if name in _WHOLE else "number"
        raise ValueError(f"{name} is a {kind} from {lowest} to {highest}, not {text!r}.")
    return number
