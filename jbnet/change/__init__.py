"""Plans, waves and gates: what to change in which order. Pure."""
