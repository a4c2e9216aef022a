"""Where forms lead: addresses that only take one, opened as a page, and the page after a form was done."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from glu_admin.tenancy.models import Organisation

View = Callable[..., HttpResponse]


def sent_from(page: str, *arguments: str) -> Callable[[View], View]:
    """Stands inside the door of a view that takes a form from the page of URL name `page`.

    People come to such an address by GET when they load its answer anew, or sign in after their session ended.
    `arguments` are those of the view that the page's address has too.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, organisation: Organisation, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, organisation, **kwargs)
            shared = {name: kwargs[name] for name in arguments}
            return redirect(reverse(page, kwargs={"organisation_slug": organisation.slug, **shared}))

        return wrapper

    return decorate


def page_after(request: HttpRequest, otherwise: str) -> str:
    """Where a form says in `next` that people go on, if that is a page of this desk; else the address `otherwise`."""
    address = request.POST.get("next", "")
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else otherwise
