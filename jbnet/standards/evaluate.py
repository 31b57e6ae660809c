"""Judging a network by rule sets: every rule on every subject it applies to, waivers applied, everything counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce

from jbnet.inventory.report import nearest
from jbnet.model.findings import Finding, Severity
from jbnet.model.network import Level, Network, Status
from jbnet.model.text import Text, text
from jbnet.standards.load import Standards
from jbnet.standards.model import Evidence, Judgement, Outcome, Rule, Waiver
from jbnet.standards.predicates.base import Verdict
from jbnet.standards.subjects import FILTERS, Kind, Subject, subjects
from jbnet.standards.waivers import Desk
from jbnet.standards.world import Surroundings, World

ACTIVE = Status.ACTIVE.value
Tally = tuple[str, Level | None, Outcome]
"""A rule's id, the level that its subjects are reported under, and what came of it."""


@dataclass
class Evaluation:
    """What came of it. ``judgements``: all that is not simply fulfilled, in the order of rules and declaration.

    ``shown``: what is fulfilled, or does not apply, where a predicate tells it with the lines that show it. ``tally``
    counts every judgement; ``sites`` counts by site, set and outcome. ``elsewhere``: rules that the evidence at hand
    cannot show. ``findings``: what is wrong with rules and waivers themselves.
    """

    judgements: list[Judgement] = field(default_factory=list)
    shown: list[Judgement] = field(default_factory=list)
    tally: Counter[Tally] = field(default_factory=Counter)
    sites: Counter[tuple[str, str, Outcome]] = field(default_factory=Counter)
    elsewhere: list[Rule] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def violations(self) -> Iterator[Judgement]:
        """Yield what is violated and not waived."""
        return (judgement for judgement in self.judgements if judgement.outcome is Outcome.VIOLATED)

    def count(self, rule: str, outcome: Outcome) -> int:
        """Return how many subjects a rule had with that outcome."""
        return sum(n for (name, _, found), n in self.tally.items() if name == rule and found is outcome)


def evaluate(
    network: Network,
    standards: Standards,
    today: date,
    *,
    surroundings: Surroundings | None = None,
    sets: Collection[str] | None = None,
    severities: Collection[Severity] = tuple(Severity),
    keep: Callable[[Subject], bool] | None = None,
    evidence: Evidence = Evidence.DECLARATION,
) -> Evaluation:
    """Judge a network by the rules that one kind of evidence shows: what is declared, or what is configured.

    ``keep`` limits it to some subjects, ``sets`` and ``severities`` to some rules. Waivers are judged too (expired, or
    for nothing), unless something is left out.
    """
    world, found = World(network, surroundings), Evaluation()
    whole = keep is None and sets is None
    desk = Desk(network, standards.waivers, today)
    pick = _Picker(network, keep)
    for rule in _chosen(standards, sets, severities):
        if rule.evidence is not evidence or rule.kind is None:
            found.elsewhere.append(rule)
        elif _is_sound(rule, network, found):
            _judge(rule, world, pick.chosen(rule.kind, rule.where or {}), desk, found)
    judged = frozenset(rule.id for rule in standards.rules.values() if rule.evidence is evidence)
    found.findings += desk.findings(judged if whole and len(set(severities)) == len(Severity) else frozenset())
    return found


def as_finding(judgement: Judgement) -> Finding:
    """Return a violation as a finding: its code is the rule's id, and the clause stands behind the message."""
    message = text("{problem} [{clause}]", problem=judgement.text, clause=judgement.rule.citation)
    place = judgement.place
    related = tuple(dict.fromkeys(other for other in judgement.related if other != place))
    return Finding(judgement.rule.id, judgement.rule.severity, message, place, related)


def _chosen(standards: Standards, sets: Collection[str] | None, severities: Collection[Severity]) -> Iterator[Rule]:
    for rule in standards.rules.values():
        if (sets is None or rule.set in sets) and rule.severity in severities:
            yield rule


def _is_sound(rule: Rule, network: Network, found: Evaluation) -> bool:
    """Report names in a rule's parameters that the network does not know: such a rule judges nothing."""
    strangers = [entry for predicate in rule.requires for entry in predicate.strangers(network)]
    for parameter, name in strangers:
        section = next(p.names[parameter] for p in rule.requires if parameter in p.names)
        like = nearest(name, getattr(network, section)) or "-"
        message = text("the rule {rule} speaks of {name}, which is not among the {section}; most alike: {like}",
                       rule=rule.id, name=name, section=text(section), like=like)  # fmt: skip
        found.findings.append(Finding("JB308", Severity.ERROR, message, rule.place))
    return not strangers


class _Picker:
    """Picks the subjects of rules; rules with the same filters share the answer."""

    def __init__(self, network: Network, keep: Callable[[Subject], bool] | None):
        self._network = network
        self._keep = keep
        self._of_kind: dict[Kind, tuple[Subject, ...]] = {}
        self._chosen: dict[tuple[object, ...], tuple[Subject, ...]] = {}

    def chosen(self, kind: Kind, where: Mapping[str, tuple[str, ...]]) -> tuple[Subject, ...]:
        """Return the subjects that the filters accept; of sites that are not active only where they name the status."""
        wanted = where if "status" in where else {"status": (ACTIVE,), **where}
        key = (kind, *sorted(wanted.items()))
        if key not in self._chosen:
            self._chosen[key] = tuple(self._select(self._all(kind), kind, wanted))
        return self._chosen[key]

    def _all(self, kind: Kind) -> tuple[Subject, ...]:
        if kind not in self._of_kind:
            found = subjects(self._network, kind)
            self._of_kind[kind] = tuple(subject for subject in found if self._keep is None or self._keep(subject))
        return self._of_kind[kind]

    def _select(
        self, candidates: Iterable[Subject], kind: Kind, where: Mapping[str, tuple[str, ...]]
    ) -> Iterable[Subject]:
        """Apply one filter after another."""
        for key, values in where.items():
            accepted = frozenset(values)
            if key == "status":
                candidates = [subject for subject in candidates if subject.status in accepted]
            else:
                read = FILTERS[kind][key]
                candidates = [subject for subject in candidates if read(self._network, subject) in accepted]
        return candidates


def _judge(rule: Rule, world: World, chosen: Iterable[Subject], desk: Desk, found: Evaluation) -> None:
    fulfilled: Counter[Level | None] = Counter()
    for subject in chosen:
        verdict = _gravest(rule, world, subject)
        if verdict is None:
            fulfilled[subject.level] += 1
            found.sites[subject.site, rule.set, Outcome.FULFILLED] += 1
            continue
        judgement = Judgement(
            rule, _outcome(verdict), subject.kind, subject.name, subject.site, subject.level, verdict.text,
            subject.place, verdict.related,
        )  # fmt: skip
        _record(_waived(judgement, desk), found)
    for level, count in fulfilled.items():
        found.tally[rule.id, level, Outcome.FULFILLED] += count


def _gravest(rule: Rule, world: World, subject: Subject) -> Verdict | None:
    """Return the verdict that decides: the first violation, else what nobody says; where all hold, all that is told."""
    told: list[Verdict] = []
    for predicate in rule.requires:
        verdict = predicate.judge(world, subject)
        if verdict is not None and verdict.is_violation:
            return verdict
        told += [verdict] if verdict is not None else []
    if not told:
        return None
    decisive = next((one for one in told if one.unknown), None) or next((one for one in told if one.passed), None)
    if decisive is None or decisive.unknown:
        return decisive or told[0]
    held = [one for one in told if one.passed]
    said = decisive.text if len(held) == 1 else reduce(_both, (one.text for one in held))
    return replace(decisive, text=said, related=tuple(dict.fromkeys(p for one in held for p in one.related)))


def _both(first: Text, second: Text) -> Text:
    return text("{first}; {second}", first=first, second=second)


def _outcome(verdict: Verdict) -> Outcome:
    if not verdict.applies:
        return Outcome.NOT_APPLICABLE
    if verdict.passed:
        return Outcome.FULFILLED
    return Outcome.NOT_SHOWN if verdict.unknown else Outcome.VIOLATED


def _waived(judgement: Judgement, desk: Desk) -> Judgement:
    waiver: Waiver | None = desk.excuse(judgement) if judgement.outcome is Outcome.VIOLATED else None
    return replace(judgement, outcome=Outcome.WAIVED, waiver=waiver) if waiver else judgement


def _record(judgement: Judgement, found: Evaluation) -> None:
    told = judgement.outcome in (Outcome.FULFILLED, Outcome.NOT_APPLICABLE)
    (found.shown if told else found.judgements).append(judgement)
    found.tally[judgement.rule.id, judgement.level, judgement.outcome] += 1
    found.sites[judgement.site, judgement.rule.set, judgement.outcome] += 1


def totals(found: Evaluation, rules: Iterable[Rule]) -> Mapping[Outcome, int]:
    """Return how many judgements of these rules had each outcome."""
    names = {rule.id for rule in rules}
    counts: Counter[Outcome] = Counter()
    for (rule, _, outcome), number in found.tally.items():
        if rule in names:
            counts[outcome] += number
    return counts
