"""What is turned away before it is read: methods that no page has, files, and bodies longer than any form."""

import io
import tempfile
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.rules.addresses import OPEN, OPEN_ARGS, PAGES, VALUES

FORM = "application/x-www-form-urlencoded"
EVERY_PATH = [
    *(reverse(name, args=OPEN_ARGS.get(name)) for name in OPEN),
    *(reverse(name, args=["alder-house", *(VALUES[arg] for arg in page.args)]) for name, page in PAGES.items()),
    "/no-such-page/",
]


class Unread(io.BytesIO):
    """A body that says so when somebody reads it."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("the body was read")


def send(client: Client, path: str, kind: str, body: io.BytesIO, length: int) -> Any:
    extra = {"wsgi.input": body, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(length)}
    return client.generic("POST", path, b"", **extra)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_no_page_answers_to_other_methods(method: str, viewer_client: Client) -> None:
    for path, client in product(EVERY_PATH, (Client(), viewer_client)):
        response = client.generic(method, path)
        assert response.status_code == 405, path
        assert response.headers["Allow"] == "GET, HEAD, POST"
        assert response.content == b""
    assert viewer_client.generic(method, "/static/app.css").status_code == 405


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "application/octet-stream", ""])
def test_nothing_long_is_read_anywhere(kind: str, staff_client: Client) -> None:
    for path, client in product(EVERY_PATH, (Client(), staff_client)):
        response = send(client, path, kind, Unread(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        assert response.status_code == 413, path
        assert "no-store" in response.headers["Cache-Control"]
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("length", ["-1", "many"])
def test_a_length_that_is_no_number_is_refused(client: Client, length: str) -> None:
    assert client.generic("POST", "/accounts/login/", b"", CONTENT_LENGTH=length).status_code == 413


def test_a_body_of_unknown_length_is_refused(client: Client) -> None:
    response = client.generic("POST", "/accounts/login/", b"", HTTP_TRANSFER_ENCODING="chunked")
    assert response.status_code == 411


@pytest.fixture
def no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def written(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", written)


@pytest.mark.usefixtures("no_temporary_files")
@pytest.mark.parametrize("path", ["/accounts/login/", "/setup/", "/invitations/none/", "/profile/", "/no-such-page/"])
def test_no_file_is_written_or_taken(path: str, house: Any) -> None:
    known = Client(enforce_csrf_checks=True)
    known.force_login(house.staff)
    for client in (known, Client(), Client(enforce_csrf_checks=True)):
        response = client.post(path, {"name": "Tom", "file": SimpleUploadedFile("a.txt", b"x" * 1000)})
        assert response.status_code in {302, 400, 403, 404}


@pytest.mark.usefixtures("no_temporary_files")
def test_a_form_with_a_file_changes_nothing(manager_client: Client, house: Any) -> None:
    fields = {"name": "Tom", "theme": "dark", "rows_per_page": "50"}
    response = manager_client.post("/profile/", {**fields, "file": SimpleUploadedFile("a.txt", b"x")})
    assert response.status_code == 400
    assert "Nothing was changed" in response.text
    house.manager.refresh_from_db()
    assert house.manager.name == "Manager"


def test_a_form_of_ordinary_length_comes_in(manager_client: Client, house: Any) -> None:
    response = manager_client.post("/profile/", {"name": "Mo", "theme": "dark", "rows_per_page": "50"})
    assert response.status_code == 302
