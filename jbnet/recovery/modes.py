"""What a declared replication mode promises."""

from __future__ import annotations

from jbnet.model.business import Replication

DEGRADE_AFTER_S = 10
"""Seconds that the leader does without its standby's connection before commits go on (``degrade``). A line that is cut
is noticed after ``wal_sender_timeout`` (10 s) at first: a break of some seconds stops nothing for good."""


def waits_for_remote(mode: str) -> bool:
    """Say whether a commit is acknowledged only when the standby at the other site has it, always.

    ``DEGRADE`` does not promise that: what an old primary has alone may have been acknowledged. ``mode`` is a
    ``Replication`` by its value; ``sync`` is what reports of earlier programs call ``BLOCK``.
    """
    return mode in ("sync", Replication.BLOCK.value)
