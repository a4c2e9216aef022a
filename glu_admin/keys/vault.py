"""Where a key is opened: only for the client that speaks with Glu, and only in workers and commands."""

import redis
from django.conf import settings

from glu_admin.glu.client import LONGEST_WAIT, UNSAID_PAUSE, UNSAID_WAIT, GluClient
from glu_admin.glu.errors import GluError, Refused
from glu_admin.glu.pace import Pace
from glu_admin.glu.pace_stores import FileStore, RedisStore, Store
from glu_admin.keys.cipher import KeyringError, SealBroken, UnknownRootKey
from glu_admin.keys.lifecycle import cannot_be_opened, closed, current_key, record_trial
from glu_admin.keys.models import GluKey
from glu_admin.keys.recognition import OtherOrganisationError, recogniser
from glu_admin.keys.ring import WrongRootKey, keyring, place_of, refresh_fingerprints
from glu_admin.tenancy.models import Organisation
from glu_admin.tuning import tuned


class NoUsableKey(Exception):
    """An organisation has no key that may be used now; the words say why."""


def client_for(organisation: Organisation, *, longest_wait: float | None = None) -> GluClient:
    """A client for Glu with the organisation's key.

    Raises NoUsableKey when there is no key that may be used, or when it cannot be opened.
    `longest_wait` is the longest pause, in seconds, that the client waits when Glu answers 429, before it raises
    TooManyRequests; None for the ordinary one.
    """
    key = current_key(organisation)
    if key is None:
        raise NoUsableKey("There is no Glu key yet that Glu has accepted.")
    if key.state == GluKey.State.REFUSED:
        raise NoUsableKey("Glu refused the key.")
    if key.state == GluKey.State.FOREIGN:
        raise NoUsableKey(key.detail)
    if key.state != GluKey.State.ACCEPTED:
        raise NoUsableKey("Glu has not accepted the key yet.")
    if key.paused_at is not None:
        raise NoUsableKey("Copying is paused.")
    return _client(key, longest_wait)


def try_key(key: GluKey) -> GluKey.State:
    """Try a key: ask Glu for what every key may see, and whose the key is; records and returns the key's state.

    Raises NoUsableKey when the key cannot be opened: nothing is known of it then.
    """
    client, owner = _client(key, 0), None
    refresh_fingerprints()
    try:
        client.get(settings.GLU_TOUCHSTONE, [("page", "1")])
        owner = recogniser()(key.organisation, client)
        state, detail = GluKey.State.ACCEPTED, ""
    except Refused as error:
        state, detail = GluKey.State.REFUSED, error.words
    except OtherOrganisationError as error:
        state, detail = GluKey.State.FOREIGN, error.words
    except GluError as error:
        state, detail = GluKey.State.UNREACHABLE, error.words
    finally:
        client.close()
    return record_trial(key, state, detail, opens=str(owner) if owner else "")


def _pace(key: GluKey) -> Pace:
    """The pace all workers share for this organisation: in Redis, or in a file of the embedded run."""
    name = f"glu-pace-{key.organisation_id}"
    urls = (settings.CELERY_BROKER_URL, settings.CACHE_URL)
    url = next((url for url in urls if url.startswith(("redis://", "rediss://"))), None)
    store: Store
    if url is not None:
        store = RedisStore(redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2), name)
    else:
        store = FileStore(settings.STATE_DIR / "pace" / f"{name}.json")
    return Pace(
        settings.GLU_REQUESTS_PER_SECOND,
        at_first=settings.GLU_REQUESTS_PER_SECOND_AT_FIRST,
        longest_pause=settings.GLU_RETRY_AFTER_CAP,
        store=store,
    )


def _client(key: GluKey, longest_wait: float | None) -> GluClient:
    try:
        secret = keyring().open(key.token, place_of(key))
    except (KeyringError, WrongRootKey, UnknownRootKey, SealBroken) as error:
        words = closed(key) or cannot_be_opened(key, str(error))
        raise NoUsableKey(words) from None
    return GluClient(
        settings.GLU_API_URL,
        secret,
        pace=_pace(key),
        key_id=key.pk,
        touchstone=settings.GLU_TOUCHSTONE,
        connect_timeout=settings.GLU_CONNECT_TIMEOUT,
        read_timeout=settings.GLU_READ_TIMEOUT,
        total_timeout=settings.GLU_TOTAL_TIMEOUT,
        max_body_bytes=settings.GLU_MAX_BODY_BYTES,
        retries=settings.GLU_RETRIES,
        backoff=settings.GLU_RETRY_BACKOFF,
        unsaid_pause=tuned("GLU_UNSAID_PAUSE", UNSAID_PAUSE),
        unsaid_wait=tuned("GLU_UNSAID_RETRY_AFTER", UNSAID_WAIT),
        longest_wait=tuned("GLU_LONGEST_WAIT", LONGEST_WAIT) if longest_wait is None else longest_wait,
    )
