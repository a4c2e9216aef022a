"""The page at /: switches and buttons that make this Glu misbehave, with what the product then shows; no script."""

from html import escape
from typing import NamedTuple
from urllib.parse import urlencode

from glu_admin.sandbox.events import EVENTS, Event
from glu_admin.sandbox.faults import CHOICES, Faults
from glu_admin.sandbox.shop import Shop
from glu_admin.sandbox.world import World


class Switch(NamedTuple):
    """A fault as people know it, and what they see in the product when it is on."""

    fault: str
    label: str
    seen: str
    unit: str = ""


_SHARE = "0 to 1"
GROUPS: dict[str, tuple[Switch, ...]] = {
    "Pace": (
        Switch("latency_ms", "Slow answers", "Copying takes longer; every page stays as fast as before.", "ms"),
        Switch(
            "rate_limit",
            "Rate limit",
            "The copy finds this pace by itself and keeps to it; no order is lost.",
            "a second",
        ),
        Switch(
            "rate_limit_retry_after", "Retry-After of a 429", "The pause is as long as Glu asks for, or is found out."
        ),
        Switch("retry_after_seconds", "… which says", "How long Glu asks to wait.", "s"),
    ),
    "Broken answers": (
        Switch(
            "error_rate", "Errors 500, 502, 503", "Asked again after a pause; the chip says so if it goes on.", _SHARE
        ),
        Switch("reset_rate", "Connections that drop", "Asked again; what was already copied stays.", _SHARE),
        Switch(
            "truncated_rate",
            "Answers cut short",
            "Half an answer is never half an order: it is asked for again.",
            _SHARE,
        ),
        Switch(
            "html_rate",
            "HTML instead of JSON",
            "A page for people is no list of orders; nothing is taken from it.",
            _SHARE,
        ),
        Switch(
            "wrong_body_rate",
            "Something else with status 200",
            "Asked again: null is no list, a list no order.",
            _SHARE,
        ),
        Switch("slow_body_ms", "Bodies that trickle", "One slow answer holds up nobody's page.", "ms"),
        Switch(
            "slow_headers_ms", "Headers that trickle", "An answer has its time, and is left when that is over.", "ms"
        ),
        Switch(
            "clock_skew_s",
            "A clock that is off",
            "Freshness goes by this machine's clock, not by Glu's.",
            "± s",
        ),
        Switch("rate_headers", "Headers that tell the limit", "Only the probe looks at them, and names them."),
    ),
    "Lists": (
        Switch("page_size", "Rows a page", "Copying takes more or fewer requests; the orders are the same.", "rows"),
        Switch("short_page_rate", "Pages that end early", "A short page is not taken for the last one.", _SHARE),
        Switch("shuffle_ties", "Orders of one second shuffled", "Orders of the same second are all there, and once."),
        Switch(
            "ignore_filters_rate", "Date filters ignored", "Noticed; the look at Glu says so and is made again.", _SHARE
        ),
        Switch("exclusive_bounds", "Bounds that exclude", "No order on the edge of a page is missed."),
        Switch("honour_offsets", "Offsets of bounds heeded", "The same orders are copied; the probe tells."),
        Switch("bad_dates_400", "Unreadable dates refused", "Never sent by the copy; the probe tells."),
        Switch("extras", "Page size, order and total on request", "Never needed; the probe compares the total."),
        Switch("wrong_order_rate", "Oldest first", "Noticed; such a list proves nothing.", _SHARE),
        Switch("stale_rate", "Answers from a lagging replica", "An order never goes back to how it was.", _SHARE),
        Switch("stale_s", "… which lags by", "How old such an answer is.", "s"),
        Switch("age_s", "Lists from a cache", "The copy is said to be complete up to then, no further.", "s old"),
        Switch("ignore_page", "Page numbers ignored", "The same rows again end the reading, and it is flagged."),
        Switch(
            "vanish", "Orders that vanish", "Not believed when too many go at once; they stay readable here.", _SHARE
        ),
    ),
    "Life while you read": (
        Switch(
            "churn_rate",
            "Something happens before an answer",
            "New and changed orders arrive here moments later.",
            _SHARE,
        ),
        Switch("churn_deletes", "… also deletions", "A deleted order is marked as gone from Glu, once that is sure."),
        Switch("churn_lines", "… also lines refunded in silence", "Found by the refund, or when lines are compared."),
        Switch("late_commit_s", "Late commits", "A change stamped earlier than it is seen is not skipped.", "s"),
    ),
    "Payloads": (
        Switch(
            "relations", "How others are referred to", "Contacts and payments read the same however they are written."
        ),
        Switch("nulls_shown", "Empty fields sent as null", "An order is the same with them and without."),
        Switch("unknown_fields", "New fields", "Listed once under Things we had not seen before; kept as they came."),
        Switch("unknown_statuses", "New statuses", "Shown and searchable under the name that Glu gives them."),
        Switch("lines_broken", "Lines never answer", "Orders are there; their lines are said to be missing."),
        Switch("lines_error_rate", "Lines fail now and then", "Read again until they are there.", _SHARE),
        Switch("lines_empty_rate", "Lines come empty", "Not believed of an order with money until said twice.", _SHARE),
    ),
    "The key": (
        Switch("revoked", "Key revoked", "A red banner asks for a new key or another try; what is copied stays."),
        Switch("swapped", "Key of another organisation", "Noticed before a single foreign order is taken in."),
        Switch("no_organisation", "No organisation to ask for", "The key is known by its orders instead."),
        Switch("seed", "Seed of chance", "The same seed and the same requests meet the same faults."),
    ),
}
PRESETS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Rate limit of 5 a second", {"rate_limit": "5", "rate_limit_retry_after": "seconds"}),
    ("Every fifth answer is an error", {"error_rate": "0.2"}),
    ("Key revoked", {"revoked": "1"}),
    ("Filters ignored", {"ignore_filters_rate": "1"}),
    ("HTML instead of JSON", {"html_rate": "1"}),
    (
        "Everything changes while you read",
        {"churn_rate": "1", "churn_deletes": "1", "churn_lines": "1", "shuffle_ties": "1", "late_commit_s": "2"},
    ),
    ("A third of the orders vanish", {"vanish": "0.333"}),
)
_MOST_TOLD = 12
_STYLE = """
:root{color-scheme:light dark;--bg:light-dark(#f7f7f8,#0e0e10);--card:light-dark(#fff,#1c1c20);
--line:light-dark(#e2e2e7,#2d2d33);--edge:light-dark(#8b8b96,#70707c);--ink:light-dark(#18181b,#f1f1f4);
--soft:light-dark(#5a5a65,#a5a5b0);--amber:light-dark(#854700,#f3c877);--amber-bg:light-dark(#fff3dc,#33260d);
--green:light-dark(#14633a,#8fdcae);--focus:light-dark(#4457e0,#8f9dff)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:80rem;padding:1.5rem 1rem 4rem;background:var(--bg);color:var(--ink);
font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.25rem;margin:0}h2,h3{font-size:1rem;margin:0}p{margin:.25rem 0 0}a{color:inherit}
.soft{color:var(--soft)}.n{font-variant-numeric:tabular-nums}.push{margin-inline-start:auto}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;margin-top:1.25rem}
.top,.head,.row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}
.head{padding:.75rem 1rem;border-bottom:1px solid var(--line);gap:.25rem 1rem}
.row{padding:.75rem 1rem 0}.row form{margin:0}
button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:6px;
padding:.35rem .7rem;min-height:2.1rem;cursor:pointer}
button:hover{background:var(--bg)}button.calm{color:var(--green);border-color:currentcolor}
button.main{background:var(--ink);color:var(--card);border-color:var(--ink)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.groups{columns:22rem;column-gap:2rem;padding:.75rem 1rem}
.events{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.75rem 2rem;
padding:.75rem 1rem;border-bottom:1px solid var(--line)}.events h3{grid-column:1/-1}.events h3 small{font-weight:400}
.events form{display:flex;flex-wrap:wrap;gap:.25rem .5rem;align-items:center;align-content:start;margin:0}
.events input[type=number]{width:4.25rem}.events small{color:var(--soft);font-size:12px}.events .seen{flex-basis:100%}
fieldset{border:0;margin:0 0 .75rem;padding:0;min-width:0;break-inside:avoid}legend{font-weight:600;padding:0}
label{display:grid;grid-template-columns:1fr auto;gap:0 .75rem;padding:.4rem .5rem;margin:0 -.5rem;
border-radius:6px;align-items:center}
label small{grid-column:1;color:var(--soft);font-size:12px}label .in{grid-column:2;grid-row:1/span 2;text-align:end}
label .in small{display:block}label.on{background:var(--amber-bg);color:var(--amber)}label.on small{color:inherit}
input,select{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--edge);border-radius:6px;
padding:.25rem .4rem;min-height:2rem}
input[type=number]{width:6rem;text-align:end}
input[type=checkbox]{width:1.25rem;height:1.25rem;min-height:0;accent-color:var(--focus)}
.told{margin:.75rem 1rem 0;padding:.5rem .75rem;border:1px solid var(--edge);border-radius:6px}
.foot{display:flex;gap:1rem;align-items:center;padding:.75rem 1rem;border-top:1px solid var(--line);
position:sticky;bottom:0;background:var(--card);border-radius:0 0 10px 10px}
"""


def page(world: World) -> str:
    """The whole page, for every organisation of the sandbox."""
    flow = ("still", "Hold everything still") if world.live else ("live", "Let life go on")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Sandbox Glu</title><style>{_STYLE}</style></head><body>\n"
        '<header class="top"><div><h1>Sandbox Glu</h1><p class="soft">A made-up Glu. Switches here make it misbehave; '
        f'watch what Glu Admin makes of it. Programs read <a href="/_control/">/_control/</a>.</p></div>'
        f'<div class="push">{_button(*flow, {})}</div></header>\n<main>'
        + "\n".join(_organisation(world, shop) for shop in world.shops.values())
        + "</main></body></html>\n"
    )


def _organisation(world: World, shop: Shop) -> str:
    slug = shop.organisation.slug
    served, refused = sum(shop.requests.values()), shop.mishaps["rate_limit"]
    on = sum(
        getattr(shop.faults, switch.fault) != getattr(Faults, switch.fault) for row in GROUPS.values() for switch in row
    )
    here = {"organisation": slug}
    events = "".join(
        _button(event.control, event.label, {**here, **event.values}, rest=_rest(event)) for event in EVENTS
    )
    presets = "".join(_button("faults", label, {**here, **faults}) for label, faults in PRESETS)
    calm = _button("calm", "Calm again", {**here, "everything": "1"}, "calm")
    hint = "Hold everything still first, else other orders change too." if world.live else "Everything else is still."
    groups = "".join(_group(world, shop.faults, title) for title in GROUPS)
    return (
        f'<section class="card" id="{escape(slug)}" aria-labelledby="{escape(slug)}-h"><div class="head">'
        f'<h2 id="{escape(slug)}-h">{escape(shop.organisation.name)}</h2>'
        f'<span class="soft n">{len(shop.sold):,} orders</span>'
        f'<span class="soft n">{served:,} {"request" if served == 1 else "requests"} served</span>'
        f'<span class="soft n">{refused:,} answered 429</span>'
        f'<span class="push">{f"{on} switched on" if on else "Behaves well"}</span></div>'
        f'<div class="row">{presets}{calm}</div>{_told(shop)}'
        f'<div class="events"><h3>Once, at a press <small>{hint}</small></h3>{events}</div>'
        f'<form method="post" action="/_control/faults?{urlencode(here)}"><div class="groups">{groups}</div>'
        '<div class="foot"><button class="main">Apply</button><span class="soft">What is switched on stays on until it '
        "is switched off or the sandbox restarts.</span></div></form></section>"
    )


def _told(shop: Shop) -> str:
    """What the last press of a button did, with the orders' numbers as the desk shows them."""
    if not shop.pressed:
        return ""
    orders = [f"Order {glu_id} {what}" for glu_id, what in shop.pressed]
    if len(orders) > _MOST_TOLD:
        (first, what), (last, _) = shop.pressed[0], shop.pressed[-1]
        alike = all(done[1] == what for done in shop.pressed)
        count = f"{len(orders):,}"
        orders = [
            f"Orders {first} to {last}, {count} of them: each {what}"
            if alike
            else f"{count} things happened, the first to order {first}, the last to order {last}"
        ]
    late = f" Glu shows it {shop.faults.late_commit_s:g} s later." if shop.faults.late_commit_s else ""
    told = "".join(f"<br>{escape(order)}" for order in orders).removeprefix("<br>")
    return (
        f'<p class="told" role="status"><b>{told}</b><br><small class="soft">Look it up in Glu Admin by its number; '
        f"Check now on its page asks Glu at once.{late}</small></p>"
    )


def _group(world: World, faults: Faults, title: str) -> str:
    switches = "".join(_switch(world, faults, switch) for switch in GROUPS[title])
    return f"<fieldset><legend>{title}</legend>{switches}</fieldset>"


def _switch(world: World, faults: Faults, switch: Switch) -> str:
    name, value = switch.fault, getattr(faults, switch.fault)
    choices = ("", *world.shops) if name == "swapped" else CHOICES.get(name)
    if isinstance(value, bool):
        # An unticked box is not sent; the hidden "0" before it is.
        field = f'<input type="hidden" name="{name}" value="0"><input type="checkbox" name="{name}" value="1"'
        field += " checked>" if value else ">"
    elif choices is not None:
        options = (
            f'<option value="{escape(choice)}"{" selected" if choice == value else ""}>'
            f"{escape(choice or 'none')}</option>"
            for choice in choices
        )
        field = f'<select name="{name}">{"".join(options)}</select>'
    else:
        step = "1" if name in ("page_size", "seed") else "any"
        low = "" if name in ("clock_skew_s", "seed") else ' min="1"' if name == "page_size" else ' min="0"'
        high = ' max="1"' if switch.unit == _SHARE else ' max="1000"' if name == "page_size" else ""
        field = f'<input type="number" name="{name}" value="{value:.12g}" step="{step}"{low}{high} required>'
    unit = f"<small>{switch.unit}</small>" if switch.unit else ""
    on = ' class="on"' if value != getattr(Faults, name) else ""
    words = f"<span>{switch.label}</span>", f"<small>{switch.seen}</small>"
    return f'<label{on}>{words[0]}<span class="in">{field}{unit}</span>{words[1]}</label>'


def _rest(event: Event) -> str:
    seen = f'<small class="seen">{event.seen}</small>'
    if event.number is None:
        return seen
    name, value, most, unit = event.number
    field = f'<input type="number" name="{name}" value="{value}" min="1" max="{most}" required aria-label="{unit}">'
    return f"{field}<small>{unit}</small>{seen}"


def _button(control: str, words: str, values: dict[str, str], kind: str = "", rest: str = "") -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(text)}">' for name, text in values.items()
    )
    return (
        f'<form method="post" action="/_control/{control}">{hidden}'
        f"<button{f' class={kind}' if kind else ''}>{escape(words)}</button>{rest}</form>"
    )
