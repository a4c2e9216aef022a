"""The shared cache: values are JSON in Redis and in files, and without Redis people still sign in, and are counted."""

import json
import pickle
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.cache import cache, caches
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glu_admin.caches import JsonFileCache, RedisOrOwnCache, cache_state
from tests.conftest import PASSWORD
from tests.faults.servers import Redis
from tests.journeys.processes import free_port

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
RAN: list[str] = []


class Malicious:
    """Runs code wherever it is unpickled."""

    def __reduce__(self) -> Any:
        return RAN.append, ("unpickled",)


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on this machine")
    server = Redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["files", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RedisOrOwnCache | JsonFileCache:
    if request.param == "files":
        return JsonFileCache(str(tmp_path / "cache"), {})
    return RedisOrOwnCache(request.getfixturevalue("own_redis").url, {})


@given(value=VALUES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_values_come_back_as_they_were(store: RedisOrOwnCache | JsonFileCache, value: Any) -> None:
    store.set("a", value)
    assert store.get("a") == value
    assert type(store.get("a")) is type(value)


def test_it_does_all_that_a_cache_does(store: RedisOrOwnCache | JsonFileCache) -> None:
    store.clear()
    assert (store.add("a", 1), store.add("a", 2), store.get("a"), store.incr("a", 4), store.get("a")) == (
        *(True, False, 1),
        *(5, 5),
    )
    assert (store.touch("a", 100), store.touch("b"), store.has_key("a"), "b" in store) == (True, False, True, False)
    store.set("a", 1, timeout=0)
    assert store.get("a", "gone") == "gone"
    store.set_many({"a": [1.5], "b": None}, timeout=None)
    assert store.get_many(["a", "b", "c"]) == {"a": [1.5], "b": None}
    assert (store.delete("a"), store.delete("a"), store.get("a")) == (True, False, None)
    store.clear()
    assert store.get("b", "gone") == "gone"
    assert store.answers()


@pytest.mark.parametrize("planted", [pickle.dumps(Malicious()), b"[" * 100_000, b"\xff\x00", b""], ids=range(4))
def test_what_somebody_else_put_there_runs_nothing(
    store: RedisOrOwnCache | JsonFileCache, planted: bytes, own_redis: Redis
) -> None:
    store.set("limit", [1.5])
    if isinstance(store, JsonFileCache):
        for path in (Path(store._key_to_file("limit")),):
            for content in (planted, json.dumps(None).encode() + b"\n" + planted):
                path.write_bytes(content)
                assert store.get("limit", "nothing") == "nothing"
                store.touch("limit")
    else:
        with redis.Redis.from_url(own_redis.url) as client:
            client.set(store._shared.make_key("limit"), planted)
        assert store.get("limit", "nothing") == "nothing"
        assert store.get_many(["limit"]) in ({}, {"limit": None})
    assert RAN == []


@pytest.fixture(params=["nobody", "frozen"])
def away(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """A cache in a Redis that is not there, or takes connections and says nothing."""
    with socket.socket() as listening:
        if request.param == "frozen":
            listening.bind(("127.0.0.1", 0))
            listening.listen(100)
        port = listening.getsockname()[1] if request.param == "frozen" else free_port()
        location = f"redis://127.0.0.1:{port}/0"
        options = {"socket_timeout": 0.2}
        settings.CACHES = {
            "default": {"BACKEND": "glu_admin.caches.RedisOrOwnCache", "LOCATION": location, "OPTIONS": options}
        }
        yield
        caches["default"].clear()


def test_people_sign_in_while_redis_is_away(house: Any, away: None, caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "staff@desk.example", "password": PASSWORD})
    assert (answer.status_code, client.get("/o/alder-house/orders/").status_code) == (302, 200)
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == ["the shared cache is away"]
    assert cache_state() == "away"


def test_wrong_passwords_are_counted_while_redis_is_away(house: Any, away: None) -> None:
    client = Client()
    for _ in range(40):
        answer = client.post("/accounts/login/", {"login": "staff@desk.example", "password": "wrong horse battery"})
    right = client.post("/accounts/login/", {"login": "staff@desk.example", "password": PASSWORD})
    assert answer.status_code == 429 or "Too many" in answer.content.decode()
    assert right.status_code != 302


def test_redis_is_asked_again_after_a_while(own_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RedisOrOwnCache(own_redis.url, {})
    store.set("a", "shared")
    own_redis.stop()
    assert store.get("a") is None
    store.set("a", "own")
    assert store.get("a") == "own"
    own_redis.start()
    assert store.get("a") == "own"
    monkeypatch.setitem(store._away_until, own_redis.url, 0)
    assert store.get("a") == "shared"


def test_the_desk_uses_it() -> None:
    assert isinstance(caches["default"], (RedisOrOwnCache, JsonFileCache))
    cache.set("a", [1.5, True])
    assert cache.get("a") == [1.5, True]
