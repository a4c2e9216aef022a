"""What becomes of a form that is sent after the session ended, or after another tab signed in."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.rules.addresses import PAGES, VALUES

DESK = "http://testserver"
NOT_DONE = "what you sent was not done"


def sign_in(client: Client, to: str) -> Any:
    """Fill in the form at this address as a browser does, with its hidden fields."""
    page = client.get(to).text
    hidden = dict(re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page))
    fields = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
    return client.post("/accounts/login/", {**fields, "login": "manager@desk.example", "password": PASSWORD})


@pytest.mark.parametrize("name", PAGES)
def test_a_form_leads_back_to_the_page_it_was_sent_from(house: Any, name: str) -> None:
    """Whichever form it was, and whatever the page was."""
    client, page = Client(), "/o/alder-house/team/?of=now&also=this"
    path = reverse(name, args=["alder-house", *(VALUES[arg] for arg in PAGES[name].args)])
    led = client.post(path, headers={"Referer": f"{DESK}{page}"}).headers["Location"]
    assert urlsplit(led).path == "/accounts/login/"
    assert parse_qs(urlsplit(led).query)["next"] == [page]


def test_after_signing_in_one_is_back_and_told(house: Any) -> None:
    client, page = Client(), "/o/alder-house/team/?of=now&also=this"
    led = client.post("/o/alder-house/team/invite/", headers={"Referer": DESK + page}).headers["Location"]
    assert NOT_DONE in client.get(led).text
    assert NOT_DONE in client.post("/accounts/login/", {"unsent": "1", "login": "x@desk.example", "password": "x"}).text
    answer = sign_in(client, led)
    assert answer.headers["Location"] == page
    there = client.get(page)
    assert there.status_code == 200
    assert NOT_DONE in there.text
    assert NOT_DONE not in client.get(page).text


@pytest.mark.parametrize("referer", ["", "http://testserver/accounts/login/", "http://evil.example//evil.example/x"])
def test_without_a_page_to_go_back_to_the_forms_own_page_is_next(house: Any, referer: str) -> None:
    client = Client()
    led = client.post("/o/alder-house/team/invite/", headers={"Referer": referer}).headers["Location"]
    answer = client.get(sign_in(client, led).headers["Location"], follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/o/alder-house/team/"
    assert NOT_DONE in answer.text


def test_a_page_that_was_only_opened_needs_no_word(house: Any) -> None:
    client = Client()
    led = client.get("/o/alder-house/team/").headers["Location"]
    sign_in(client, led)
    assert NOT_DONE not in client.get("/o/alder-house/team/").text


def test_a_fragments_form_leads_its_whole_page_there(house: Any) -> None:
    page = "/o/alder-house/orders/?q=tea"
    headers = {"HX-Request": "true", "HX-Current-URL": DESK + page}
    led = Client().post("/o/alder-house/orders/check/", headers=headers).headers["HX-Redirect"]
    assert parse_qs(urlsplit(led).query) == {"next": [page], "unsent": ["1"]}


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/o/alder-house/orders/?q=cake", "/o/alder-house/orders/?q=cake"),
        ("/o/alder-house/orders/sums/?q=tea", "/o/alder-house/orders/?q=tea"),
    ],
)
def test_another_question_to_the_same_page_is_where_one_comes_back_to(house: Any, asked: str, back: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"{DESK}/o/alder-house/orders/?q=tea"}
    led = Client().get(asked, headers=headers).headers["HX-Redirect"]
    assert parse_qs(urlsplit(led).query) == {"next": [back]}


def form_of(client: Client, path: str) -> dict[str, str]:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(path).text)
    assert token is not None
    return {"csrfmiddlewaretoken": token[1], "login": "manager@desk.example", "password": PASSWORD}


def test_a_second_tab_of_the_sign_in_page_leads_on(house: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    first, second = form_of(browser, "/accounts/login/"), form_of(browser, "/accounts/login/")
    assert browser.post("/accounts/login/", first).headers["Location"] == "/"
    answer = browser.post("/accounts/login/", {**second, "next": "/profile/"}, follow=True)
    assert answer.redirect_chain[-1] == ("/profile/", 302)
    assert answer.status_code == 200


def test_a_sign_in_form_from_before_signing_out_is_replaced_by_a_fresh_one(house: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    old = form_of(browser, "/accounts/login/")
    browser.post("/accounts/login/", form_of(browser, "/accounts/login/"))
    browser.post("/accounts/logout/", form_of(browser, "/accounts/logout/"))
    answer = browser.post("/accounts/login/", {**old, "next": "/profile/"}, follow=True)
    assert "The form was too old" in answer.text
    assert sign_in(Client(), answer.redirect_chain[-1][0]).headers["Location"] == "/profile/"


def test_without_cookies_the_page_says_so(house: Any) -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@desk.example", "password": "x"})
    assert answer.status_code == 403
    assert "cookies are off" in answer.text


def test_any_other_old_form_names_its_page(house: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.manager)
    referer = {"Referer": f"{DESK}/profile/?a=1"}
    answer = browser.post("/profile/", {"name": "Mo"}, headers=referer)
    assert answer.status_code == 403
    assert 'href="/profile/?a=1"' in answer.text
    elsewhere = browser.post("/profile/", {"name": "Mo"}, headers={"Referer": "http://evil.example//evil.example/x"})
    assert "evil.example" not in elsewhere.text
