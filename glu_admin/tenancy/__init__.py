"""Who may enter: people, organisations, memberships and the door in between."""
