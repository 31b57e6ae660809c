"""From the text of ``topology/standards/`` to rule sets and waivers, with a finding for everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jbnet.inventory.reading.source import Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding, Severity
from jbnet.model.text import text
from jbnet.standards.model import Aspect, Bilingual, Evidence, Rule, RuleSet, Waiver
from jbnet.standards.predicates import VOCABULARY
from jbnet.standards.predicates.base import Predicate
from jbnet.standards.schema import BilingualDecl, NoteDecl, RuleDecl, SetDecl, StandardsFile
from jbnet.standards.subjects import FILTERS, Kind

FOLDER = "topology/standards"


@dataclass(frozen=True, slots=True)
class Standards:
    """All rule sets by name, in the order of their files, and all waivers."""

    sets: Mapping[str, RuleSet]
    waivers: tuple[Waiver, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Return every rule by its id."""
        return {rule.id: rule for found in self.sets.values() for rule in found.rules}


def load(files: Mapping[str, str]) -> Standards:
    """Return what the files below ``topology/standards/`` hold; other files are not looked at. Never raises.

    A rule that has a finding is left out.
    """
    report = Report()
    loader = _Loader(report)
    for file, content in sorted(files.items()):
        if not file.startswith(f"{FOLDER}/"):
            continue
        source = read(file, content, report)
        found = validate(source, StandardsFile, report, set()) if source is not None else None
        if source is not None and found is not None:
            loader.take(source, found)
    waivers = tuple(loader.settle())
    return Standards(loader.sets, waivers, report.sorted())


class _Loader:
    """Takes files one after another; ``sets`` is what came of them."""

    def __init__(self, report: Report) -> None:
        self.sets: dict[str, RuleSet] = {}
        self._report = report
        self._rules: dict[str, Rule] = {}
        self._waivers: list[Waiver] = []

    def take(self, source: Source, found: StandardsFile) -> None:
        """Add the set and the waivers of one file."""
        if found.set is not None:
            self._add_set(source, found.set, found.rules)
        elif found.rules:
            self._report.add("JB306", "the file has rules and no set", source.key_place(("rules",)))
        for index, waiver in enumerate(found.waivers):
            place = source.place(("waivers", index))
            self._waivers.append(
                Waiver(waiver.rule, waiver.subjects, waiver.under, waiver.reason, waiver.who, waiver.until, place)
            )

    def settle(self) -> Iterator[Waiver]:
        """Yield the waivers of rules that exist; report the others."""
        by_small = {name.lower(): name for name in self._rules}
        for waiver in self._waivers:
            if waiver.rule in self._rules:
                yield waiver
            else:
                like = self._report.nearest(waiver.rule, by_small) or "-"
                self._report.add(
                    "JB307", "no rule is called {rule}; most alike: {like}", waiver.place, rule=waiver.rule,
                    like=by_small.get(like, like),
                )  # fmt: skip

    def _add_set(self, source: Source, decl: SetDecl, rules: Mapping[str, RuleDecl]) -> None:
        place = source.key_place(("set",))
        if decl.name in self.sets:
            other = self.sets[decl.name].place
            self._report.add(
                "JB301", "the rule set {name} is declared twice", place, [other] if other else [], name=decl.name
            )
            return
        made = RuleSet(
            decl.name, decl.prefix, bilingual(decl.title), bilingual(decl.source), decl.citation, place=place
        )  # fmt: skip
        self.sets[decl.name] = replace(
            made, rules=tuple(rule for name in rules if (rule := self._rule(source, made, name, rules[name])))
        )

    def _rule(self, source: Source, home: RuleSet, name: str, decl: RuleDecl) -> Rule | None:
        place = source.key_place(("rules", name))
        if name in self._rules:
            other = self._rules[name].place
            self._report.add("JB301", "the rule {rule} is declared twice", place, [other] if other else [], rule=name)
            return None
        if not name.startswith(f"{home.prefix}-"):
            self._report.add("JB302", "the rule {rule} does not begin with {prefix}- as its set's do", place,
                             rule=name, prefix=home.prefix)  # fmt: skip
            return None
        kind = Kind(decl.applies_to) if decl.applies_to else None
        where = _where(decl)
        requires = _requires(decl)
        if not self._is_whole(source, name, decl, kind) or not self._fits(source, name, kind, where, requires):
            return None
        if not self._is_shown(source, name, decl.evidence, requires):
            return None
        rule = Rule(
            id=name, set=home.name, title=bilingual(decl.title), clause=decl.clause,
            citation=f"{home.citation} {decl.clause}", aspect=Aspect(decl.aspect), severity=Severity(decl.severity),
            note=bilingual(decl.note) if decl.note else None, evidence=Evidence(decl.evidence), kind=kind, where=where,
            requires=tuple(requires.values()), place=place, mend=bilingual(decl.mend) if decl.mend else None,
        )  # fmt: skip
        self._rules[name] = rule
        return rule

    def _is_whole(self, source: Source, name: str, decl: RuleDecl, kind: Kind | None) -> bool:
        """A rule that the declaration shows has subjects and requirements; one shown elsewhere has neither."""
        place = source.key_place(("rules", name))
        judged = decl.evidence != Evidence.ELSEWHERE.value
        if judged and source.has(("rules", name, "require")) and not _requires(decl):
            return False  # what is required was written and could not be used: reported as such
        if judged and (kind is None or not _requires(decl)):
            self._report.add("JB303", "the rule {rule} needs applies_to and require, or evidence: elsewhere", place,
                             rule=name)  # fmt: skip
        elif not judged and (kind is not None or decl.require is not None or decl.where is not None):
            self._report.add("JB303", "the rule {rule} shows elsewhere, so nothing is required of anything here",
                             place, rule=name)  # fmt: skip
        else:
            return True
        return False

    def _is_shown(self, source: Source, rule: str, evidence: str, requires: Mapping[str, Predicate]) -> bool:
        """What is looked up in configurations and what in the declaration do not share a rule."""
        wrong = [key for key, predicate in requires.items() if predicate.evidence != evidence]
        for key in wrong:
            place = source.key_place(("rules", rule, "require", key))
            self._report.add(
                "JB312", "{predicate} is looked up in the {where}; the rule says evidence: {evidence}", place,
                predicate=key, where=text(requires[key].evidence), evidence=evidence,
            )  # fmt: skip
        return not wrong

    def _fits(
        self,
        source: Source,
        rule: str,
        kind: Kind | None,
        where: Mapping[str, object],
        requires: Mapping[str, Predicate],
    ) -> bool:
        """Filters and predicates must be made for the kind of subject."""
        if kind is None:
            return True
        path, wrong = ("rules", rule), False
        for key in where.keys() - FILTERS[kind].keys():
            known = ", ".join(FILTERS[kind]) or "-"
            place = source.key_place((*path, "where", key))
            self._report.add("JB304", "{kind} have no filter {key}; known are {known}", place, kind=kind.value,
                             key=key, known=known)  # fmt: skip
            wrong = True
        for key in (key for key, predicate in requires.items() if not predicate.fits(kind)):
            place = source.key_place((*path, "require", key))
            fitting = [name for name, cls in VOCABULARY.items() if kind in cls.kinds]
            facts = requires[key].known(kind)
            self._report.add(
                "JB305", "{predicate} cannot be judged so on {kind}; possible are {fitting}", place, predicate=key,
                kind=kind.value, fitting=", ".join(facts or sorted(fitting)),
            )  # fmt: skip
            wrong = True
        return not wrong


def bilingual(decl: BilingualDecl | NoteDecl) -> Bilingual:
    """Return a declared text in both languages."""
    return Bilingual(decl.en, decl.zh)


def _where(decl: RuleDecl) -> dict[str, tuple[str, ...]]:
    found = decl.where.model_dump(exclude_none=True) if decl.where is not None else {}
    return {key: tuple(values) for key, values in found.items()}


def _requires(decl: RuleDecl) -> dict[str, Predicate]:
    """Return the predicates of a rule, in the order of the vocabulary."""
    if decl.require is None:
        return {}
    found = {name: getattr(decl.require, name) for name in VOCABULARY}
    return {name: predicate for name, predicate in found.items() if predicate is not None}
