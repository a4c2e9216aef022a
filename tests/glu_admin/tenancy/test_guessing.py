"""Guessing passwords: counted by account and network, whatever Host is named, and nobody locks out others."""

import threading
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from pytest_django import Settings

from glu_admin.tenancy.hashing import AT_ONCE, IN_LINE, TooBusy, one_of_few
from glu_admin.tenancy.models import User
from tests.conftest import PASSWORD

EMAIL = "manager@desk.example"
HOME, AWAY, ELSEWHERE = "192.0.2.1", "198.51.100.7", "203.0.113.9"


def sign_in(client: Client, password: str, email: str = EMAIL, network: str = HOME, **extra: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=network, **extra)


def sign_out(client: Client) -> None:
    """As a person does, which keeps the device's cookie."""
    assert client.post("/accounts/logout/").status_code == 302


def guess(times: int, network: str = AWAY, email: str = EMAIL, **extra: Any) -> list[int]:
    """What wrong passwords are answered with, from devices that nobody knows."""
    return [sign_in(Client(), f"wrong {n}", email, network, **extra).status_code for n in range(times)]


@pytest.fixture(autouse=True)
def one_moment() -> Any:
    """All within one second, however slow the machine is."""
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        yield clock


def test_a_host_with_another_port_is_no_other_account(house: Any, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["desk.example", "other.example"]
    hosts = [
        f"{name}:{port}" for name in ("desk.example", "DESK.example", "other.example") for port in range(8000, 8009)
    ]
    answers = [guess(1, HTTP_HOST=host)[0] for host in hosts]
    assert answers == [200] * 5 + [429] * 22
    assert sign_in(Client(), PASSWORD, network=AWAY, HTTP_HOST="desk.example:9999").status_code == 429


def test_an_address_in_other_letters_is_no_other_account(house: Any) -> None:
    assert [guess(1, email=email)[0] for email in (EMAIL, EMAIL.upper(), f" {EMAIL}", "Manager@desk.example")] == [
        200
    ] * 4
    assert guess(2) == [200, 429]


def test_waits_grow_and_end(house: Any, one_moment: Any) -> None:
    assert guess(6)[4:] == [200, 429]
    one_moment.shift(61)
    assert guess(6)[4:] == [200, 429]
    one_moment.shift(61)
    assert guess(1) == [429]
    one_moment.shift(15 * 60)
    assert guess(1) == [200]
    assert sign_in(Client(), PASSWORD, network=AWAY).status_code == 302


def test_guesses_elsewhere_lock_nobody_out(house: Any) -> None:
    """Neither an account's own network, nor another account from the guesser's."""
    assert guess(8)[-1] == 429
    assert sign_in(Client(), PASSWORD, network=HOME).status_code == 302
    assert sign_in(Client(), PASSWORD, email="staff@desk.example", network=AWAY).status_code == 302


def test_a_device_that_is_known_is_let_through(house: Any) -> None:
    reception = Client()
    sign_in(reception, PASSWORD, email="staff@desk.example")
    sign_out(reception)
    sign_in(reception, PASSWORD)
    for client, email in ((reception, EMAIL), (reception, "staff@desk.example")):
        sign_out(client)
        assert guess(8, network=HOME, email=email)[-1] == 429
        assert sign_in(Client(), PASSWORD, email=email).status_code == 429
        assert sign_in(client, PASSWORD, email=email).status_code == 302


def test_a_known_device_may_not_guess_for_ever_nor_for_others(house: Any) -> None:
    device = Client()
    sign_in(device, PASSWORD)
    sign_out(device)
    assert [sign_in(device, f"wrong {n}").status_code for n in range(12)] == [200] * 10 + [429] * 2
    assert [sign_in(device, "wrong", email="staff@desk.example").status_code for _ in range(6)][-1] == 429


def test_the_devices_cookie_cannot_be_made_up_and_names_nobody(house: Any) -> None:
    device = Client()
    response = sign_in(device, PASSWORD)
    cookie = response.cookies["device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "manager" not in cookie.value
    assert guess(8, network=HOME)[-1] == 429
    for value in ("", "made:up", cookie.value[:-1] + ("a" if cookie.value[-1] != "a" else "b")):
        forged = Client()
        forged.cookies["device"] = value
        assert sign_in(forged, PASSWORD).status_code == 429


def test_many_networks_together_slow_an_account_down_and_no_more(house: Any, one_moment: Any) -> None:
    for network in range(25):
        guess(4, network=f"198.51.{network}.7")
    assert sign_in(Client(), "wrong", network=ELSEWHERE).status_code == 200  # the one that is let in each five seconds
    assert sign_in(Client(), PASSWORD, network=ELSEWHERE).status_code == 429
    one_moment.shift(6)
    assert sign_in(Client(), PASSWORD, network=ELSEWHERE).status_code == 302


def test_one_network_cannot_try_every_account(house: Any) -> None:
    answers = [guess(1, email=f"person{n}@desk.example")[0] for n in range(25)]
    assert answers == [200] * 20 + [429] * 5


def test_right_passwords_are_not_counted(house: Any) -> None:
    assert {sign_in(Client(), PASSWORD).status_code for _ in range(25)} == {302}


def test_a_new_password_starts_afresh(house: Any) -> None:
    guess(8, network=HOME)
    browser = Client(REMOTE_ADDR=HOME)
    browser.force_login(house.manager)
    new = "another long phrase"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert sign_in(Client(), new).status_code == 302


def test_passwords_are_argon2_and_older_hashes_are_replaced_at_sign_in(house: Any, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    house.manager.set_password(PASSWORD)
    house.manager.save()
    settings.PASSWORD_HASHERS = [
        "glu_admin.tenancy.hashing.DeskArgon2",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    assert identify_hasher(User.objects.get(pk=house.manager.pk).password).algorithm == "pbkdf2_sha256"
    client = Client()
    assert sign_in(client, PASSWORD).status_code == 302
    assert client.get("/profile/").status_code == 200
    hashed = User.objects.get(pk=house.manager.pk).password
    assert hashed.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert sign_in(Client(), PASSWORD).status_code == 302


def test_the_settings_make_argon2() -> None:
    from glu_admin import settings as made

    assert made.PASSWORD_HASHERS[0] == "glu_admin.tenancy.hashing.DeskArgon2"


def test_few_hashes_at_once_and_few_in_line() -> None:
    """Two work, as many as the line holds wait, and everybody else is sent away at once."""
    go, working, refused = threading.Event(), threading.Semaphore(0), []

    def work() -> None:
        with one_of_few():
            working.release()
            go.wait()

    threads = [threading.Thread(target=work) for _ in range(IN_LINE)]
    for thread in threads:
        thread.start()
    for _ in range(AT_ONCE):
        working.acquire()
    assert not working.acquire(blocking=False)
    wait_for_the_line()
    for _ in range(20):
        with pytest.raises(TooBusy), one_of_few():
            refused.append("let in")
    go.set()
    for thread in threads:
        thread.join()
    assert not refused
    with one_of_few():
        pass


def wait_for_the_line() -> None:
    """Until every place in it is taken."""
    from glu_admin.tenancy import hashing

    while hashing._in_line._value:
        threading.Event().wait(0.001)


def test_too_many_at_once_are_told_and_not_counted(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from glu_admin.tenancy import hashing

    with monkeypatch.context() as full:
        full.setattr(hashing, "_in_line", threading.BoundedSemaphore(1))
        hashing._in_line.acquire()
        answers = [sign_in(Client(), PASSWORD) for _ in range(8)]
    assert {answer.status_code for answer in answers} == {429}
    assert "Too many people are signing in" in answers[0].text
    assert sign_in(Client(), PASSWORD).status_code == 302
