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
    "hand-over": ("from", "to"),
    "take-back": ("from", "to"),
    "list-lost": ("host",),
    "rebuild-standby": ("host",),
    "command": ("host",),
    "playbook": ("hosts",),
    "set-cost": ("ends",),
    "set-session": ("device",),
}
"""The parameters of each action that name the hosts it acts on; those that only look are not here."""
_TAKES_DOWN: Final[Mapping[str, str]] = {"fence": "host", "stop-primary": "host", "hand-over": "from"}
"""The parameter that names the host which stays down behind an action, as it is meant to."""
_BRINGS_BACK: Final = frozenset({"unfence", "rebuild-standby"})


def hosts_of(step: Instance) -> frozenset[str]:
    """Return the hosts that a step acts on; none where it only looks."""
    named = [step.params.get(key) for key in _HOSTS.get(step.action, ())]
    single = [[one] if isinstance(one, str) else one for one in named]
    return frozenset(str(host) for hosts in single if isinstance(hosts, list) for host in hosts)


def taken_down(step: Instance) -> frozenset[str]:
    """Return the hosts that stay down behind a step, as it is meant to be."""
    host = step.params.get(_TAKES_DOWN.get(step.action, ""))
    return frozenset({host}) if isinstance(host, str) else frozenset()


def brings_back(step: Instance) -> bool:
    """Say whether what an earlier step took down works again behind this one."""
    return step.action in _BRINGS_BACK
