"""A dead box and what takes its place."""
