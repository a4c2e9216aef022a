"""Keeps the rows equal to what Glu holds: the walk, the passes, the only writer of orders."""
