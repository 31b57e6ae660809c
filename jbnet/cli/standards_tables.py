"""The tables of ``jbnet standards``, readable at 80 columns in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from jbnet.cli.columns import hanging, lines
from jbnet.cli.help import paragraphs
from jbnet.model.network import Level
from jbnet.model.text import Text
from jbnet.standards.model import Evidence, Outcome

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.cli.standards import By
    from jbnet.standards.model import Rule
    from jbnet.wiring.standards import Judged

WIDTH = 80
_GAP = 2
_NUMBER = 9
SITES = 40
"""Sites that a table lists: a list of a thousand is not read."""
OUTCOMES = (Outcome.FULFILLED, Outcome.VIOLATED, Outcome.WAIVED, Outcome.NOT_SHOWN)
Counts = Counter[Outcome]


def table(context: Context, judged: Judged, rules: Sequence[Rule], by: By, *, narrowed: bool) -> Iterator[str]:
    """Yield the lines of the table: one a rule, level, site or aspect, for each rule set.

    ``narrowed``: only some sites are asked for, so rules that apply to nothing there are counted, not listed.
    """
    for name, found in judged.standards.sets.items():
        own = [rule for rule in rules if rule.set == name]
        if not own:
            continue
        yield f"{found.title.text(context.lang)} ({name})"
        if by == "rule":
            yield from _by_rule(context, judged, own, narrowed=narrowed)
        elif by == "site":
            yield from _by_site(context, judged, name)
        else:
            yield from _grouped(context, judged, own, by)
        yield ""


def printed(context: Context, judged: Judged, rules: Sequence[Rule]) -> Iterator[str]:
    """Yield what one rule is: title, clause, aspect, note, requirements, and its counts by level."""
    for rule in rules:
        tr = context.tr
        yield f"{rule.id} {tr(rule.severity.value)}: {rule.title.text(context.lang)}"
        home = judged.standards.sets[rule.set]
        yield f"{home.title.text(context.lang)}, {rule.citation}; {tr(rule.aspect.value)}"
        if rule.note:
            yield rule.note.text(context.lang)
        yield f"{rule.place}"
        if rule.kind is None:
            yield tr("a declaration cannot show this")
            continue
        if rule.mend:
            yield from hanging(tr("to mend it: {mend}", mend=rule.mend.text(context.lang)), 4)
        for predicate in rule.requires:
            given = ", ".join(f"{key}: {_plainly(v)}" for key, v in predicate.model_dump(mode="json").items())
            yield f"  {_name(predicate)}{f' ({given})' if given else ''}"
            yield from ("    " + line for line in lines(tr(meaning(type(predicate))), WIDTH - 4))
        if rule.evidence is Evidence.CONFIGURATION:
            yield tr("configurations show this: jbnet audit")
            continue
        yield ""
        yield from _grouped(context, judged, [rule], "level")


def rule_json(context: Context, judged: Judged, rule: Rule) -> dict[str, object]:
    """Return a rule with its counts, by level too, for the envelope."""
    levels: dict[str, dict[str, int]] = {}
    for (name, level, outcome), number in judged.evaluation.tally.items():
        if name == rule.id:
            levels.setdefault(level or "-", {})[outcome.value] = number
    return {
        "id": rule.id,
        "set": rule.set,
        "title": rule.title.text(context.lang),
        "clause": rule.citation,
        "aspect": rule.aspect.value,
        "severity": rule.severity.value,
        "evidence": rule.evidence.value,
        "levels": levels,
    }


def meaning(predicate: type) -> Text:
    """Return what a predicate of the vocabulary demands, in a sentence."""
    return Text(paragraphs(predicate.__doc__)[0].replace("``", "`"))


def _plainly(value: object) -> str:
    """Return a value as it is written in the rule set."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _name(predicate: object) -> str:
    from jbnet.standards.predicates import VOCABULARY

    return next(name for name, kind in VOCABULARY.items() if type(predicate) is kind)


def _by_rule(context: Context, judged: Judged, rules: Iterable[Rule], *, narrowed: bool) -> Iterator[str]:
    tallies = _tallies(judged, (rule.id for rule in rules))
    known = [rule for rule in rules if rule.evidence is Evidence.DECLARATION]
    shown = [rule for rule in known if tallies[rule.id].total() or not narrowed]
    names = max((cell_len(rule.id) for rule in shown), default=0)
    if shown:
        yield _row(context.tr("rule"), [context.tr(outcome.value) for outcome in OUTCOMES], names)
    for rule in shown:
        counts = tallies[rule.id]
        mark = f" {context.tr(rule.severity.value)}" if counts[Outcome.VIOLATED] else ""
        yield _row(rule.id, _numbers(counts), names) + mark
        yield from _folded(rule.title.text(context.lang))
    if len(shown) < len(known):
        yield context.tr("rules that apply to nothing here: {count}", count=len(known) - len(shown))
    yield from _listed(context, rules, Evidence.CONFIGURATION, "shown by configurations (jbnet audit): {count} rules")
    yield from _listed(context, rules, Evidence.ELSEWHERE, "shown elsewhere, not by a declaration: {count} rules")


def _listed(context: Context, rules: Iterable[Rule], evidence: Evidence, heading: str) -> Iterator[str]:
    found = [rule for rule in rules if rule.evidence is evidence]
    if found:
        yield context.tr(heading, count=len(found))
        for rule in found:
            yield set_cell_size(f"  {rule.clause:<12} {rule.title.text(context.lang)}", WIDTH).rstrip()


def _folded(title: str) -> Iterator[str]:
    """Yield a title below its rule, cut at the width of a screen."""
    yield "    " + (title if cell_len(title) <= WIDTH - 4 else set_cell_size(title, WIDTH - 7).rstrip() + "...")


def _by_site(context: Context, judged: Judged, name: str) -> Iterator[str]:
    """Yield the sites at which most is violated or not shown, and the numbers of the rest."""
    found: dict[str, Counts] = {}
    for (site, of, outcome), number in judged.evaluation.sites.items():
        if of == name:
            found.setdefault(site, Counter())[outcome] += number
    listed = [site for site in [*judged.network.sites, ""] if _open(found.get(site, Counter()))]
    first = sorted(listed, key=lambda site: -_open(found[site]))[:SITES]
    width = max(cell_len(title) for title in (*first, context.tr("(no site)")))
    yield _row(context.tr("site"), [context.tr(outcome.value) for outcome in OUTCOMES], width)
    for site in first:
        yield _row(site or context.tr("(no site)"), _numbers(found[site]), width)
    if len(listed) > len(first):
        yield context.tr("{count} more sites with something violated or unknown", count=len(listed) - len(first))
    rest = len(found.keys() - set(listed) - {""})
    yield context.tr("{count} more sites with nothing violated and nothing unknown", count=rest)


def _open(counts: Counts) -> int:
    return counts[Outcome.VIOLATED] + counts[Outcome.NOT_SHOWN]


def _grouped(context: Context, judged: Judged, rules: Iterable[Rule], by: str) -> Iterator[str]:
    by_id = {rule.id: rule for rule in rules}
    found: dict[str, Counts] = {}
    for (name, level, outcome), number in judged.evaluation.tally.items():
        if name in by_id:
            key = (level or "-") if by == "level" else by_id[name].aspect.value
            found.setdefault(key, Counter())[outcome] += number
    order = [*Level, "-"] if by == "level" else dict.fromkeys(rule.aspect.value for rule in by_id.values())
    titles = {key: context.tr("elsewhere and as a whole") if key == "-" else context.tr(key) for key in order}
    width = max(cell_len(title) for title in titles.values())
    yield _row(context.tr(by), [context.tr(outcome.value) for outcome in OUTCOMES], width)
    for key in order:
        if key in found:
            yield _row(titles[key], _numbers(found[key]), width)


def _tallies(judged: Judged, rules: Iterable[str]) -> dict[str, Counts]:
    found: dict[str, Counts] = {rule: Counter() for rule in rules}
    for (rule, _, outcome), number in judged.evaluation.tally.items():
        if rule in found:
            found[rule][outcome] += number
    return found


def _numbers(counts: Counts) -> list[str]:
    return [str(counts[outcome] or "-") for outcome in OUTCOMES]


def _row(first: str, numbers: Iterable[str], width: int) -> str:
    cells = "".join(" " * (_GAP + _NUMBER - cell_len(number)) + number for number in numbers)
    return set_cell_size(first, width) + cells
