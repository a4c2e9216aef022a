"""Back-ups are private, dated and whole; their check restores them, and finds whatever is not as it was."""

import base64
import json
import os
import stat
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.timezone import now

from glu_admin.backups.databases import SCRATCH
from glu_admin.glu.lists import read_rows
from glu_admin.keys.lifecycle import set_key
from glu_admin.keys.ring import check_canary, keyring
from glu_admin.sandbox.data import make_order
from orders.desk.marks import Kind, set_marks
from orders.desk.notes import write_note
from orders.mirror.writing.orders import write_orders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full(house: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with orders, sums that no 64 bits hold, a key and a canary; where its back-ups go."""
    # Django's tests forbid databases that come up meanwhile, as the scratch database does.
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", lambda self: self.connection or self.connect())
    settings.STATE_DIR = tmp_path
    check_canary()
    set_key(house.hotel, "a-key-of-the-hotel", None)
    day = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [{**make_order(1, number, number, day, day).order, "total": 2**62} for number in range(1, 6)]
    write_orders(house.hotel, read_rows(rows), now())
    set_marks(house.hotel, house.hotel.orders.all(), Kind.POSTED, house.staff)
    write_note(house.hotel, house.hotel.orders.all()[0], house.staff, "@Manager look", [], uuid4())
    return tmp_path / "backups"


def backup(**options: Any) -> Path:
    out = StringIO()
    call_command("backup", stdout=out, stderr=StringIO(), **options)
    return Path(out.getvalue().strip())


def restore_check(*arguments: str) -> str:
    out = StringIO()
    call_command("restore_check", *arguments, stdout=out)
    return out.getvalue()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_back_up_is_dated_private_and_restores(full: Path) -> None:
    first, second = backup(), backup()
    assert first != second
    assert first.suffix == (".sqlite3" if connection.vendor == "sqlite" else ".dump")
    for path in (first, second):
        assert {mode(path), mode(path.with_suffix(".json"))} == {0o600}
        assert f"{path} restores" in restore_check(str(path))
    assert mode(full) == 0o700
    assert {path.suffix for path in full.iterdir()} == {first.suffix, ".json"}  # nothing half-made, no log beside it
    assert "2 sealed values opened" in restore_check()
    assert json.loads(second.with_suffix(".json").read_text())["contents"]["rows"]["orders_ordermark"] == 4
    kept = json.loads(second.with_suffix(".json").read_text())["contents"]["rows"]
    assert (kept["orders_ordernote"], kept["orders_notemention"]) == (1, 1)
    assert b"a-key-of-the-hotel" not in first.read_bytes()
    assert SCRATCH not in connections.databases


def test_the_newest_is_checked_and_older_ones_make_room(full: Path) -> None:
    made = [backup() for _ in range(3)]
    newest = backup(keep=2)
    assert sorted(full.glob(f"*{newest.suffix}")) == sorted([made[-1], newest])
    assert str(newest) in restore_check()
    with pytest.raises(CommandError, match="1 or more"):
        backup(keep=0)


@pytest.mark.parametrize("kind", ["rows", "sums"])
def test_a_count_or_sum_that_differs_is_named(full: Path, kind: str) -> None:
    manifest = backup().with_suffix(".json")
    known = json.loads(manifest.read_text())
    name = "orders_order" if kind == "rows" else "orders_order.total"
    assert known["contents"][kind][name] >= 5
    known["contents"][kind][name] += 1
    manifest.write_text(json.dumps(known))
    with pytest.raises(CommandError, match=f"does not restore.\n.* of {name}: ") as told:
        restore_check()
    assert str(told.value).count("\n") == 1


def test_what_came_after_is_no_difference(full: Path, house: Any) -> None:
    backup()
    write_orders(house.hotel, read_rows([{"id": 9, "createdAt": "2026-03-09T10:00:00+00:00"}]), now())
    assert "restores" in restore_check()


def test_other_root_keys_are_noticed(full: Path, settings: Any) -> None:
    backup()
    settings.GLU_ROOT_KEYS = [f"other:{base64.b64encode(os.urandom(32)).decode()}"]
    keyring.cache_clear()
    with pytest.raises(CommandError, match="sealed keys do not open"):
        restore_check()


@pytest.mark.parametrize("damage", ["cut off", "other bytes", "no manifest", "no file"])
def test_a_damaged_back_up_is_refused(full: Path, damage: str) -> None:
    path = backup()
    content = bytearray(path.read_bytes())
    if damage == "cut off":
        path.write_bytes(content[:-4096])
    elif damage == "other bytes":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        (path if damage == "no file" else path.with_suffix(".json")).unlink()
    with pytest.raises(CommandError, match="does not restore"):
        restore_check(str(path))


def test_without_a_back_up_it_says_how_to_make_one(full: Path) -> None:
    with pytest.raises(CommandError, match=r"manage.py backup makes one"):
        restore_check()
