"""A session that ended while a page stood open: the way back to that page, with a word about what was not done."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from glu_admin.fragments import HtmxRequest, wants_fragment

UNSENT = "unsent"
"""The part of the sign-in page's address that tells of a form that was sent without a session."""
STALE = "stale"
"""The part that tells of a sign-in form that was opened before somebody signed in or out in another tab."""
_NOT_DONE = _("You had been signed out, so what you sent was not done. Nothing was changed: please do it again.")


def led_to_sign_in(request: HtmxRequest, response: HttpResponseBase) -> HttpResponseBase:
    """An answer that redirects to sign-in, made to lead back to the page one was on; every other answer as it is.

    A form's own address is no page, so the page it was sent from takes its place; a fragment's whole page is led there,
    to what was asked of it where that is another question to the same page.
    """
    if response.status_code != 302 or request.path == _sign_in():
        return response
    if urlsplit(response.headers["Location"]).path != _sign_in():
        return response
    sent = request.method == "POST"
    if wants_fragment(request):
        page = _page_at(request.htmx.current_url)
        asked_of_it = not sent and request.path == urlsplit(page).path
        back = sign_in_address(request.get_full_path() if asked_of_it else page, UNSENT if sent else "")
        return HttpResponseClientRedirect(back, headers={"Cache-Control": "no-store"})
    if sent:
        response.headers["Location"] = sign_in_address(page_before(request) or request.path, UNSENT)
    return response


def page_before(request: HttpRequest) -> str:
    """The path and query of the page that a request was sent from; "" when that is not known or was sign-in itself."""
    return _page_at(request.headers.get("Referer"))


def _page_at(url: str | None) -> str:
    """The path and query of a page of ours; "" for sign-in itself and for what is none."""
    page = urlsplit(url or "")
    address = page.path + (f"?{page.query}" if page.query else "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours and page.path != _sign_in() else ""


def sign_in_address(back: str, word: str = "") -> str:
    """Where one signs in to come to the page `back` afterwards."""
    said = {"next": back} if back else {}
    if word:
        said[word] = "1"
    return f"{_sign_in()}?{urlencode(said)}"


def stale_sign_in_form(request: HttpRequest) -> HttpResponse | None:
    """The answer to a sign-in form that another tab has made too old: a fresh form. None for any other form.

    Whoever is signed in by now is led on from there. A browser that keeps no cookies would come back for ever.
    """
    if request.path != _sign_in() or settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return None
    return redirect(sign_in_address(request.POST.get("next", ""), STALE))


def say_what_was_not_done(request: HttpRequest, response: Any) -> None:
    """Show, on the page one comes back to after sign-in, what was not done because the session had ended."""
    said = request.POST.get(UNSENT) or request.GET.get(UNSENT)
    if said and response.status_code == 302 and request.user.is_authenticated:
        messages.warning(request, _NOT_DONE)


def _sign_in() -> str:
    return resolve_url(settings.LOGIN_URL)
