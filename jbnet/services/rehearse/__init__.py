"""Plans tried on a live copy of what they touch."""
