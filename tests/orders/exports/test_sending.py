"""Files on their way: small ones whole or not at all, large ones whole or visibly broken, never too many at once."""

import re
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils.timezone import now

from glu_admin.tenancy.models import Organisation, Role, User
from orders.exports import csv_files, sending, slots
from orders.exports.sending import SMALL, Sending
from orders.exports.slots import TooManyExports, take_slot
from tests.orders.builders import order, write

FILE = "/o/alder-house/exports/file/"
PIECE = "x" * 1000


def pieces(number: int, then: Exception | None = None) -> Iterator[str]:
    for _ in range(number):
        yield PIECE
    if then is not None:
        raise then


def connected() -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection over the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        reader = socket.create_connection(listening.getsockname())
        return listening.accept()[0], reader


def read_all(reader: socket.socket) -> bytes:
    reader.settimeout(30)
    came = b""
    while piece := reader.recv(65536):
        came += piece
    return came


def test_a_small_file_is_made_whole() -> None:
    assert Sending(pieces(3), Mock(), 60, None).small() == PIECE.encode() * 3


def test_a_large_file_is_all_there() -> None:
    blocks, slot = SMALL // 500, Mock()
    file = Sending(pieces(blocks), slot, 60, None)
    assert file.small() is None
    assert b"".join(file) == PIECE.encode() * blocks
    slot.release.assert_not_called()
    file.close()
    slot.release.assert_called_once()


@pytest.mark.parametrize("end", ["breaks off", "is stopped", "takes too long"])
def test_a_file_that_is_not_whole_has_its_connection_reset(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    server, reader = connected()
    slot = Mock()
    file = Sending(pieces(5, OperationalError("away") if end == "breaks off" else None), slot, 60, server)
    server.sendall(next(file))
    if end == "takes too long":
        monkeypatch.setattr(sending.time, "monotonic", lambda: float("inf"))
    if end != "is stopped":
        with pytest.raises(ConnectionResetError) as raised:
            list(file)
        assert "away" not in str(raised.value)
    file.close()
    slot.release.assert_called()
    with pytest.raises(ConnectionResetError):
        read_all(reader)


def test_a_whole_file_ends_in_order() -> None:
    server, reader = connected()
    file = Sending(pieces(2), Mock(), 60, server)
    for block in file:
        server.sendall(block)
    file.close()
    server.close()
    assert read_all(reader) == PIECE.encode() * 2


def test_a_file_on_its_way_keeps_its_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    slot, clock = Mock(), iter(range(0, 1000, 20))
    monkeypatch.setattr(sending.time, "monotonic", lambda: next(clock))
    list(Sending(pieces(9), slot, 900, None))
    assert slot.keep.call_count == 5
    assert timedelta(seconds=2 * 30) < slots.HELD


@pytest.fixture
def breaking(house: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Four orders, of which files are made one by one; the database fails after so many of them."""
    write(house.hotel, *(order(n) for n in range(1, 5)))
    whole = csv_files._orders

    def fail(after: int) -> None:
        def failing(*arguments: Any) -> Iterator[Any]:
            rows = [row for block in whole(*arguments) for row in block]
            yield from ([row] for row in rows[:after])
            raise OperationalError("the database went away")

        monkeypatch.setattr(csv_files, "_orders", failing)

    return fail


def test_a_small_file_that_fails_is_no_file(breaking: Callable[[int], None], staff_client: Client, house: Any) -> None:
    breaking(3)
    answer = staff_client.get(FILE)
    assert answer.status_code == 503
    assert "Content-Disposition" not in answer.headers
    assert not house.hotel.running_exports.exists()


def test_a_small_file_says_its_length(house: Any, staff_client: Client) -> None:
    write(house.hotel, order(1))
    answer = staff_client.get(FILE)
    assert not answer.streaming
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert not house.hotel.running_exports.exists()


def test_a_large_file_is_a_stream_that_breaks_visibly(
    breaking: Callable[[int], None], staff_client: Client, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SMALL", 0)
    write(house.hotel, *(order(n) for n in range(5, 151)))
    assert b"".join(staff_client.get(FILE)).count(b"\n") == 151  # type: ignore[arg-type]
    breaking(120)
    answer = staff_client.get(FILE)
    assert house.hotel.running_exports.count() == 1
    with pytest.raises(ConnectionResetError):
        list(answer)
    assert not house.hotel.running_exports.exists()


def test_a_command_that_fails_says_so(breaking: Callable[[int], None]) -> None:
    breaking(3)
    with pytest.raises(CommandError, match="not whole"):
        call_command("export_orders", "alder-house", "--format", "csv")


def test_a_command_whose_output_nobody_reads_fails(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, _: bytes) -> None:
            raise BrokenPipeError

    write(house.hotel, order(1))
    closed = Mock(buffer=Closed(), fileno=Mock(return_value=-1))
    monkeypatch.setattr(sys, "stdout", closed)
    monkeypatch.setattr("orders.management.commands.export_orders.os.dup2", Mock())
    with pytest.raises(SystemExit) as ended:
        call_command("export_orders", "alder-house", "--format", "csv")
    assert ended.value.code == 141


def test_a_person_has_two_exports_and_an_organisation_four(house: Any, staff_client: Client) -> None:
    running = [take_slot(house.hotel, house.staff) for _ in range(2)]
    answer = staff_client.get(f"{FILE}?shape=lines&payment=Paid")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    text = re.sub(r"\s+", " ", answer.content.decode())
    assert "2 exports of yours are still running." in text
    assert 'name="shape" value="lines" checked' in text
    assert 'name="payment" value="Paid"' in text
    running += [take_slot(house.hotel, house.manager) for _ in range(2)]
    with pytest.raises(TooManyExports, match="4 exports of Alder House"):
        take_slot(house.hotel, house.viewer)
    take_slot(house.golf, house.outsider)
    running[0].release()
    assert staff_client.get(FILE).status_code == 200


def test_two_exports_a_person_are_counted_across_organisations(house: Any) -> None:
    for organisation in (house.hotel, house.golf):
        take_slot(organisation, house.staff)
    other = Organisation.objects.create(name="Third", slug="third")
    with pytest.raises(TooManyExports, match="of yours"):
        take_slot(other, house.staff)


def test_a_slot_whose_process_was_killed_is_free_again_after_a_while(house: Any, staff_client: Client) -> None:
    for _ in range(2):
        take_slot(house.hotel, house.staff)
    house.hotel.running_exports.update(ends_at=now() - timedelta(seconds=1))
    assert staff_client.get(FILE).status_code == 200
    assert not house.hotel.running_exports.exists()
    kept = take_slot(house.hotel, house.staff)
    house.hotel.running_exports.update(ends_at=now() + timedelta(seconds=1))
    kept.keep()
    assert house.hotel.running_exports.get().ends_at > now() + timedelta(seconds=60)


def test_nobody_else_waits_for_a_person(house: Any) -> None:
    guest = User.objects.create_user("guest@desk.example", "correct horse battery", name="Guest")
    house.hotel.memberships.create(user=guest, role=Role.STAFF)
    for _ in range(2):
        take_slot(house.hotel, house.staff)
    assert take_slot(house.hotel, guest)
