"""Everything under an organisation's address that is about orders."""

from django.urls import path

from orders.views import checks, detail, exports, foreign, listing, mirror, printing

urlpatterns = [
    path("orders/", listing.orders, name="orders"),
    path("orders/print/", printing.orders_print, name="orders_print"),
    path("orders/<int:glu_id>/", detail.order, name="order"),
    path("orders/check/", checks.check_range, name="check_range"),
    path("orders/<int:glu_id>/check/", checks.check_order, name="check_order"),
    path("orders/<int:glu_id>/freshness/", checks.check_fragment, name="check_fragment"),
    path("orders/<int:glu_id>/lines/<int:line_glu_id>/", detail.order_line, name="order_line"),
    path("exports/", exports.export_page, name="orders_export"),
    path("exports/file/", exports.export_file, name="orders_export_file"),
    path("mirror/", mirror.mirror_page, name="mirror"),
    path("mirror/missing/", checks.missing_decide, name="missing_decide"),
    path("mirror/elsewhere/", foreign.foreign_orders, name="foreign_orders"),
    path("mirror/freshness/", mirror.freshness_fragment, name="freshness_chip"),
]
