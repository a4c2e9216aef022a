"""A manager at the desk's real web server: signs in, presses buttons, reads every page there is."""

import re
import sys
from pathlib import Path
from typing import Any

import requests
from django.urls import get_resolver

from tests.faults.installation import Installation
from tests.journeys.processes import Process, free_port, start, wait_until
from tests.patience import HANG_SECONDS

PASSWORD = "correct horse battery"
EMAIL = "manager@desk.example"


class Desk:
    """The web server of an installation, and one manager of the organisation `alder` in front of it."""

    def __init__(self, installation: Installation) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.person = requests.Session()
        self.person.trust_env = False
        command = [sys.executable, "-m", "gunicorn", "--config", "python:glu_admin.web_server"]
        command += ["glu_admin.wsgi:application", "--bind", self.url.removeprefix("http://")]
        command += ["--log-level", "debug", "--access-logfile", "-"]
        self.process: Process = start(installation.environment, command, Path(installation.folder / "web.log"))
        installation.python(
            "from glu_admin.tenancy.models import Organisation, Role, User\n"
            "alder = Organisation.objects.create(name='Alder House', slug='alder')\n"
            f"person = User.objects.create_user({EMAIL!r}, {PASSWORD!r}, name='Mo')\n"
            "alder.memberships.create(user=person, role=Role.MANAGER)"
        )
        wait_until(self._is_up, "the web server answers")
        self.post("/accounts/login/", login=EMAIL, password=PASSWORD)

    def get(self, path: str, **headers: str) -> requests.Response:
        """A page."""
        return self.person.get(self.url + path, headers=headers, timeout=HANG_SECONDS)

    def post(self, path: str, page: str = "", **form: Any) -> requests.Response:
        """Press a button that stands on `page` and leads to `path`; it has to work."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page or path).text)
        assert token is not None, f"no form on {page or path}"
        form["csrfmiddlewaretoken"] = token.group(1)
        answer = self.person.post(self.url + path, data=form, headers={"Referer": self.url}, timeout=HANG_SECONDS)
        assert answer.ok, answer.status_code
        return answer

    def every_page(self, **values: Any) -> dict[str, bytes]:
        """Every address of the product with these values in it: what it answers, whole and as a fragment."""
        out = {}
        for path in addresses(values):
            for name, headers in (("", {}), (" (fragment)", {"HX-Request": "true"})):
                answer = self.get(path, **headers)
                assert answer.status_code < 500, path
                out[path + name] = repr(answer.headers).encode() + answer.content
        return out

    def _is_up(self) -> bool:
        try:
            return self.get("/healthz").ok
        except requests.ConnectionError:
            return False


def addresses(values: dict[str, Any]) -> list[str]:
    """Every address that the resolver knows."""
    found, table = set(), get_resolver().reverse_dict
    for name in (key for key in table if isinstance(key, str)):
        for possibilities, *_ in table.getlist(name):
            for text, parameters in possibilities:
                found.add("/" + text % {parameter: values[parameter] for parameter in parameters})
    return sorted(found)
