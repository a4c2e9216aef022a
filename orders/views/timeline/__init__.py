"""The history of an order as people read it, the newest first: what happened at Glu, and what was done here."""
