"""The NOC's page: rendered by the server from what the monitor keeps, and told at once what changed (ADR 78)."""
