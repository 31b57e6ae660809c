"""Watches a simulated network round by round, without SNMP and store: for tests of what samples come to."""

from __future__ import annotations

from datetime import timedelta

from simnet import START, SimNet

from jbnet.model.network import Network
from jbnet.monitor.incidents import Incident
from jbnet.monitor.policy import Policy
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.replay import Outcome, Watchbook, play
from jbnet.monitor.rules import PLAIN, Rules
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.spells import Spell, SpellId


class Watching:
    """``net`` is the network to break; ``rounds`` all that was seen; ``history`` every incident as it ended up.

    ``spells`` are all that there were, and ``told`` the events of incidents that people are told of.
    """

    def __init__(self, network: Network, *, dark_lines: bool = True, calm: int = 8, rules: Rules = PLAIN):
        self.net = SimNet(network, dark_lines=dark_lines)
        self.policy = Policy()
        self.rules = rules
        self.book = Watchbook()
        self.time = START
        self.rounds: list[Round] = []
        self.history: dict[str, Incident] = {}
        self.spells: dict[SpellId, Spell] = {}
        self.told: list[tuple[str, str]] = []
        self.last: Outcome | None = None
        for _ in range(calm):
            self.round()

    def round(self, times: int = 1, *, seconds: float = 1.0, looks: int = 2) -> list[Incident]:
        """Look so many times (each a round of two looks) and return the open incidents."""
        for _ in range(times):
            self.time += timedelta(seconds=seconds)
            self.play(tuple(self.net.look(self.time) for _ in range(looks)))
        return self.open

    def play(self, looks: tuple[tuple[Sample, ...], ...], probed: tuple[Probed, ...] = ()) -> None:
        """Take a round of looks that somebody else made, and what probes came to."""
        turn = Round(len(self.rounds) + 1, self.time, looks, probed)
        self.rounds.append(turn)
        self.last = play(self.book, self.net.plant, turn, self.policy, self.rules)
        self.book = self.last.book
        self.spells.update({spell.id: spell for spell in self.last.spells})
        told = [e for e in self.last.events if e.subject.kind == "incident" and e.event in ("opened", "closed")]
        self.told += [(event.event, event.subject.device) for event in told]
        self.history.update({incident.id: incident for incident in self.last.incidents})

    @property
    def open(self) -> list[Incident]:
        """The open incidents, in the order in which they opened."""
        return list(self.book.incidents.open.values())

    @property
    def causes(self) -> list[str]:
        """The root causes of the open incidents, ``kind name``."""
        return [f"{i.root_cause.kind} {i.root_cause.name}" for i in self.open]
