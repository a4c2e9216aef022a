"""The Redis of compose.yaml, with its own command and users: each may do its own work, and nothing else."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from kombu import Connection, Queue

from glu_admin.caches import RedisOrOwnCache
from glu_admin.celery import QUEUES
from glu_admin.glu.pace_stores import RedisStore
from tests.journeys.compose import COMPOSE, own_redis, redis_url


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not on this machine")
    with own_redis(tmp_path_factory.mktemp("redis")) as port:
        yield port


def test_the_brokers_user_can_do_all_that_the_queues_need(port: int) -> None:
    with Connection(redis_url(port, "CELERY_BROKER_URL")) as connection, connection.channel() as channel:
        for name in (*QUEUES, "celery@host.celery.pidbox"):
            queue = Queue(name, routing_key=name)(channel)
            queue.declare()
            connection.Producer(channel).publish(name, routing_key=name, exchange="")
            message = queue.get()
            assert message is not None
            message.ack()
    with redis.Redis.from_url(redis_url(port, "CELERY_BROKER_URL")) as client:
        assert RedisStore(client, "glu-pace-1").change(lambda text, _: ("{}", text)) is None
        with client.lock("unacked_mutex", timeout=1):
            assert client.zadd("unacked_index", {"a": 1}) == 1


def test_the_caches_user_can_do_all_that_the_cache_needs(port: int) -> None:
    store = RedisOrOwnCache(redis_url(port, "CACHE_URL"), {})
    assert store.add("limit", [1.5])
    assert store.get("limit") == [1.5]
    store.set("count", 1)
    assert (store.incr("count"), store.touch("count", 9), store.delete("count")) == (2, True, True)
    store.set_many({"a": 1})
    assert store.get_many(["a"]) == {"a": 1}
    assert store.answers()


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("CACHE_URL", ("LPUSH", "changes", "a task")),
        ("CACHE_URL", ("SET", "glu-pace-1", "{}")),
        ("CACHE_URL", ("GET", "changes")),
        ("CACHE_URL", ("FLUSHALL",)),
        ("CELERY_BROKER_URL", ("SET", ":1:limit", "[]")),
        ("CELERY_BROKER_URL", ("GET", ":1:limit")),
        ("CELERY_BROKER_URL", ("FLUSHALL",)),
        ("CELERY_BROKER_URL", ("CONFIG", "GET", "*")),
        ("CELERY_BROKER_URL", ("ACL", "LIST")),
        ("", ("GET", ":1:limit")),
        ("", ("LPUSH", "changes", "a task")),
        ("", ("INFO",)),
    ],
)
def test_nobody_may_do_more(port: int, name: str, command: Any) -> None:
    address = redis_url(port, name) if name else f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(address) as client, pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command(*command)


def test_only_those_who_need_it_reach_outside() -> None:
    inside = {name for name, service in COMPOSE["services"].items() if service["networks"] == ["inside"]}
    assert inside == {"postgres", "redis", "migrate", "beat"}
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert {name for name, service in COMPOSE["services"].items() if "ports" in service} == {"proxy"}
