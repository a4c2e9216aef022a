"""Whether work flows: every queue carries a message through itself now and then, whose taking is written to a row."""
