"""What a file is to hold and how it is written, as somebody chooses it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Literal, get_args

from glu_admin.tenancy.models import Organisation
from orders.exports.cells import Form
from orders.exports.columns import CHOSEN, LINE_COLUMNS, ORDER_COLUMNS, OWN, PRESETS, Column

Shape = Literal["orders", "lines", "both", "json"]
FormName = Literal["excel", "plain", "xlsx"]
Personal = Literal["full", "reduced", "none"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
"""What a file holds: orders, their lines, both apart, or both as JSON Lines."""


class NoSuchChoice(Exception):
    """Something was chosen that there is not."""


@dataclass(frozen=True)
class Choice:
    """A shape, a form, which columns, how much of persons, and whether times are in UTC.

    `columns` is a preset's name, or names of CHOSEN with commas between, after OWN.
    JSON Lines have neither columns nor a form: they hold orders as Glu sent them, with all that persons gave.
    """

    shape: Shape = "orders"
    form: FormName = "excel"
    columns: str = "everything"
    personal: Personal = "full"
    times: Literal["local", "utc"] = "local"

    def pairs(self) -> dict[str, str]:
        """The choice as an address or a form has it."""
        return asdict(self)

    def form_of(self, organisation: Organisation) -> Form:
        """How cells are written for an organisation."""
        local = self.form != "plain" and self.times == "local"
        return Form(guarded=self.form == "excel", zone=organisation.zone if local else None)

    def columns_of(self, *, lines: bool, new_after: int | None = None) -> tuple[Column, ...]:
        """The columns of a file of orders or of lines.

        Where `new_after` is given, the last one says which of them are new: those whose primary keys are beyond it.
        """
        columns = self._columns_of(lines=lines)
        return columns if new_after is None else (*columns, Column("Change", "change", "pk", after=new_after))

    def _columns_of(self, *, lines: bool) -> tuple[Column, ...]:
        columns: Sequence[Column] = LINE_COLUMNS if lines else ORDER_COLUMNS
        if self.chosen:
            columns = [columns[0], *(column for name, column in CHOSEN[lines].items() if name in self.chosen)]
        elif not lines and (names := PRESETS[self.columns].fields) is not None:
            columns = [column for column in columns if column.field in names]
        if self.personal == "none":
            return tuple(column for column in columns if not column.personal)
        if self.personal == "reduced":
            return tuple(column.shortened() for column in columns if column.personal != "all")
        return tuple(columns)

    @property
    def chosen(self) -> frozenset[str]:
        """The columns that were chosen one by one, and OWN; none where they are a preset's."""
        return frozenset() if self.columns in PRESETS else frozenset(self.columns.split(","))

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        if self.shape == "json":
            return "jsonl"
        return "xlsx" if self.form == "xlsx" else "zip" if self.shape == "both" else "csv"


def read_choice(given: Mapping[str, str], ticked: Sequence[str] = ()) -> Choice:
    """The choice among what a request gives; `ticked` are the columns where they are its own. Raises NoSuchChoice."""
    known = Choice().pairs()
    allowed = {
        "shape": SHAPES,
        "form": get_args(FormName),
        "columns": (*PRESETS, OWN),
        "personal": get_args(Personal),
        "times": ("local", "utc"),
    }
    for field in fields(Choice):
        if field.name in given:
            if given[field.name] not in allowed[field.name]:
                raise NoSuchChoice(field.name)
            known[field.name] = given[field.name]
    if known["columns"] == OWN:
        if not set(ticked) <= CHOSEN[False].keys() | CHOSEN[True].keys():
            raise NoSuchChoice("column")
        known["columns"] = ",".join([OWN, *(name for names in CHOSEN.values() for name in names if name in ticked)])
    return Choice(**known)  # type: ignore[arg-type]
