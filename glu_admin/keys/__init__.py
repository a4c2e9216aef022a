"""One sealed Glu key per organisation: cipher, vault, lifecycle."""
