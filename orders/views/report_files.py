"""Tables of reports as files: one that is not whole says so in its name, and is given to who has asked for it so."""

from collections.abc import Sequence

from django.http import HttpResponse

from glu_admin.tenancy.models import Organisation
from glu_admin.tenancy.requests import TeamRequest
from orders.exports.tables import Cell, table_texts


def is_asked_as_it_is(request: TeamRequest) -> bool:
    """Whether a file is wanted though it is not whole, as the page asks for it that says what is missing."""
    return request.GET.get("incomplete") == "yes"


def table_file(
    organisation: Organisation, about: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], *, is_whole: bool
) -> HttpResponse:
    """A table as a file to download, whose name says what it is `about`, and whether that is not whole.

    It is made before the first byte is sent, so that one that breaks off does not look whole, and sent in one piece,
    which whoever reads too slowly does not get.
    """
    text = "".join(table_texts(organisation, headings, rows))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = "-".join([organisation.slug, "report", about, *([] if is_whole else ["incomplete"])])
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
