"""The WSGI application: Glu's routes under `x-api-key`; the page of switches at / and the controls need none."""

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from glu_admin.sandbox import controls, mishaps
from glu_admin.sandbox.answers import Answer, Problem, json_answer
from glu_admin.sandbox.data import Sold
from glu_admin.sandbox.listing import lines_page, orders_collection, orders_page, transactions_page
from glu_admin.sandbox.mishaps import Start
from glu_admin.sandbox.rendering import rendered
from glu_admin.sandbox.shop import Shop, View
from glu_admin.sandbox.trickle import SECONDS_FOR_HEADERS
from glu_admin.sandbox.world import World

_CACHED = (["orders"], ["transactions"])


class SandboxApp:
    """Answers one request at a time under the world's lock, after whatever fault was asked for."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """WSGI."""
        path = environ.get("PATH_INFO", "/")
        if path == "/" or path.startswith("/_control/"):
            return mishaps.send(controls.answer(self.world, path, environ), start)
        shop = self.world.by_key.get(environ.get("HTTP_X_API_KEY", ""))
        if shop is None:
            return mishaps.send(Problem(403, "Access Denied.").answer(), start)
        if shop.faults.latency_ms:
            time.sleep(shop.faults.latency_ms / 1000)
        answer, cut_short = self._answer(shop, path, environ)
        environ[SECONDS_FOR_HEADERS] = shop.faults.slow_headers_ms / 1000
        return mishaps.send(answer, start, shop, cut_short)

    def _answer(self, shop: Shop, path: str, environ: dict[str, Any]) -> tuple[Answer, str]:
        try:
            if shop.faults.revoked:
                raise Problem(403, "Access Denied.")
            with self.world.lock:
                if answer := mishaps.instead(shop):
                    return answer, ""
                linked = _check(environ, shop.faults.extras)
                if self.world.live and shop.strikes("churn_rate"):
                    self.world.churn(shop.organisation.slug)
                cut_short = mishaps.cut(shop)
                query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
                body = self._route(shop, path.rstrip("/").split("/")[1:], query, linked)
                if shop.strikes("wrong_body_rate"):
                    body = shop.dice().choice((None, {"member": body} if isinstance(body, list) else [body]))
        except Problem as problem:
            return problem.answer(), ""
        answer = json_answer(body, "application/ld+json" if linked else "application/json")
        if shop.faults.age_s and path.rstrip("/").split("/")[1:] in _CACHED:
            answer.headers.append(("Age", str(int(shop.faults.age_s))))
        return answer, cut_short

    def _route(self, shop: Shop, parts: list[str], query: dict[str, str], linked: bool) -> Any:
        shop.requests["lines" if len(parts) > 2 else "".join(parts[:1])] += 1
        source = self.world.shops.get(shop.faults.swapped, shop)
        ago = shop.faults.stale_s if shop.strikes("stale_rate") else 0
        if parts in _CACHED:
            ago = max(ago, shop.faults.age_s)
        view = source.seen(ago)
        match parts:
            case ["organisation"] if not shop.faults.no_organisation:
                owner = source.organisation
                return {"id": owner.seed, "hashId": f"org{owner.seed:04}", "name": owner.name, "status": "active"}
            case ["orders"]:
                return (orders_collection if linked else orders_page)(shop, view, query)
            case ["orders", glu_id]:
                return rendered(_find(view, glu_id).order, source.faults)
            case ["orders", glu_id, "lines"]:
                if shop.faults.lines_broken or shop.strikes("lines_error_rate"):
                    raise Problem(500, "Internal Server Error")
                return lines_page(shop, view, _find(view, glu_id), query)
            case ["transactions"]:
                return transactions_page(shop, view, query)
            case ["transactions", glu_id]:
                for transaction in view.transactions():
                    if str(transaction["id"]) == glu_id:
                        return rendered(transaction, source.faults)
        raise Problem(404, "Not Found")


def _check(environ: dict[str, Any], linked: bool) -> bool:
    """Whether the answer is to be application/ld+json, which is there if `linked`."""
    if environ["REQUEST_METHOD"] != "GET":
        raise Problem(405, "Method Not Allowed")
    accept = environ.get("HTTP_ACCEPT", "*/*")
    if any(kind in accept for kind in ("*/*", "application/json", "application/*")):
        return False
    if not (linked and "application/ld+json" in accept):
        raise Problem(406, "Requested format is not supported.")
    return True


def _find(view: View, glu_id: str) -> Sold:
    if not glu_id.isdigit():
        raise Problem(404, "Invalid uri variables.")
    sold = view.get(int(glu_id))
    if sold is None:
        raise Problem(404, "Not Found")
    return sold
