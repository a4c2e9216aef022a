"""The conversation with Glu: read only, one client, no Django and no orders in here."""
