"""A list read page by page, as a person goes through it."""

from dataclasses import replace

from glu_admin.tenancy.models import Organisation
from orders.search import Query, list_page


def pages(organisation: Organisation, query: Query, size: int) -> list[int]:
    """Every row of every page, forwards; and each page again backwards."""
    rows: list[int] = []
    at, seen = query, []
    while True:
        page = list_page(organisation, at, size)
        seen.append([row.glu_id for row in page.rows])
        rows += seen[-1]
        if page.older is None:
            break
        at = replace(query, cursor=page.older)
    for expected in reversed(seen[:-1]):
        assert page.newer is not None
        page = list_page(organisation, replace(query, cursor=page.newer), size)
        assert [row.glu_id for row in page.rows] == expected
    assert page.newer is None or not seen[0]
    return rows
