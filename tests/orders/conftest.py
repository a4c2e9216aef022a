"""Both organisations filled with made-up orders of the same Glu ids, for whatever reads them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from glu_admin.glu.lists import read_rows
from glu_admin.sandbox.world import SandboxOrganisation, World
from glu_admin.tenancy.models import Organisation
from orders.desk.marks import set_marks, undo_batch
from orders.desk.notes import delete_note, write_note
from orders.mirror.gone import mark_gone
from orders.mirror.writing.transactions import write_transactions
from orders.models import DeskSettings, OrderMark
from tests.orders.asked import CHASED_LATER, GONE, LIMITS, MARKED, NOTED, PAYLOADS, TRANSACTIONS, UNDONE
from tests.orders.builders import EPOCH, write
from tests.scripted import ScriptedGlu


@pytest.fixture
def filled(house: Any) -> Any:
    """The house with 160 orders in each organisation, same ids and other people."""
    for organisation, seed in ((house.hotel, 1), (house.golf, 2)):
        world = World([SandboxOrganisation("a", "A", "k", seed=seed, count=160)], epoch=EPOCH)
        write(organisation, *world.truth("a"))
    return house


@pytest.fixture
def full(house: Any) -> Organisation:
    """The hotel with every one of the orders that can be asked for, marked and unmarked; the golf club with a few."""
    write(house.hotel, *PAYLOADS)
    write(house.golf, *PAYLOADS[:9])
    mark_gone(house.hotel, list(house.hotel.orders.filter(glu_id__in=GONE)), datetime(2026, 11, 1, tzinfo=UTC))
    DeskSettings.across_organisations.create(organisation=house.hotel, **LIMITS)
    for kind, glu_ids in UNDONE.items():
        done = set_marks(house.hotel, house.hotel.orders.filter(glu_id__in=glu_ids), OrderMark.Kind(kind), house.staff)
        undo_batch(house.hotel, done.batch, house.manager)
    for kind, glu_ids in MARKED.items():
        done = set_marks(house.hotel, house.hotel.orders.filter(glu_id__in=glu_ids), OrderMark.Kind(kind), house.staff)
        house.hotel.order_marks.filter(batch=done.batch).update(kind=kind)  # also those that are collected
    later = house.hotel.orders.filter(glu_id__in=CHASED_LATER)
    set_marks(house.hotel, later, OrderMark.Kind.CHASED, house.staff, look_again_on=date(2200, 1, 1))
    write_transactions(house.hotel, read_rows(TRANSACTIONS), EPOCH, None)
    set_marks(house.golf, house.golf.orders.all(), OrderMark.Kind.POSTED, house.outsider)
    for organisation in (house.hotel, house.golf):
        for order in organisation.orders.filter(glu_id__in=NOTED if organisation == house.hotel else [1, 2]):
            write_note(organisation, order, house.staff, "Called", [], uuid4())
    deleted = write_note(house.hotel, house.hotel.orders.get(glu_id=1), house.staff, "Oh", [], uuid4())
    delete_note(deleted, house.staff)
    hotel: Organisation = house.hotel
    return hotel


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> ScriptedGlu:
    """A Glu to be scripted from where it is first needed; its questions are counted from there."""
    glu = ScriptedGlu()
    glu.between(monkeypatch)
    return glu
