"""Everything under an organisation's address that is about orders."""

from django.urls import path

from orders.views import checks, exports, foreign, freshness, mirror, order, printing
from orders.views.list import orders

urlpatterns = [
    path("orders/", orders, name="orders"),
    path("orders/print/", printing.orders_print, name="orders_print"),
    path("orders/<int:glu_id>/", order.order, name="order"),
    path("orders/check/", checks.check_range, name="check_range"),
    path("orders/<int:glu_id>/check/", checks.check_order, name="check_order"),
    path("orders/<int:glu_id>/freshness/", checks.check_fragment, name="check_fragment"),
    path("orders/<int:glu_id>/lines/<int:line_glu_id>/", order.order_line, name="order_line"),
    path("exports/", exports.export_page, name="orders_export"),
    path("exports/file/", exports.export_file, name="orders_export_file"),
    path("mirror/", mirror.mirror_page, name="mirror"),
    path("mirror/missing/", checks.missing_decide, name="missing_decide"),
    path("mirror/elsewhere/", foreign.foreign_orders, name="foreign_orders"),
    path("mirror/freshness/", freshness.freshness_chip, name="freshness_chip"),
]
