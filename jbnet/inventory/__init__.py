"""Text to Inventory and Findings: loading, checking, allocating, selecting. Pure."""
