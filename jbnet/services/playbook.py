"""One playbook on the selected devices: what it is given, how it ended on each, what was found there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from jbnet.inventory.exchange.ansible import Login, inventory, ours
from jbnet.model.errors import ExitCode, Missing, UsageError
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.ports import HostState, PlaybookResult, PlaybookRunner, Reporter, Secrets
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.lease_plan import LeasePlan
from jbnet.services.playbook_facts import enriched

SUDO_SECRET = "sudo-netops"  # noqa: S105  the secret's name
"""The password for sudo on servers; without it sudo is expected to ask for none."""


@dataclass(frozen=True, slots=True)
class Playbook:
    """A playbook of the workspace. ``secrets`` are names of what it is given, ``optional`` of what it is given where
    there is such a secret; ``seconds`` is the time for all of it, ``task_seconds`` that of one task on one host.
    """

    name: str
    about: str = ""
    about_zh: str = ""
    secrets: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    seconds: float = 900.0
    task_seconds: int = 300
    groups: tuple[str, ...] = ()
    """Those of the inventory that its plays name."""


class Playbooks(Protocol):
    """The playbooks of a workspace."""

    def all(self) -> Mapping[str, Playbook]:
        """Return them by name."""


@dataclass(frozen=True, slots=True)
class PlaybookOrder:
    """A playbook for devices. ``check``: only say what would change. ``variables`` are extra, and no secrets."""

    playbook: Playbook
    devices: tuple[Device, ...]
    check: bool = False
    variables: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class PlaybookWays:
    """What a run works with. ``lab``: the devices are those of a lab, which have no service manager."""

    network: Network
    login: Login
    secrets: Secrets
    runner: PlaybookRunner
    reporter: Reporter | None
    lab: bool = False
    lease: LeasePlan | None = None
    backups: BackupsPlan | None = None


def find(shelf: Playbooks, name: str) -> Playbook:
    """Return a playbook by name. Raises UsageError, which names those that there are."""
    known = shelf.all()
    if name not in known:
        hint = text("there are: {names}", names=", ".join(known)) if known else text("put it into playbooks/")
        raise UsageError("there is no playbook {name}", name=name, hint=hint)
    return known[name]


def chosen(network: Network, selected: Sequence[Device]) -> tuple[Device, ...]:
    """Return those of the selected devices that are ours. Raises UsageError where none is."""
    own = {device.name for device in ours(network)}
    devices = tuple(device for device in selected if device.name in own)
    if not devices:
        raise UsageError("no device of ours is selected")
    return devices


def run(order: PlaybookOrder, ways: PlaybookWays) -> PlaybookResult:
    """Run it. Raises Missing (a secret, ansible) before anything is done, UsageError where it is for none of them."""
    given = _secrets(order.playbook, ways.secrets)
    result = ways.runner.run(
        order.playbook.name,
        hosts_file(ways, order.devices),
        {**(order.variables or {}), **given},
        order.playbook.seconds,
        check=order.check,
        reporter=ways.reporter,
    )
    if result.ok and not result.hosts:
        raise UsageError(
            "playbook {name} is for none of the {count} selected devices", name=order.playbook.name,
            count=len(order.devices), hint=_whom(order.playbook, ways),
        )  # fmt: skip
    return result


def _whom(playbook: Playbook, ways: PlaybookWays) -> Text:
    """Return which groups a playbook is for, and a selector that picks their devices."""
    listed = _listed(ways)
    groups = [name for name in playbook.groups if name in listed]
    roles = dict.fromkeys(ways.network.devices[host].role for name in groups for host in _hosts(listed[name]))
    if not roles:
        return text("which groups it is for stands in it, behind hosts:")
    selector = "+".join(f"role={role}" for role in roles)
    return text("it is for the groups {groups}; as in: jbnet playbook {name} {selector}", name=playbook.name,
                groups=", ".join(groups), selector=selector)  # fmt: skip


def _listed(ways: PlaybookWays) -> dict[str, object]:
    listed = inventory(ways.network, ways.login)
    return enriched(listed, ways.network, lab=ways.lab, lease=ways.lease, backups=ways.backups)


def hosts_file(ways: PlaybookWays, devices: Sequence[Device]) -> dict[str, object]:
    """Return the inventory of the chosen devices as a file has it (YAML or JSON, not that of an inventory script)."""
    chosen = {device.name for device in devices}
    listed = _listed(ways)
    meta = listed.pop("_meta")
    listed.pop("all")
    variables = meta["hostvars"] if isinstance(meta, dict) else {}
    groups = {name: [h for h in _hosts(group) if h in chosen] for name, group in listed.items()}
    children = {name: {"hosts": dict.fromkeys(hosts)} for name, hosts in groups.items() if hosts}
    return {"all": {"hosts": {n: v for n, v in variables.items() if n in chosen}, "children": children}}


def _hosts(group: object) -> list[str]:
    return list(group["hosts"]) if isinstance(group, dict) else []


def _secrets(playbook: Playbook, source: Secrets) -> dict[str, object]:
    """Return what the playbook is given of secrets: variables, for a file that only we can read."""
    held = {name: source.get(name).reveal() for name in playbook.secrets}
    for name in (*playbook.optional, SUDO_SECRET):
        with suppress(Missing):
            held[name] = source.get(name).reveal()
    sudo = held.pop(SUDO_SECRET, None)
    return {"jbnet_secrets": held, **({"ansible_become_password": sudo} if sudo else {})}


def exit_code(result: PlaybookResult) -> ExitCode:
    """Return what a run's end comes to: the worst that happened on any host."""
    states = {host.state for host in result.hosts}
    if result.interrupted:
        return ExitCode.INTERRUPTED
    if states & {HostState.FAILED, HostState.UNREACHABLE, HostState.UNFINISHED}:
        return ExitCode.FAILED
    if HostState.UNMET in states:
        return ExitCode.NO
    return ExitCode.OK if result.ok else ExitCode.FAILED
