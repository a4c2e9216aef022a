"""What can go wrong between us and Glu, in words that may be shown."""


class GluError(Exception):
    """Glu did not give a usable answer. `words` is a plain sentence without key, address or payload."""

    kind = "unreadable"

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Refused(GluError):
    """Glu answered 401 or 403: the key does not open this."""

    kind = "refused"


class KeyRefused(Refused):
    """Glu refuses the key itself: it answers 401 or 403 also to what every key may ask."""


class NotFound(GluError):
    """Glu answered 404."""

    kind = "not_found"


class TooManyRequests(GluError):
    """Glu answered 429 and asks for a longer wait than the caller wanted to sit out. `retry_after` in seconds."""

    kind = "throttled"

    def __init__(self, words: str, retry_after: float) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class Unreachable(GluError):
    """No connection or no answer in time, also after the retries."""

    kind = "unreachable"


class Failing(Unreachable):
    """Glu was reached, but answered 5xx, also after the retries."""

    kind = "failing"


class Interrupted(GluError):
    """A request was given up before it was sent, as nobody wants its answer any longer; it says nothing about Glu."""

    kind = "interrupted"


class Unreadable(GluError):
    """An answer that is not what Glu documents: not JSON, too large, a redirect, another 4xx."""

    kind = "unreadable"
