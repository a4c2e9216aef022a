"""Everything under an organisation's address that is about orders."""

from django.urls import path

from orders.views import detail, exports, listing, mirror

urlpatterns = [
    path("orders/", listing.orders, name="orders"),
    path("orders/<int:glu_id>/", detail.order, name="order"),
    path("orders/<int:glu_id>/lines/<int:line_glu_id>/", detail.order_line, name="order_line"),
    path("exports/", exports.export_page, name="orders_export"),
    path("exports/file/", exports.export_file, name="orders_export_file"),
    path("mirror/", mirror.mirror_page, name="mirror"),
    path("mirror/freshness/", mirror.freshness_fragment, name="freshness_chip"),
]
