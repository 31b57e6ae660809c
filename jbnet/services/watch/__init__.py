"""The monitor: whom it asks, what it makes of the answers, whom it tells."""
