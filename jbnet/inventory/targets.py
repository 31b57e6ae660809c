"""The plan's targets (topology/targets.yaml): how many sites there shall be, by level, phase and prefecture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from jbnet.inventory.reading.source import Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.inventory.schema.values import Declared, LevelName
from jbnet.model.findings import Finding, Place
from jbnet.model.network import Level, Network
from jbnet.model.text import text

FILE = "topology/targets.yaml"


class TargetDecl(Declared):
    """So many sites of one kind; what is left out does not matter. ``remark`` explains a figure that surprises."""

    level: LevelName | None = None
    phase: Annotated[int, Field(ge=1, le=9)] | None = None
    prefecture: str | None = None
    sites: Annotated[int, Field(ge=0, le=1_000_000)]
    remark: str = ""
    remark_zh: str = ""


class TargetsFile(Declared):
    """topology/targets.yaml. ``register`` names a CSV file with the columns ``code``, ``level`` and ``name_zh``."""

    plan: str = ""
    plan_zh: str = ""
    register_: Annotated[str | None, Field(alias="register")] = None
    targets: tuple[TargetDecl, ...] = Field(default=(), strict=False)


@dataclass(frozen=True, slots=True)
class Target:
    """So many sites, wanted of one level, phase and prefecture (None: of any)."""

    sites: int
    level: Level | None = None
    phase: int | None = None
    prefecture: str | None = None
    remark: str = ""
    remark_zh: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the plan asks for. ``register`` is the path of the division register within the workspace, or None."""

    plan: str = ""
    plan_zh: str = ""
    register: str | None = None
    targets: tuple[Target, ...] = ()

    def of(self, level: Level | None, phase: int | None, prefecture: str | None) -> Target | None:
        """Return the target for exactly these sites, if the plan names one."""
        wanted = (level, phase, prefecture)
        return next((t for t in self.targets if (t.level, t.phase, t.prefecture) == wanted), None)


def load_targets(content: str | None, network: Network | None) -> tuple[Targets | None, tuple[Finding, ...]]:
    """Return the targets and what is wrong with them; no file means no targets, None that nothing can be used.

    Without a network the names of prefectures are not judged.
    """
    if content is None:
        return Targets(), ()
    report = Report()
    source = read(FILE, content, report)
    found = validate(source, TargetsFile, report, set()) if source is not None else None
    if found is None or source is None:
        return None, report.sorted()
    _check(found, source, network, report)
    targets = tuple(
        Target(t.sites, Level(t.level) if t.level else None, t.phase, t.prefecture, t.remark, t.remark_zh)
        for t in found.targets
    )
    return Targets(found.plan, found.plan_zh, found.register_, targets), report.sorted()


def _check(found: TargetsFile, source: Source, network: Network | None, report: Report) -> None:
    """Report two targets for the same sites, and prefectures that are not declared."""
    seen: dict[tuple[object, ...], Place] = {}
    sites = network.sites.values() if network is not None else ()
    known = frozenset(site.name for site in sites if site.level is Level.PREFECTURE)
    for index, target in enumerate(found.targets):
        key = (target.level, target.phase, target.prefecture)
        place = source.place(("targets", index))
        if key in seen:
            report.add("JB112", "two targets for the same sites", place, [seen[key]])
        seen.setdefault(key, place)
        if target.prefecture is not None and network is not None:
            _check_prefecture(target.prefecture, source.place(("targets", index, "prefecture")), known, report)


def _check_prefecture(name: str, place: Place, known: Collection[str], report: Report) -> None:
    if name in known:
        return
    like = report.nearest(name, known)
    kind = text("prefecture")
    if like:
        report.add("JB114", "there is no {kind} {name}; did you mean {like}?", place, kind=kind, name=name, like=like)
    else:
        report.add("JB114", "there is no {kind} {name}", place, kind=kind, name=name)
