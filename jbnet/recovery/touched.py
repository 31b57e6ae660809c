"""Which hosts a step of a runbook touches, and which it leaves down: what a monitor has to know beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jbnet.recovery.expand import Instance

_HOSTS: Final[Mapping[str, tuple[str, ...]]] = {
    "fence": ("host",),
    "unfence": ("host",),
    "stop-primary": ("host",),
    "promote": ("host",),
    "release-address": ("host",),
    "move-address": ("from", "to"),
    "list-lost": ("host",),
    "rebuild-standby": ("host",),
    "command": ("host",),
}
"""The parameters of each action that name the hosts it acts on; those that only look are not here."""
_TAKES_DOWN: Final = frozenset({"fence", "stop-primary"})
_BRINGS_BACK: Final = frozenset({"unfence", "rebuild-standby"})


def hosts_of(step: Instance) -> frozenset[str]:
    """Return the hosts that a step acts on; none where it only looks."""
    named = (step.params.get(key) for key in _HOSTS.get(step.action, ()))
    return frozenset(host for host in named if isinstance(host, str))


def takes_down(step: Instance) -> bool:
    """Say whether what a step acted on stays down behind it, as it is meant to."""
    return step.action in _TAKES_DOWN


def brings_back(step: Instance) -> bool:
    """Say whether what an earlier step took down works again behind this one."""
    return step.action in _BRINGS_BACK
