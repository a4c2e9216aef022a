"""Sealed secrets open in their own place only, with a known root key only; rotation can be interrupted."""

import io
import uuid
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from glu_admin.keys.cipher import Keyring, KeyringError, Place, SealBroken, UnknownRootKey, key_id, new_root_key
from glu_admin.keys.lifecycle import InvalidKey, set_key
from glu_admin.keys.models import GluKey, KeyringCanary
from glu_admin.keys.ring import WrongRootKey, check_canary, keyring, place_of, reseal, stop_on_wrong_root_key
from glu_admin.keys.tasks import try_key
from glu_admin.tenancy.models import Organisation
from tests.conftest import accepted_key

ONE, TWO = new_root_key("one"), new_root_key("two")
HERE = Place("keys_glukey", "token", uuid.UUID(int=1), uuid.UUID(int=2))


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.isprintable()))
def test_what_is_sealed_opens_again(secret: str) -> None:
    ring = Keyring([ONE])
    token = ring.seal(secret, HERE)
    assert ring.open(token, HERE) == secret
    assert len(secret) < 4 or secret not in token


@pytest.mark.parametrize(
    "other",
    [
        Place("keys_other", "token", HERE.organisation, HERE.row),
        Place("keys_glukey", "other", HERE.organisation, HERE.row),
        Place("keys_glukey", "token", uuid.UUID(int=9), HERE.row),
        Place("keys_glukey", "token", HERE.organisation, uuid.UUID(int=9)),
        Place("keys_gluke", "ytoken", HERE.organisation, HERE.row),
    ],
)
def test_a_moved_token_does_not_open(other: Place) -> None:
    ring = Keyring([ONE])
    with pytest.raises(SealBroken):
        ring.open(ring.seal("secret", HERE), other)


def test_a_place_with_a_missing_part_is_refused_before_any_opening() -> None:
    with pytest.raises(ValueError, match="needs table"):
        Keyring([ONE]).open("nonsense", Place("", "token", HERE.organisation, HERE.row))


@given(st.integers(0, 200), st.integers(0, 7))
def test_a_flipped_bit_is_noticed(position: int, bit: int) -> None:
    ring = Keyring([ONE])
    token = ring.seal("a secret of some length", HERE)
    place = position % len(token)
    changed = token[:place] + chr(ord(token[place]) ^ (1 << bit)) + token[place + 1 :]
    try:
        assert changed == token or ring.open(changed, HERE) == "a secret of some length"
        # Only the unused bits at the end of base64 may differ without a difference.
        assert changed.split(".")[:2] == token.split(".")[:2]
    except (SealBroken, UnknownRootKey):
        pass


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_truncated_token_is_noticed(cut: int) -> None:
    ring = Keyring([ONE])
    with pytest.raises(SealBroken):
        ring.open(ring.seal("secret", HERE)[:-cut], HERE)


def test_the_first_key_writes_and_all_read() -> None:
    old = Keyring([ONE]).seal("secret", HERE)
    both = Keyring([TWO, ONE])
    assert both.open(old, HERE) == "secret"
    assert key_id(both.seal("secret", HERE)) == "two"
    with pytest.raises(UnknownRootKey):
        Keyring([TWO]).open(old, HERE)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [ONE, ONE],
        ["one:"],
        ["one:short"],
        [f"one:{'A' * 42}=="],
        ["no colon"],
        [f"bad id:{ONE[4:]}"],
        ["one:é" * 9],
    ],
)
def test_unusable_lists_of_root_keys_are_refused_without_telling_them(entries: list[str]) -> None:
    with pytest.raises(KeyringError) as error:
        Keyring(entries)
    assert not any(len(part) > 9 and part in str(error.value) for entry in entries for part in entry.split(":"))


def use(settings: Any, *keys: str) -> None:
    settings.GLU_ROOT_KEYS = list(keys)
    keyring.cache_clear()


def test_the_canary_knows_a_wrong_root_key(db: None, settings: Any) -> None:
    use(settings, ONE)
    check_canary()
    check_canary()
    use(settings, TWO)
    with pytest.raises(WrongRootKey):
        check_canary()
    with pytest.raises(SystemExit, match="does not hold the root key"):
        stop_on_wrong_root_key()
    use(settings, TWO, ONE)
    check_canary()


def test_no_command_seals_a_key_with_a_wrong_root_key(
    house: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GLU_API_URL, settings.GLU_RETRIES = "http://127.0.0.1:9", 0
    use(settings, ONE)
    check_canary()
    use(settings, f"one:{TWO.partition(':')[2]}")
    for command in (("organisation_add", "Elder"), ("organisation_key", "alder-house")):
        monkeypatch.setattr("sys.stdin", io.StringIO("hotel-key-0001"))
        with pytest.raises(CommandError, match="does not hold the root key"):
            call_command(*command)
    assert not GluKey.across_organisations.exists()
    assert not Organisation.objects.filter(name="Elder").exists()


def test_a_lost_key_file_is_never_replaced_over_sealed_keys(house: Any, settings: Any, tmp_path: Any) -> None:
    use(settings)
    settings.STATE_DIR = tmp_path
    set_key(house.hotel, "hotel-key-0001", None)
    path = tmp_path / "root_keys"
    assert path.stat().st_mode & 0o777 == 0o600
    kept = path.read_text()
    path.unlink()
    keyring.cache_clear()
    with pytest.raises(SystemExit, match="is missing"):
        stop_on_wrong_root_key()
    assert not path.exists()
    path.write_text(kept)
    keyring.cache_clear()
    check_canary()


def test_rotation_is_interrupted_and_run_again(house: Any, settings: Any) -> None:
    use(settings, ONE)
    check_canary()
    for organisation, secret in ((house.hotel, "hotel-key-0001"), (house.golf, "golf-key-0002")):
        set_key(organisation, secret, None)
    use(settings, TWO, ONE)
    steps = reseal()
    assert next(steps) is True
    steps.close()  # type: ignore[attr-defined]
    assert {key_id(key.token) for key in GluKey.across_organisations.all()} == {"one", "two"}
    call_command("rotate_root_key")
    use(settings, TWO)
    check_canary()
    opened = [keyring().open(key.token, place_of(key)) for key in GluKey.across_organisations.order_by("pk")]
    assert opened == ["hotel-key-0001", "golf-key-0002"]
    assert key_id(KeyringCanary.objects.get().token) == "two"


def test_rotation_without_the_older_key_changes_nothing(house: Any, settings: Any) -> None:
    use(settings, ONE)
    check_canary()
    set_key(house.hotel, "hotel-key-0001", None)
    token = GluKey.across_organisations.get().token
    use(settings, TWO)
    with pytest.raises(CommandError, match="older root keys"):
        call_command("rotate_root_key")
    assert GluKey.across_organisations.get().token == token


def test_a_key_sealed_by_a_process_with_the_old_list_is_noticed(
    house: Any,
    settings: Any,
    manager_client: Client,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use(settings, TWO, ONE)
    check_canary()
    set_key(house.golf, "golf-key-0002", None)
    call_command("rotate_root_key")
    use(settings, ONE)  # this process was not started again
    set_key(house.hotel, "hotel-key-0001", None)
    use(settings, TWO)  # and the old root key was taken out too early
    stop_on_wrong_root_key()
    assert "1 sealed row(s) need the root key one" in caplog.text
    for path in ("/o/alder-house/orders/", "/o/alder-house/mirror/", "/o/alder-house/key/"):
        page = manager_client.get(path).content.decode()
        assert "sealed with the root key “one”, which is not in GLU_ROOT_KEYS" in page
    with pytest.raises(CommandError, match="ending in 0001 cannot be opened"):
        call_command("mirror_status", "alder-house")
    with pytest.raises(CommandError, match="ending in 0001 cannot be opened"):
        call_command("organisation_key", "alder-house", "--retry")
    call_command("organisation_key", "alder-house", "--show")
    assert "ending in 0001 cannot be opened" in capsys.readouterr().out
    try_key(GluKey.across_organisations.get(organisation=house.hotel).pk)  # a worker goes on
    use(settings, TWO, ONE)
    call_command("rotate_root_key")
    use(settings, TWO)
    assert "cannot be opened" not in manager_client.get("/o/alder-house/mirror/").content.decode()


def test_a_root_key_that_is_missing_is_no_traceback(
    house: Any, settings: Any, tmp_path: Any, manager_client: Client
) -> None:
    use(settings)
    settings.STATE_DIR = tmp_path
    check_canary()
    accepted_key(house.hotel, "hotel-key-0001")
    (tmp_path / "root_keys").unlink()
    keyring.cache_clear()
    for command in ("mirror", "mirror_status", "glu_probe"):
        with pytest.raises(CommandError, match=r"cannot be opened\. The database holds sealed keys"):
            call_command(command, "alder-house")
    page = manager_client.post("/o/alder-house/key/set/", {"secret": "hotel-key-0002"})
    assert page.status_code == 400
    assert "No key can be stored now" in page.content.decode()


def test_a_root_key_of_the_right_name_that_is_another_is_said(house: Any, settings: Any) -> None:
    use(settings, ONE)
    check_canary()
    accepted_key(house.hotel, "hotel-key-0001")
    use(settings, new_root_key("one"))
    with pytest.raises(CommandError, match="does not hold the root key"):
        call_command("mirror_status", "alder-house")
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("mirror", "alder-house")


def test_rotation_keeps_a_key_known_in_another_organisation(house: Any, settings: Any) -> None:
    use(settings, ONE)
    accepted_key(house.golf, "golf-key-0002")
    use(settings, TWO, ONE)
    for _ in range(2):
        with pytest.raises(InvalidKey, match="another organisation"):
            set_key(house.hotel, "golf-key-0002", None)
        call_command("rotate_root_key")
    assert "golf-key" not in "".join(GluKey.across_organisations.get().fingerprint)
    use(settings, TWO)
    with pytest.raises(InvalidKey, match="another organisation"):
        set_key(house.hotel, "golf-key-0002", None)
