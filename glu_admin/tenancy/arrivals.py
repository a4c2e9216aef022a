"""What is turned away on arrival, before anything of it is read: methods no page has, and bodies no form makes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from glu_admin.tenancy import errors

METHODS = ("GET", "HEAD", "POST")


class ArrivalMiddleware:
    """Pages are read and forms are sent; whatever else arrives is answered without a look at its body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let it in, or say what is wrong with it: 405, 411 or 413."""
        return turned_away(request) or self.get_response(request)


def turned_away(request: HttpRequest) -> HttpResponse | None:
    """The answer to what no page takes; None for what may come in."""
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if request.headers.get("Transfer-Encoding"):  # its length is only known when all of it has arrived
        return errors.length_required(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return errors.too_large(request)
    return None


class NoFiles(FileUploadHandler):
    """No page takes files: the first byte of one ends the request."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse an uploaded file. Raises BadRequest, which is answered with 400."""
        raise BadRequest("No page takes files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Required by Django; never called, as `new_file` refuses every file."""
        return None

    def file_complete(self, file_size: int) -> None:
        """Required by Django; never called, as `new_file` refuses every file."""
