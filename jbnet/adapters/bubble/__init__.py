"""Drills in a bubble: two programs that run on a database host, sent there as they are, and what drives them."""
