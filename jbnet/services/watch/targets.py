"""Whom to ask, at which address, with which credentials, and for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jbnet.model.network import Network
from jbnet.monitor.checks import Checks, Reads
from jbnet.monitor.ports import port_names
from jbnet.monitor.recipes import bfd_of, health_of, standard
from jbnet.monitor.samples import Sample
from jbnet.ports import Secrets, SnmpTarget
from jbnet.services.watch.agents import agents_of
from jbnet.services.watch.arrears import Arrears
from jbnet.services.watch.read import read_answer, whole
from jbnet.snmp import mibs
from jbnet.snmp.bfd import BfdTable
from jbnet.snmp.gauges import Recipe
from jbnet.snmp.ifquality import QUALITY_COLUMNS
from jbnet.snmp.lldp import LLDP_COLUMNS
from jbnet.snmp.types import Oid, SnmpAnswer

COLUMNS: Mapping[Reads, tuple[Oid, ...]] = {
    Reads.SYSTEM: mibs.SYSTEM_COLUMNS,
    Reads.INTERFACES: mibs.INTERFACE_COLUMNS,
    Reads.OSPF: mibs.OSPF_COLUMNS,
    Reads.BGP: mibs.BGP_COLUMNS,
    Reads.QUALITY: QUALITY_COLUMNS,
    Reads.LLDP: LLDP_COLUMNS,
}
BY_PLATFORM = frozenset({Reads.HEALTH, Reads.BFD})
"""What is asked of other tables on each platform."""

NEWS = frozenset({Reads.SYSTEM, Reads.INTERFACES, Reads.OSPF, Reads.BGP, Reads.BFD})
"""What tells that something has changed: all that a look out of turn reads, and one at who is silent or in doubt."""

SLACK_S = 0.1
"""A check is due a little before its time: rounds do not come to the millisecond."""
HURRY = 0.5
"""Share of the time of a second look that a device has to answer when another one's news is looked into."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of some devices at once. ``addresses``: one device may be asked at several of its own.

    ``recipes`` say what of ``reads`` is measured how, on the platform of these devices.
    """

    reads: frozenset[Reads]
    targets: tuple[SnmpTarget, ...]
    timeout: float
    retries: int
    recipes: Mapping[Reads, Recipe] = field(default_factory=dict)
    bfd: BfdTable | None = None

    @property
    def columns(self) -> Sequence[Oid]:
        """Return the columns to walk; the agent's own data always comes along, to tell a restart from a wrap."""
        found = [oid for reads in Reads if reads in self.reads or reads is Reads.SYSTEM for oid in self.of(reads)]
        return list(dict.fromkeys(found))  # two tables have the interface's name

    def of(self, reads: Reads) -> Sequence[Oid]:
        """Return the columns of one thing that is read."""
        if reads is Reads.BFD:
            return self.bfd.columns if self.bfd is not None else ()
        return self.recipes[reads].columns if reads in self.recipes else COLUMNS[reads]

    @property
    def parts(self) -> Mapping[Reads, Sequence[Oid]]:
        """Return the columns of everything that is read."""
        return {reads: self.of(reads) for reads in self.reads}


class Targets:
    """Knows the agents of a network: version by role, credentials by name, addresses in the order of preference."""

    def __init__(self, network: Network, watched: Iterable[str], checks: Checks, secrets: Secrets):
        self._network = network
        self._checks = checks
        self._current: dict[str, int] = {}
        devices = [network.devices[name] for name in sorted(watched)]
        self._agents = {d.name: agents_of(d, network.roles[d.role].snmp, checks.asking, secrets) for d in devices}
        self._due: dict[tuple[str, int], float] = {}
        self._arrears = Arrears(checks.checks)
        self._read_of: dict[tuple[str, bool, frozenset[str]], frozenset[Reads]] = {}
        self.news = frozenset(check.name for check in checks.checks if check.reads in NEWS)
        """The names of the checks that tell news."""
        self._ports = {name: _logical(network, name) for name in self._agents}

    def due(self, now: float, share: int = 0) -> frozenset[str]:
        """Return the names of the checks that are due for a share of the devices, and note that they are being done.

        ``now`` is in monotonic seconds. For devices that are not asked now they are to be ``put_off``.
        """
        found = [c for c in self._checks.checks if now >= self._due.get((c.name, share), now) - SLACK_S]
        self._due.update({(c.name, share): now + c.every_s for c in found})
        return frozenset(c.name for c in found)

    def put_off(self, devices: Iterable[str], checks: frozenset[str]) -> None:
        """Note that devices are not asked for what is due: it stays due for them, to be asked for in their turn."""
        late = self._arrears.worth(checks)
        if late:
            self._arrears.put_off({device: self._reads(device, late) - {Reads.SYSTEM} for device in devices})

    def questions(
        self,
        devices: Iterable[str],
        checks: frozenset[str],
        *,
        again: frozenset[str],
        hurried: bool = False,
        in_turn: bool = False,
    ) -> list[Question]:
        """Return what to ask of the devices, those that are asked the same together.

        ``again``: devices that are silent or in doubt; they are asked shortly, at every address they have, and only for
        what tells news. ``hurried``: the others are asked more shortly still: who misses that is in doubt, no more, and
        is asked again at once. ``in_turn``: it is the devices' turn, and they are also asked for what could not be
        asked before.
        """
        asking = self._checks.asking
        usual, short = (asking.timeout_s, asking.retries), (asking.look_timeout_s, 0)
        others = (HURRY * asking.look_timeout_s, 0) if hurried else usual
        grouped: dict[tuple[frozenset[Reads], str, tuple[float, int]], list[SnmpTarget]] = {}
        urgent = checks & self.news
        if in_turn:
            self.put_off(again, checks - urgent)
        for name in devices:
            reads = self._reads(name, urgent if name in again else checks)
            if in_turn and name not in again:
                reads |= self._arrears.settle(name)
            if reads:
                agents = self._agents[name]
                chosen = agents if name in again else (agents[self._current.get(name, 0)],)
                platform = self._network.devices[name].platform if reads & BY_PLATFORM else ""
                grouped.setdefault((reads, platform, short if name in again else others), []).extend(chosen)
        return [
            Question(
                reads,
                tuple(targets),
                timeout,
                retries,
                recipes_for(reads, platform),
                bfd_of(platform) if Reads.BFD in reads else None,
            )
            for (reads, platform, (timeout, retries)), targets in grouped.items()
        ]

    def read(self, answer: SnmpAnswer, question: Question, time: datetime) -> Sample:
        """Return the sample that an answer to a question gives, interfaces by the declaration's names."""
        came = whole(answer, question.reads, question.parts)
        found = read_answer(answer, came, time, self._ports[answer.target], question.recipes, question.bfd)
        self._arrears.heard(found.device, question.reads, answered=found.answered)
        return found

    def prefer(self, target: SnmpTarget) -> None:
        """Note that a device answered at an address; an earlier one of its list wins when both answer."""
        for number, agent in enumerate(self._agents[target.name]):
            if agent.address == target.address:
                self._current[target.name] = number

    def is_first(self, target: SnmpTarget) -> bool:
        """Say whether an address is the one that its device is asked at before all others."""
        return self._agents[target.name][0].address == target.address

    def better(self, one: SnmpTarget, other: SnmpTarget) -> bool:
        """Say whether an address of a device stands before another one of it."""
        listed = self.addresses(one.name)
        return listed.index(one.address) <= listed.index(other.address)

    def addresses(self, device: str) -> Sequence[str]:
        """Return the addresses of a device, the preferred one first."""
        return [agent.address for agent in self._agents[device]]

    def second_choice(self) -> frozenset[str]:
        """Return the devices that are asked at an address other than their first (before they are deployed)."""
        return frozenset(name for name, number in self._current.items() if number > 0)

    def device_at(self) -> Mapping[str, str]:
        """Return the devices by every address that they have, to know who sent a trap."""
        return {
            str(interface.address.ip): device.name
            for device in self._network.devices.values()
            for interface in device.interfaces
            if interface.address is not None and device.name in self._agents
        }

    def _reads(self, device: str, checks: frozenset[str]) -> frozenset[Reads]:
        """Return what is read from a device: what is due, else only whether its agent is there."""
        found = self._network.devices[device]
        kind = found.role, health_of(found.platform) is not None, checks
        if kind not in self._read_of:
            self._read_of[kind] = self._read_of_kind(*kind)
        return self._read_of[kind]

    def _read_of_kind(self, role: str, has_health: bool, checks: frozenset[str]) -> frozenset[Reads]:
        mine = [c for c in self._checks.checks if role in c.roles]
        due = frozenset(c.reads for c in mine if c.name in checks and (has_health or c.reads is not Reads.HEALTH))
        return due or frozenset({Reads.SYSTEM} if mine else ())


def recipes_for(reads: frozenset[Reads], platform: str) -> Mapping[Reads, Recipe]:
    """Return what is measured how, of what is read from devices of a platform."""
    found: dict[Reads, Recipe] = {one: standard(str(one)) for one in (Reads.UPS, Reads.SENSORS) if one in reads}
    health = health_of(platform) if Reads.HEALTH in reads else None
    return found if health is None else {**found, Reads.HEALTH: health}


def _logical(network: Network, device: str) -> Mapping[str, str]:
    """Return the declaration's names of interfaces by the names that the device reports."""
    return {real: name for name, real in port_names(network, device).items()}
