"""Orders that are named one by one."""

import json
from collections.abc import Collection

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

_FEW = 100


def among(pks: Collection[int]) -> Q:
    """The condition that an order is one of these: of many as one parameter, as each would have to be written down."""
    if len(pks) <= _FEW:
        return Q(pk__in=list(pks))
    if connection.vendor == "postgresql":
        return Q(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(pks)]))
    return Q(pk__in=RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(pks))]))
