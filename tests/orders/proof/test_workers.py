"""What the mirror page and mirror_status say of the workers."""

import io
import json
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now

from glu_admin.celery import QUEUES
from glu_admin.heartbeats.rows import BEAT, note

pytestmark = pytest.mark.usefixtures("still_clock")
MIRROR = "/o/alder-house/mirror/"


def status(*arguments: str) -> tuple[str, str]:
    """What `mirror_status` prints, and why it fails; "" if it does not."""
    out = io.StringIO()
    try:
        call_command("mirror_status", "alder-house", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_signs_of_life_are_on_the_page_and_in_the_status(house: Any, viewer_client: Client) -> None:
    page = " ".join(viewer_client.get(MIRROR).content.decode().split())
    assert page.count("<dd> not yet </dd>") == len(QUEUES) + 1
    assert "sign of life" not in status()[1]  # nobody has to do anything where none was ever started
    with time_machine.travel(now(), tick=False) as time:
        for name in (*QUEUES, BEAT):
            note(name)
        time.shift(12)
        page = " ".join(viewer_client.get(MIRROR).content.decode().split())
        assert page.count("<dd> 12 secs ago </dd>") == len(QUEUES) + 1
        said, failed = status()
        assert "Looks for changes" in said
        assert "sign of life" not in failed
        assert json.loads(status("--json")[0])["heartbeat_seconds"] == dict.fromkeys((*QUEUES, BEAT), 12)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bulk", "Long readings: no sign of life for 5 mins; its worker or the broker is away."),
        (BEAT, "Timetable: no sign of life for 5 mins; beat is away."),
    ],
)
def test_what_stands_still_needs_a_person(house: Any, viewer_client: Client, name: str, words: str) -> None:
    with time_machine.travel(now(), tick=False) as time:
        for sign in (*QUEUES, BEAT):
            note(sign)
        time.shift(300)
        for sign in {*QUEUES, BEAT} - {name}:
            note(sign)
        assert words in status()[1]
        assert words in viewer_client.get(MIRROR).content.decode()
