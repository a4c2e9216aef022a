"""Orders: mirrored from Glu, searched, shown and exported."""
