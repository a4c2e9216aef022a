"""The orders application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders, their lines and the mirror that keeps them."""

    name = "orders"

    def ready(self) -> None:
        from glu_admin.metrics import register
        from orders.metrics import collect

        register(collect)
