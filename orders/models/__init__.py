"""The rows of the mirror and of the desk, one model a file."""

from orders.models.change import OrderChange
from orders.models.counter import OrderCounter
from orders.models.day import OrderDay
from orders.models.desk_settings import DeskSettings, change_desk_settings, desk_settings_of
from orders.models.digest import Digest
from orders.models.document import OrderDocument
from orders.models.drift import Drift
from orders.models.export import Export
from orders.models.export_schedule import ExportSchedule
from orders.models.line import OrderLine
from orders.models.look import Look
from orders.models.mark import OrderMark
from orders.models.mirror_run import MirrorRun
from orders.models.mirror_state import MirrorState
from orders.models.mirror_window import MirrorWindow
from orders.models.missing import MissingOrder
from orders.models.note import NoteMention, OrderNote
from orders.models.order import CheckOutcome, Order
from orders.models.probe import Finding, Mark, ProbeReport
from orders.models.reveal import Reveal
from orders.models.saved_view import SavedView
from orders.models.set_aside import SetAside
from orders.models.transaction import Transaction
from orders.models.typical import TypicalTimes

__all__ = [
    "CheckOutcome",
    "DeskSettings",
    "Digest",
    "Drift",
    "Export",
    "ExportSchedule",
    "Finding",
    "Look",
    "Mark",
    "MirrorRun",
    "MirrorState",
    "MirrorWindow",
    "MissingOrder",
    "NoteMention",
    "Order",
    "OrderChange",
    "OrderCounter",
    "OrderDay",
    "OrderDocument",
    "OrderLine",
    "OrderMark",
    "OrderNote",
    "ProbeReport",
    "Reveal",
    "SavedView",
    "SetAside",
    "Transaction",
    "TypicalTimes",
    "change_desk_settings",
    "desk_settings_of",
]
