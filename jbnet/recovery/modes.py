"""What a declared replication mode promises."""

from __future__ import annotations


def waits_for_remote(mode: str) -> bool:
    """Say whether a commit is acknowledged only when the standby at the other site has it.

    ``sync-local`` waits for a standby at its own site, which is lost with it.
    """
    return mode == "sync" or mode.startswith("sync-remote")
