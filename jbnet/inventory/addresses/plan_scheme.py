"""Does the scheme add up: the parts of an own prefix, and the lengths of blocks from level to level."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from jbnet.inventory.addresses.space import QUARTERS, Space
from jbnet.inventory.declaration import LEVELS, Item
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import AddressesFile, LevelBlocks, PartDecl, SchemeDecl
from jbnet.model.findings import Place
from jbnet.model.text import text

Plan = Item[AddressesFile]


WHOLE = IPv4Network("0.0.0.0/0")
NOWHERE = Place("topology/addresses.yaml")


def sound_scheme(plan: AddressesFile) -> SchemeDecl:
    """Return the plan's scheme, or quarters where it does not add up: one finding is enough."""
    found = [_cut(part) for part in _parts(plan.scheme).values()]
    known = [part for part in found if part is not None]
    apart = not any(one.overlaps(other) for one in known for other in known if one is not other)
    return plan.scheme if apart and len(known) == len(found) else QUARTERS


def lacks(rule: LevelBlocks, scheme: SchemeDecl) -> list[str]:
    """Return what a site with these lengths has no room for."""
    example = IPv4Network((0, max(rule.own, rule.block)))
    space = Space(example, example, NOWHERE, scheme)
    lacking = ["a link"] if space.link("up", 1) is None else []
    return lacking + (["a loopback"] if space.loopback(0) is None else [])


def _parts(scheme: SchemeDecl) -> Mapping[str, PartDecl]:
    return {"lan": scheme.lan, "agencies": scheme.agencies, "links": scheme.links, "loopbacks": scheme.loopbacks}


def _cut(part: PartDecl) -> IPv4Network | None:
    """Return the part of the whole address space: parts overlap there if they overlap anywhere."""
    return Space(WHOLE, WHOLE, NOWHERE).part(part)


def check_scheme(plan: Plan, report: Report) -> None:
    """Report parts that do not exist, and parts that overlap."""
    good: dict[str, IPv4Network] = {}
    for name, part in _parts(plan.decl.scheme).items():
        place, found = plan.at("scheme", name), _cut(part)
        if found is None:
            report.add(
                "JB200", "{name} is part {part} of {of}: there are only {of}", place,
                name=name, part=part.part, of=part.of,
            )  # fmt: skip
            continue
        for other in (other for other, there in good.items() if found.overlaps(there)):
            report.add(
                "JB201", "{name} and {other} share addresses of every own prefix", place, [plan.at("scheme", other)],
                name=name, other=other,
            )  # fmt: skip
        good[name] = found


def check_levels(plan: Plan, report: Report) -> None:
    """Report levels whose blocks do not fit into those above, or whose own part is too small to be used."""
    levels = plan.decl.levels
    above: tuple[str, LevelBlocks] | None = None
    for level in LEVELS:
        rule = levels.get(level.value)
        if rule is None:
            continue
        if rule.own < rule.block:
            report.add(
                "JB202", "the own part of a {level}, /{own}, is larger than its block, /{block}",
                plan.at("levels", level.value, "own"), level=text(level.value), own=rule.own, block=rule.block,
            )  # fmt: skip
        if above is not None and not _fits(rule, above[1]):
            report.add(
                "JB202", "the block of a {level}, /{block}, does not fit beside the own part, /{parent_own}, in the "
                "block of a {parent}, /{parent_block}",
                plan.at("levels", level.value, "block"), [plan.at("levels", above[0])],
                level=text(level.value), block=rule.block, parent=text(above[0]), parent_block=above[1].block,
                parent_own=above[1].own,
            )  # fmt: skip
        _check_own(plan, level.value, rule, report)
        above = level.value, rule


def _fits(inner: LevelBlocks, outer: LevelBlocks) -> bool:
    """Say whether a block fits in another beside the part that the outer site uses itself."""
    return inner.block > outer.block and outer.own > outer.block


def _check_own(plan: Plan, level: str, rule: LevelBlocks, report: Report) -> None:
    """Report a level whose sites could not have one uplink and one device."""
    related = [plan.at("scheme")] if plan.source.has((*plan.path, "scheme")) else []
    for what in lacks(rule, sound_scheme(plan.decl)):
        report.add(
            "JB203", "the own part of a {level}, /{own}, has no room for {what}", plan.at("levels", level, "own"),
            related, level=text(level), own=rule.own, what=text(what),
        )  # fmt: skip
