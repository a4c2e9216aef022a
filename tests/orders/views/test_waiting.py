"""The numbers beside the names of the frame come after the page, in one answer."""

import re
from typing import Any
from uuid import uuid4

from django.test import Client

from orders.desk.notes import write_note
from tests.orders.builders import order, write

COUNTS = "/o/alder-house/queues/counts/"
POST = {"dispatchStatus": "Outstanding", "paymentStatus": "Paid", "deliveryMethodName": "Royal Mail"}
OWED = {"dispatchStatus": "Outstanding", "paymentStatus": "Pending", "paymentMethod": "Offline"}


def numbers(text: str) -> list[str]:
    return re.findall(r"(\d+)<span", text)


def test_the_frame_gets_its_numbers_by_itself(house: Any, viewer_client: Client, staff_client: Client) -> None:
    assert numbers(viewer_client.get(COUNTS).text) == []
    write(house.hotel, *(order(n, **POST) for n in range(1, 4)), order(4, **OWED), order(5, **OWED))
    write_note(house.hotel, house.hotel.orders.get(glu_id=1), house.manager, "Look at this, @Viewer", [], uuid4())
    assert numbers(viewer_client.get(COUNTS).text) == ["3", "2", "1"]
    assert numbers(staff_client.get(COUNTS).text) == ["3", "2"]
    frame = viewer_client.get("/o/alder-house/mirror/").text
    assert f'hx-get="{COUNTS}"' in frame
    for name in re.findall(r'<span id="([^"]+)" hx-swap-oob', viewer_client.get(COUNTS).text):
        assert f'id="{name}"' in frame
