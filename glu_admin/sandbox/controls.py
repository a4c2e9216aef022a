"""The sandbox's own switches: /_control/ for programs, the page at / for people. Only a POST changes anything.

What is posted (in the address or as a form):
/_control/still, /_control/live                            nothing happens by itself any more, or again
/_control/faults?organisation=…&name=value&…               set any faults; all or none
/_control/calm?organisation=…[&everything=1]               no more accidents; with everything, as at the start
/_control/key?organisation=…&state=revoked|working
/_control/insert?organisation=…                            an order comes in
/_control/step?organisation=…[&times=…]                    things happen
/_control/change?organisation=…&kind=update|delete|lines   an order is edited, deleted, or refunded in a line only
/_control/crowd?organisation=…[&count=…][&ago=seconds]     many orders in one second
/_control/plant?organisation=…&kind=backdated|future|null_updated|unknown[&times=…][&days=…]
What the last press did to which orders is told as `pressed`, for each organisation.
GET /_control/ tells all of it as JSON, GET /_control/truth?organisation=… every order, as JSON lines.
"""

import json
from dataclasses import asdict
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from glu_admin.sandbox import switches
from glu_admin.sandbox.answers import Answer, Problem, html_answer, json_answer
from glu_admin.sandbox.data import Payload
from glu_admin.sandbox.life import CHANGES, PLANTS, told
from glu_admin.sandbox.shop import Shop
from glu_admin.sandbox.world import World

_LARGEST_FORM = 65_536
_MOST_TIMES = 10_000
_PAGE_HEADERS = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]


def answer(world: World, path: str, environ: dict[str, Any]) -> Answer:
    """The answer to a request for the page of switches or for a control."""
    by_hand = "text/html" in environ.get("HTTP_ACCEPT", "")
    method, name = environ["REQUEST_METHOD"], path.removeprefix("/_control/")
    try:
        if path == "/":
            if method not in ("GET", "HEAD"):
                raise Problem(405, "Method Not Allowed")
            with world.lock:
                page = html_answer(switches.page(world))
            page.headers += _PAGE_HEADERS
            return page
        asked = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        if name not in ("", "truth"):
            if method != "POST":
                raise Problem(405, "Method Not Allowed")
            _only_from_here(environ)
            asked |= _form(environ)
        return _back(asked) if _control(world, name, asked) and by_hand else _told(world, name, asked)
    except Problem as problem:
        if by_hand and problem.status == 400:
            return html_answer(f'<!DOCTYPE html><title>No</title><p>{escape(problem.detail)} <a href="/">Back</a>', 400)
        return problem.answer()


def _control(world: World, name: str, asked: dict[str, str]) -> bool:
    """Do what is asked; whether anything was to be done."""
    slug = asked.get("organisation", "")
    if name == "still":
        world.still()
    elif name == "live":
        world.live = True
    elif name == "":
        return False
    elif slug not in world.shops:
        raise Problem(404, "No such organisation, or no such control.")
    elif name == "truth":
        return False
    else:
        try:
            with world.lock:
                shop = world.shops[slug]
                shop.news.clear()
                _control_one(world, shop, name, asked)
                shop.pressed = [(after.glu_id, told(before, after)) for before, after in shop.news] or shop.pressed
        except ValueError as error:
            raise Problem(400, str(error)) from None
    return True


def _control_one(world: World, shop: Shop, name: str, asked: dict[str, str]) -> None:
    slug = shop.organisation.slug
    match name:
        case "faults":
            _set_faults(world, shop, asked)
        case "calm":
            shop.faults.calm(everything=bool(shop.faults.read("revoked", asked.get("everything", ""))))
        case "key":
            shop.faults.revoked = asked.get("state") == "revoked"
        case "insert":
            world.comes_in(slug)
        case "step":
            for _ in range(_count(asked, "times", 1)):
                world.step(slug)
        case "change":
            if asked.get("kind") not in CHANGES:
                raise ValueError(f"kind is one of {CHANGES}.")
            if not world.change(slug, asked["kind"]):
                raise ValueError("There is no order to which this could happen.")
        case "crowd":
            world.crowd(slug, _count(asked, "count", 100), ago=_count(asked, "ago", 3600, most=10**9))
        case "plant":
            if asked.get("kind") not in PLANTS:
                raise ValueError(f"kind is one of {PLANTS}.")
            days = _count(asked, "days", 1, most=3650)
            world.plant(slug, asked["kind"], times=_count(asked, "times", 1), days=days)
        case _:
            raise Problem(404, "No such control.")


def _set_faults(world: World, shop: Shop, asked: dict[str, str]) -> None:
    wanted = {name: shop.faults.read(name, text) for name, text in asked.items() if name != "organisation"}
    if wanted.get("swapped") and wanted["swapped"] not in world.shops:
        raise ValueError(f"swapped is one of {('', *world.shops)}, not {wanted['swapped']!r}.")
    for name, value in wanted.items():
        setattr(shop.faults, name, value)
    if "seed" in wanted:
        shop.throw_anew()


def _count(asked: dict[str, str], name: str, default: int, most: int = _MOST_TIMES) -> int:
    text = asked.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= most):
        raise ValueError(f"{name} is a whole number from 0 to {most}, not {text!r}.")
    return int(text)


def _only_from_here(environ: dict[str, Any]) -> None:
    """A page of another site, or a name that was made to point here, must not press the switches."""
    host, origin = environ.get("HTTP_HOST", ""), environ.get("HTTP_ORIGIN")
    if host.partition(":")[0] not in ("127.0.0.1", "localhost") or origin not in (None, f"http://{host}"):
        raise Problem(403, "The switches are pressed from the sandbox's own page only.")


def _form(environ: dict[str, Any]) -> dict[str, str]:
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    text = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), _LARGEST_FORM))
    return dict(parse_qsl(text.decode("utf-8", "replace"), keep_blank_values=True))


def _back(asked: dict[str, str]) -> Answer:
    slug = asked.get("organisation")
    return Answer(303, b"", [("Location", f"/#{slug}" if slug else "/")])


def _told(world: World, name: str, asked: dict[str, str]) -> Answer:
    if name == "truth":
        rows = [json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in world.truth(asked["organisation"])]
        return Answer(200, b"".join(rows), [("Content-Type", "application/jsonl; charset=utf-8")])
    with world.lock:
        return json_answer(_status(world))


def _status(world: World) -> Payload:
    return {
        "live": world.live,
        "organisations": [
            {
                "slug": slug,
                "name": shop.organisation.name,
                "orders": len(shop.sold),
                "transactions": len(shop.transactions()),
                "requests": dict(shop.requests),
                "mishaps": dict(shop.mishaps),
                "latency_ms": shop.faults.latency_ms,
                "revoked": shop.faults.revoked,
                "faults": asdict(shop.faults),
                "pressed": [{"order": glu_id, "what": what} for glu_id, what in shop.pressed],
            }
            for slug, shop in world.shops.items()
        ],
    }
