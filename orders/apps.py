"""The orders application."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Orders, their lines and the mirror that keeps them."""

    name = "orders"
