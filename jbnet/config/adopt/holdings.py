"""Who decides about what, from how far the draft says what runs. Nothing is owned that would change anything.

A section is owned where the rendered lines are those that run, observed where they differ, and foreign where nothing is
rendered. Sections of interfaces count by interface: where few of them differ these few are named, with all that
stands in them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from jbnet.config.lines import paths_of
from jbnet.config.tree import PORT, Patch, Path
from jbnet.model.ownership import Hold, Ownership
from jbnet.platforms.sections import sections

SHARE = 0.5
"""From this share of the interfaces on that differ in a section, the section is observed, not the interfaces."""


def ownership(platform: str, running: str, rendered: str, patch: Patch) -> Ownership:
    """Return how a device's sections are held. ``patch`` is the difference by the platform's own rules."""
    known = sections(platform)
    here, there = (frozenset(paths_of(platform, config)) for config in (running, rendered))
    said = {known.of(path) for path in there}
    lines = _one_sided(here, there)
    differing = [path for path in (*patch.removed, *patch.added) if path[0] not in lines]
    ports: dict[str, set[str]] = defaultdict(set)
    whole: set[str] = set()
    for path in differing:
        if path[0].startswith(PORT):
            ports[known.of(path)].add(path[0])
        else:
            whole.add(known.of(path))
    for section, headings in ports.items():
        speaking = {path[0] for path in here | there if known.of(path) == section}
        if len(headings) >= SHARE * len(speaking):
            whole.add(section)
        else:
            lines |= dict.fromkeys(headings, Hold.OBSERVED)
    found = {section: Hold.OBSERVED if section in whole else Hold.OWNED for section in known.names if section in said}
    return Ownership(found, dict(sorted(lines.items())), Hold.FOREIGN)


def _one_sided(here: Collection[Path], there: Collection[Path]) -> dict[str, Hold]:
    """Return interfaces of which only one side knows: foreign ones, and those that do not run yet."""
    runs, wanted = ({path[0] for path in side if path[0].startswith(PORT)} for side in (here, there))
    return {**dict.fromkeys(runs - wanted, Hold.FOREIGN), **dict.fromkeys(wanted - runs, Hold.OBSERVED)}


def more_observed(platform: str, before: Ownership, patch: Patch) -> Ownership:
    """Return the ownership with every section observed that a patch still touches."""
    touched = {sections(platform).of(path) for path in (*patch.removed, *patch.added)}
    headings = {path[0] for path in (*patch.removed, *patch.added)}
    lines = {line: Hold.OBSERVED if line in headings and hold is Hold.OWNED else hold
             for line, hold in before.lines.items()}  # fmt: skip
    return Ownership({**before.sections, **dict.fromkeys(touched, Hold.OBSERVED)}, lines, before.rest)


def declared(held: Mapping[str, Ownership], roles: Mapping[str, str]) -> dict[str, object]:
    """Return what topology/ownership.yaml says: what most devices of a role share, and what differs by device."""
    by_role: dict[str, list[Ownership]] = defaultdict(list)
    for name, holding in held.items():
        by_role[roles[name]].append(holding)
    common = {role: _common(holdings) for role, holdings in by_role.items()}
    devices = {name: _differing(holding, common[roles[name]]) for name, holding in held.items()}
    return {
        "ownership": {
            "roles": {
                role: {"sections": {s: h.value for s, h in shared.items()}, "rest": Hold.FOREIGN.value}
                for role, shared in common.items()
            },
            "devices": {name: said for name, said in devices.items() if said},
        }
    }


def _common(holdings: Iterable[Ownership]) -> dict[str, Hold]:
    listed = list(holdings)
    names = dict.fromkeys(section for holding in listed for section in holding.sections)
    counted = {section: Counter(holding.of(section, "") for holding in listed) for section in names}
    most = {section: count.most_common(1)[0][0] for section, count in counted.items()}
    return {section: hold for section, hold in most.items() if hold is not Hold.FOREIGN}


def _differing(holding: Ownership, common: Mapping[str, Hold]) -> dict[str, object]:
    named = dict.fromkeys((*common, *holding.sections))
    differs = {s: holding.of(s, "").value for s in named if holding.of(s, "") is not common.get(s, Hold.FOREIGN)}
    lines = {line: hold.value for line, hold in holding.lines.items()}
    return {**({"sections": differs} if differs else {}), **({"lines": lines} if lines else {})}
