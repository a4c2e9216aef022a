"""Answers as the framework makes them, before anything goes wrong on the way."""

import json
from dataclasses import dataclass, field
from typing import Any

_REASONS = {
    200: "OK",
    303: "See Other",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}

Headers = list[tuple[str, str]]


@dataclass
class Answer:
    """An answer before it is sent: status, body and headers."""

    status: int
    body: bytes
    headers: Headers = field(default_factory=list)

    @property
    def status_line(self) -> str:
        """The status with its reason, as WSGI wants it."""
        return f"{self.status} {_REASONS[self.status]}"


@dataclass
class Problem(Exception):
    """Raised where Glu answers an error; it is worded as Glu's framework words it."""

    status: int
    detail: str

    def answer(self) -> Answer:
        """The answer that tells the error: JSON of type application/problem+json."""
        headers = [("Content-Type", "application/problem+json; charset=utf-8")]
        if self.status == 405:
            headers.append(("Allow", "GET"))
        body = {
            "title": "An error occurred",
            "detail": self.detail,
            "status": self.status,
            "type": f"/errors/{self.status}",
        }
        return Answer(self.status, json.dumps(body).encode(), headers)


def json_answer(body: Any, kind: str = "application/json") -> Answer:
    """The answer with this payload as JSON and status 200; `kind` is its content type."""
    headers = [("Content-Type", f"{kind}; charset=utf-8"), ("Vary", "Accept")]
    return Answer(200, json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"), headers)


def html_answer(body: str, status: int = 200) -> Answer:
    """The answer with this text as an HTML page."""
    return Answer(status, body.encode(), [("Content-Type", "text/html; charset=utf-8")])
