"""Made-up people, two organisations that always hold the same Glu ids, and a sandbox Glu to mirror from."""

import gc
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import time_machine
from django.test import Client, override_settings
from django.utils.timezone import now
from hypothesis import HealthCheck

from glu_admin.keys.lifecycle import record_trial, set_key
from glu_admin.keys.models import GluKey
from glu_admin.keys.ring import keyring
from glu_admin.keys.vault import client_for
from glu_admin.sandbox.server import RunningSandbox
from glu_admin.sandbox.world import SandboxOrganisation
from glu_admin.tenancy.models import Organisation, Role, User
from orders.mirror.lease import take_lease
from orders.mirror.session import Session
from tests.patience import HANG_SECONDS

# What is too slow is no failure where others keep the machine busy.
hypothesis.settings.register_profile(
    "any machine", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

PASSWORD = "correct horse battery"
HOTEL_KEY, GOLF_KEY = "hotel-key-0001", "golf-key-0002"


@dataclass
class House:
    """Two organisations: the first with somebody of every role in its team, and an outsider who manages the second."""

    hotel: Organisation
    golf: Organisation
    viewer: User
    staff: User
    manager: User
    outsider: User


@pytest.fixture(autouse=True)
def own_cache(settings: object) -> None:
    """Sign-in limits of one test are no other's."""
    caches = dict(settings.CACHES)  # type: ignore[attr-defined]
    settings.CACHES = {"default": {**caches["default"], "KEY_PREFIX": uuid.uuid4().hex}}  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def own_state(settings: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each process of the suite has a folder of its own: whoever makes files clears away what others left."""
    settings.STATE_DIR = tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]


@pytest.fixture
def still_clock() -> Iterator[None]:
    """The time of day stands still, so that words about seconds to come are the same however long the test takes."""
    with time_machine.travel(now(), tick=False):
        yield


@pytest.fixture
def house(db: None) -> House:
    """Alder House (viewer, staff, manager) and Brae Links (outsider), without orders."""
    hotel = Organisation.objects.create(name="Alder House", slug="alder-house")
    golf = Organisation.objects.create(name="Brae Links", slug="brae-links")
    people = {}
    for name, organisation, role in [
        ("viewer", hotel, Role.VIEWER),
        ("staff", hotel, Role.STAFF),
        ("manager", hotel, Role.MANAGER),
        ("outsider", golf, Role.MANAGER),
    ]:
        people[name] = User.objects.create_user(f"{name}@desk.example", PASSWORD, name=name.title())
        organisation.memberships.create(user=people[name], role=role)
    return House(hotel=hotel, golf=golf, **people)


@pytest.fixture(autouse=True, scope="session")
def test_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fast password hashes, as hashing is Django's to test, and a folder of static files that exists."""
    static_root = tmp_path_factory.mktemp("static")
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, STATIC_ROOT=static_root):
        yield


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer_client(house: House) -> Client:
    """Signed in as the viewer of Alder House."""
    return _client(house.viewer)


@pytest.fixture
def staff_client(house: House) -> Client:
    """Signed in as staff of Alder House."""
    return _client(house.staff)


@pytest.fixture
def manager_client(house: House) -> Client:
    """Signed in as the manager of Alder House."""
    return _client(house.manager)


@pytest.fixture
def outsider_client(house: House) -> Client:
    """Signed in as the manager of Brae Links, a stranger to Alder House."""
    return _client(house.outsider)


@pytest.fixture
def sandbox(settings: object, tmp_path: Path) -> Iterator[RunningSandbox]:
    """A still Glu with two organisations of 130 orders each and the same ids, which the settings point to."""
    organisations = [
        SandboxOrganisation("hotel", "Alder House", HOTEL_KEY, seed=5, count=130),
        SandboxOrganisation("golf", "Brae Links", GOLF_KEY, seed=6, count=130, ids=5),
    ]
    minute = now().replace(second=0, microsecond=0)  # orders of one minute are made once
    with RunningSandbox(organisations, epoch=minute) as running:
        settings.GLU_API_URL = running.url  # type: ignore[attr-defined]
        settings.GLU_REQUESTS_PER_SECOND = 5000  # type: ignore[attr-defined]
        settings.GLU_REQUESTS_PER_SECOND_AT_FIRST = 5000  # type: ignore[attr-defined]
        settings.STATE_DIR = tmp_path  # type: ignore[attr-defined]
        settings.GLU_RETRIES = 0  # type: ignore[attr-defined]
        settings.MIRROR_CONNECTIONS = 4  # type: ignore[attr-defined]
        # A busy machine is no reason to give up, or for the next poll to be due within a test.
        for name in ("GLU_CONNECT_TIMEOUT", "GLU_READ_TIMEOUT", "GLU_TOTAL_TIMEOUT"):
            setattr(settings, name, HANG_SECONDS)
        for name in ("MIRROR_LEASE_WANTED_SECONDS", "MIRROR_POLL_MIN_SECONDS"):
            setattr(settings, name, HANG_SECONDS)
        yield running


def accepted_key(organisation: Organisation, secret: str) -> GluKey:
    """A key in use that Glu is taken to have accepted."""
    key = set_key(organisation, secret, None)
    record_trial(key, GluKey.State.ACCEPTED)
    return key


@pytest.fixture
def session(house: House, sandbox: RunningSandbox) -> Iterator[Session]:
    """The lease of Alder House, talking to the sandbox's hotel."""
    accepted_key(house.hotel, HOTEL_KEY)
    lease = take_lease(house.hotel)
    assert lease is not None
    client = client_for(house.hotel)
    session = Session(house.hotel, client, lease)
    yield session
    session.close()


@pytest.fixture(autouse=True)
def fresh_keyring() -> Iterator[None]:
    """Tests that change the root keys leave nothing behind."""
    yield
    keyring.cache_clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """What is imported by now stays: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
