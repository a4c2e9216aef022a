"""The WSGI application: Glu's routes under `x-api-key`, and the controls under /_control/.

Source: https://glu.gitbook.io/docs/api/organisation-api/order; what that page leaves open follows the framework's code.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from glu_admin.sandbox.data import Payload
from glu_admin.sandbox.dates import filter_digits
from glu_admin.sandbox.world import Shop, World, without_nulls

PAGE_SIZE = 30
_PHP_INT = re.compile(r"\s*([+-]?\d+(?:\.\d+)?(?:e\d+)?)", re.IGNORECASE)
_DATE_FILTER = re.compile(r"(createdAt|updatedAt|scheduledDeliveryAt)\[(before|strictly_before|after|strictly_after)\]")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "before": lambda value, bound: value <= bound,
    "strictly_before": lambda value, bound: value < bound,
    "after": lambda value, bound: value >= bound,
    "strictly_after": lambda value, bound: value > bound,
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}

Start = Callable[[str, list[tuple[str, str]]], Any]


@dataclass
class Problem(Exception):
    """An error as the framework words it."""

    status: int
    detail: str


class SandboxApp:
    """Answers one request at a time under the world's lock, after whatever fault was asked for."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """WSGI."""
        path, method = environ.get("PATH_INFO", "/"), environ["REQUEST_METHOD"]
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        try:
            if path.startswith("/_control/"):
                return self._control(path[10:], method, query, start)
            shop = self._enter(environ)
            if method != "GET":
                raise Problem(405, "Method Not Allowed")
            accept = environ.get("HTTP_ACCEPT", "*/*")
            if not any(kind in accept for kind in ("*/*", "application/json", "application/*")):
                raise Problem(406, "Requested format is not supported.")
            with self.world.lock:
                body = self._route(shop, path.rstrip("/").split("/")[1:], query)
        except Problem as problem:
            return _problem(start, problem)
        return _json(start, "200 OK", body)

    def _enter(self, environ: dict[str, Any]) -> Shop:
        shop = self.world.by_key.get(environ.get("HTTP_X_API_KEY", ""))
        if shop is None:
            raise Problem(403, "Access Denied.")
        if shop.faults.latency_ms:
            time.sleep(shop.faults.latency_ms / 1000)
        if shop.faults.revoked:
            raise Problem(403, "Access Denied.")
        return shop

    def _route(self, shop: Shop, parts: list[str], query: dict[str, str]) -> Any:
        shop.requests[parts[0] if len(parts) < 3 else "lines"] += 1
        match parts:
            case ["organisation"]:
                owner = shop.organisation
                return {"id": owner.seed, "hashId": f"org{owner.seed:04}", "name": owner.name, "status": "active"}
            case ["orders"]:
                return _page(_orders(shop, query), query)
            case ["orders", glu_id]:
                return without_nulls(_find(shop, glu_id).order)
            case ["orders", glu_id, "lines"]:
                return _page(iter(_find(shop, glu_id).lines), query)
            case ["transactions"]:
                return _page(_transactions(shop, query), query)
            case ["transactions", glu_id]:
                for one in _all_transactions(shop):
                    if str(one["id"]) == glu_id:
                        return without_nulls(one)
        raise Problem(404, "Not Found")

    def _control(self, name: str, method: str, query: dict[str, str], start: Start) -> Iterable[bytes]:
        """The sandbox's own switches; they change the world by POST only."""
        world, slug = self.world, query.get("organisation", "")
        if name == "":
            return _json(start, "200 OK", _status(world))
        if name != "truth" and method != "POST":
            raise Problem(405, "Method Not Allowed")
        if name == "still":
            world.still()
        elif name == "live":
            world.live = True
        elif slug not in world.shops:
            raise Problem(404, "No such organisation, or no such control.")
        elif name == "truth":
            start("200 OK", [("Content-Type", "application/jsonl; charset=utf-8")])
            return [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in world.truth(slug)]
        elif name == "step":
            for _ in range(int(query.get("times", "1"))):
                world.step(slug)
        elif name == "key":
            world.shops[slug].faults.revoked = query.get("state") == "revoked"
        elif name == "faults":
            world.shops[slug].faults.latency_ms = float(query.get("latency_ms", "0"))
        else:
            raise Problem(404, "No such control.")
        return _json(start, "200 OK", _status(world))


def _orders(shop: Shop, query: dict[str, str]) -> Iterator[Payload]:
    filters = list(_date_filters(query))
    strictly = [bound for name, operator, bound in filters if (name, operator) == ("createdAt", "strictly_before")]
    for sold in shop.newest(min(strictly, default=None)):
        if all(_matches(sold.order, *one) for one in filters):
            yield sold.order


def _transactions(shop: Shop, query: dict[str, str]) -> Iterator[Payload]:
    filters = [one for one in _date_filters(query) if one[0] != "scheduledDeliveryAt"]
    for one in sorted(_all_transactions(shop), key=lambda row: (row["createdAt"], row["id"]), reverse=True):
        if "type" in query and one["type"] != query["type"]:
            continue
        amounts = [
            _COMPARE[operator](one["amount"], int(query[f"amount[{operator}]"]))
            for operator in ("gt", "gte", "lt", "lte")
            if query.get(f"amount[{operator}]", "").isdigit()
        ]
        low, _, high = query.get("amount[between]", "").partition("..")
        if low.isdigit() and high.isdigit():
            amounts.append(int(low) <= one["amount"] <= int(high))
        if all(amounts) and all(_matches(one, *entry) for entry in filters):
            yield one


def _all_transactions(shop: Shop) -> Iterator[Payload]:
    return (one for sold in shop.sold.values() for one in sold.transactions)


def _date_filters(query: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """The date filters that can be read; all others are silently ignored."""
    for name, value in query.items():
        match = _DATE_FILTER.fullmatch(name)
        bound = filter_digits(value, datetime.now(UTC)) if match else None
        if match and bound is not None:
            yield match[1], match[2], bound


def _matches(row: Payload, name: str, operator: str, bound: str) -> bool:
    value = row.get(name)
    return isinstance(value, str) and _COMPARE[operator](value[:19], bound)


def _page(rows: Iterator[Payload], query: dict[str, str]) -> list[Payload]:
    match = _PHP_INT.match(query.get("page", query.get("page[]", "1")))
    page = int(float(match[1])) if match else 0
    if page < 1:
        raise Problem(400, "Page should not be less than 1")
    if page * PAGE_SIZE > 2**63:
        raise Problem(400, "Page parameter is too large.")
    return [without_nulls(row) for row in islice(rows, (page - 1) * PAGE_SIZE, page * PAGE_SIZE)]


def _find(shop: Shop, glu_id: str) -> Any:
    if not glu_id.isdigit():
        raise Problem(404, "Invalid uri variables.")
    if int(glu_id) not in shop.sold:
        raise Problem(404, "Not Found")
    return shop.sold[int(glu_id)]


def _status(world: World) -> Payload:
    return {
        "live": world.live,
        "organisations": [
            {
                "slug": slug,
                "name": shop.organisation.name,
                "orders": len(shop.sold),
                "requests": dict(shop.requests),
                "latency_ms": shop.faults.latency_ms,
                "revoked": shop.faults.revoked,
            }
            for slug, shop in world.shops.items()
        ],
    }


_REASONS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable"}


def _problem(start: Start, problem: Problem) -> Iterable[bytes]:
    headers = [("Content-Type", "application/problem+json; charset=utf-8")]
    if problem.status == 405:
        headers.append(("Allow", "GET"))
    start(f"{problem.status} {_REASONS[problem.status]}", headers)
    body = {
        "title": "An error occurred",
        "detail": problem.detail,
        "status": problem.status,
        "type": f"/errors/{problem.status}",
    }
    return [json.dumps(body).encode()]


def _json(start: Start, status: str, body: Any) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json; charset=utf-8"), ("Vary", "Accept")])
    return [json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")]
