"""The only place that divides URL space."""

from django.urls import include, path

from glu_admin import health, metrics

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("accounts/", include("glu_admin.tenancy.account_urls")),
    path("", include("glu_admin.tenancy.urls")),
    path("o/<slug:organisation_slug>/key/", include("glu_admin.keys.urls")),
    path("o/<slug:organisation_slug>/", include("orders.urls")),
]

handler400 = "glu_admin.tenancy.errors.bad_request"
handler403 = "glu_admin.tenancy.errors.forbidden"
handler404 = "glu_admin.tenancy.errors.not_found"
handler429 = "glu_admin.tenancy.errors.too_many_requests"
handler500 = "glu_admin.tenancy.errors.server_error"
