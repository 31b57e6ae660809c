"""An audit as a whole: what was looked at, what came of it by site, aspect and control, and what could not be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from jbnet.config.audit.observed import Observed, Origin
from jbnet.model.findings import Place
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.standards.evaluate import Evaluation
from jbnet.standards.load import Standards
from jbnet.standards.model import Aspect, Evidence, Judgement, Outcome, Rule

FIVE = (Aspect.DATA, Aspect.HOST, Aspect.NETWORK, Aspect.LINK, Aspect.PHYSICAL)
"""The five aspects of security (数据、主机、网络、链路、实体安全)."""
OPEN = (Outcome.VIOLATED, Outcome.NOT_SHOWN)
Counts = Counter[Outcome]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Which declaration an audit was made with. ``commit`` None: it is under no version control.

    ``changed``: files differ from the commit. ``fingerprint`` is a SHA-256 over all that is declared.
    """

    fingerprint: str
    commit: str | None = None
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Unshown:
    """Something that could not be shown, and of which devices."""

    rule: Rule
    reason: Text
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Audit:
    """An audit of ``devices`` (the selector's name for them is ``scope``). ``left_out`` were selected and are not ours.

    ``time`` is when it was made, ``auditor`` who made it.
    """

    network: Network
    standards: Standards
    evaluation: Evaluation
    observed: Mapping[str, Observed]
    devices: Sequence[Device]
    scope: str
    origin: Origin
    time: datetime
    auditor: str
    workspace: Workspace
    left_out: tuple[str, ...] = ()
    version: str = ""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that configurations can show, the aspects in their order."""
        found = [rule for rule in self.standards.rules.values() if rule.evidence is Evidence.CONFIGURATION]
        order = {aspect: number for number, aspect in enumerate((*FIVE, *Aspect))}
        return tuple(sorted(found, key=lambda rule: order[rule.aspect]))

    @cached_property
    def judgements(self) -> tuple[Judgement, ...]:
        """Return every judgement, by rule and device."""
        found = [*self.evaluation.judgements, *self.evaluation.shown]
        place = {rule.id: number for number, rule in enumerate(self.rules)}
        order = {device.name: number for number, device in enumerate(self.devices)}
        return tuple(sorted(found, key=lambda one: (place[one.rule.id], order[one.subject])))

    @cached_property
    def unasked(self) -> Mapping[str, Text]:
        """Return the devices of which nothing could be had, with the reason."""
        return {name: seen.unasked for name, seen in self.observed.items() if seen.unasked is not None}

    @property
    def is_clean(self) -> bool:
        """Say whether everything is shown and nothing is violated. What is waived is answered for."""
        return not any(one.outcome in OPEN for one in self.evaluation.judgements)

    @cached_property
    def homes(self) -> Mapping[str, tuple[Device, ...]]:
        """Return the devices of each site and location."""
        found: dict[str, list[Device]] = {}
        for device in self.devices:
            found.setdefault(device.home, []).append(device)
        return {home: tuple(devices) for home, devices in found.items()}

    def of(self, outcome: Outcome) -> tuple[Judgement, ...]:
        """Return the judgements with an outcome."""
        return tuple(one for one in self.judgements if one.outcome is outcome)

    def of_device(self, device: str) -> tuple[Judgement, ...]:
        """Return the judgements on a device."""
        return self._by_device.get(device, ())

    @cached_property
    def _by_device(self) -> Mapping[str, tuple[Judgement, ...]]:
        found: dict[str, list[Judgement]] = {}
        for one in self.judgements:
            found.setdefault(one.subject, []).append(one)
        return {name: tuple(judgements) for name, judgements in found.items()}

    @cached_property
    def by_aspect(self) -> Mapping[Aspect, Counts]:
        """Return the counts of each aspect that has a rule; the five always."""
        found: dict[Aspect, Counts] = {aspect: Counter() for aspect in FIVE}
        for one in self.judgements:
            found.setdefault(one.rule.aspect, Counter())[one.outcome] += 1
        return found

    @cached_property
    def by_rule(self) -> Mapping[str, Counts]:
        """Return the counts of each rule."""
        found: dict[str, Counts] = {rule.id: Counter() for rule in self.rules}
        for one in self.judgements:
            found[one.rule.id][one.outcome] += 1
        return found

    @cached_property
    def by_home(self) -> Mapping[str, Mapping[Aspect, Counts]]:
        """Return the counts of each site and location by aspect."""
        home = {device.name: device.home for device in self.devices}
        found: dict[str, dict[Aspect, Counts]] = {name: {} for name in self.homes}
        for one in self.judgements:
            found[home[one.subject]].setdefault(one.rule.aspect, Counter())[one.outcome] += 1
        return found

    @cached_property
    def unshown(self) -> tuple[Unshown, ...]:
        """Return what could not be shown of devices that were seen, one entry a rule and reason."""
        found: dict[tuple[str, Text | str], list[Judgement]] = {}
        for one in self.of(Outcome.NOT_SHOWN):
            if one.subject not in self.unasked:
                found.setdefault((one.rule.id, str(one.text)), []).append(one)
        return tuple(Unshown(ones[0].rule, ones[0].text, tuple(j.subject for j in ones)) for ones in found.values())

    @cached_property
    def beyond(self) -> tuple[Rule, ...]:
        """Return the rules that show neither here nor in the declaration and whose clause no rule here speaks of."""
        spoken = {rule.citation for rule in self.rules}
        shown = {rule.citation for rule in self.standards.rules.values() if rule.evidence is Evidence.DECLARATION}
        found = [rule for rule in self.standards.rules.values() if rule.evidence is Evidence.ELSEWHERE]
        return tuple(rule for rule in found if not _covers(spoken | shown, rule.citation))

    def line(self, device: str, place: Place) -> str:
        """Return a line that shows something, secrets masked."""
        return self.observed[device].shown(place) if device in self.observed else ""

    def home_name(self, home: str, lang: str) -> str:
        """Return the name of a site or location as people of a language write it."""
        found = self.network.sites.get(home) or self.network.locations.get(home)
        return found.name_zh if found is not None and lang == "zh" and found.name_zh else home


def _covers(citations: Iterable[str], citation: str) -> bool:
    """Say whether one of the citations is this one, or a letter of it."""
    return any(one == citation or one.startswith(f"{citation} ") for one in citations)


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    found: Counts = Counter()
    for one in counts:
        found += one
    return found
