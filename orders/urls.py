"""Everything under an organisation's address that is about orders."""

from django.urls import path

from orders.views import checks, column_choice, exports, filters, foreign, freshness, mirror, order, printing, saved
from orders.views.list import orders

urlpatterns = [
    path("", saved.home, name="organisation_home"),
    path("v/<slug:slug>/", saved.view_open, name="view_open"),
    path("views/", saved.views_page, name="views"),
    path("views/counts/", saved.view_counts, name="view_counts"),
    path("views/save/", saved.view_save, name="view_save"),
    path("views/<slug:slug>/change/", saved.view_change, name="view_change"),
    path("views/<slug:slug>/delete/", saved.view_delete, name="view_delete"),
    path("orders/", orders, name="orders"),
    path("orders/columns/", column_choice.columns_page, name="orders_columns"),
    path("orders/values/", filters.order_values, name="order_values"),
    path("orders/print/", printing.orders_print, name="orders_print"),
    path("orders/<int:glu_id>/", order.order, name="order"),
    path("orders/check/", checks.check_range, name="check_range"),
    path("orders/<int:glu_id>/check/", checks.check_order, name="check_order"),
    path("orders/<int:glu_id>/freshness/", checks.check_fragment, name="check_fragment"),
    path("orders/<int:glu_id>/lines/<int:line_glu_id>/", order.order_line, name="order_line"),
    path("exports/", exports.export_page, name="orders_export"),
    path("exports/file/", exports.export_file, name="orders_export_file"),
    path("exports/recent/", exports.export_recent, name="orders_export_recent"),
    path("exports/<uuid:token>/", exports.export_stored, name="orders_export_stored"),
    path("exports/<uuid:token>/manifest/", exports.export_manifest, name="orders_export_manifest"),
    path("exports/<uuid:token>/again/", exports.export_again, name="orders_export_again"),
    path("exports/<uuid:token>/cancel/", exports.export_cancel, name="orders_export_cancel"),
    path("mirror/", mirror.mirror_page, name="mirror"),
    path("mirror/missing/", checks.missing_decide, name="missing_decide"),
    path("mirror/elsewhere/", foreign.foreign_orders, name="foreign_orders"),
    path("mirror/freshness/", freshness.freshness_chip, name="freshness_chip"),
]
