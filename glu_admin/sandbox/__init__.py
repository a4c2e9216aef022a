"""A Glu API to try things against: it behaves as Glu's documentation and framework say. Never in production."""
