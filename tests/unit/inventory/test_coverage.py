"""Coverage counts sites by stage against the plan's targets; what is not known is no zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from jbnet.inventory.coverage import Axis, Count, Evidence, Row, Stage, coverage
from jbnet.inventory.register import LIMIT, read_register
from jbnet.inventory.targets import Target, Targets, load_targets
from jbnet.model.errors import AnswerIsNo, Missing
from jbnet.model.network import Level, Network, Status
from jbnet.wiring.coverage import load_register

NOTHING = Evidence()


def by(axis: Axis, rows: list[Row]) -> Mapping[str, Row]:
    return {row.key[axis]: row for row in rows if axis in row.key}


def with_status(network: Network, **statuses: Status) -> Network:
    changed = {n: replace(network.sites[n], status=status) for n, status in statuses.items()}
    return replace(network, sites={**network.sites, **changed})


def test_every_site_of_the_declaration_is_counted_once_on_every_axis(qinghai: Network) -> None:
    for axes in ([Axis.LEVEL], [Axis.PREFECTURE], [Axis.PHASE], [Axis.PHASE, Axis.LEVEL]):
        *rows, together = coverage(qinghai, Targets(), NOTHING, None, axes)
        assert sum(row.counts[Stage.REGISTERED].sites for row in rows) == len(qinghai.sites)
        assert together.counts[Stage.REGISTERED] == Count(len(qinghai.sites))
        assert together.key == {}


def test_a_stage_includes_those_after_it(small: Network) -> None:
    county, prefecture = (
        next(n for n, s in small.sites.items() if s.level is level) for level in (Level.COUNTY, Level.PREFECTURE)
    )
    network = with_status(small, **{county: Status.PLANNED, prefecture: Status.REGISTER})
    row = coverage(network, Targets(), NOTHING, None, [Axis.LEVEL])[-1]
    total = len(small.sites)
    assert row.counts[Stage.REGISTERED].sites == total
    assert row.counts[Stage.PLANNED].sites == total - 1
    assert row.counts[Stage.ACTIVE].sites == total - 2


def test_without_journal_and_monitor_nothing_is_known_and_nothing_is_zero(small: Network) -> None:
    row = coverage(small, Targets(), NOTHING, None, [Axis.LEVEL])[-1]
    assert row.counts[Stage.DEPLOYED] == row.counts[Stage.ALIVE] == Count(0, len(small.sites))


def test_a_site_is_deployed_when_all_its_managed_devices_are(small: Network) -> None:
    pair = next(name for name, site in small.sites.items() if site.level is Level.PREFECTURE)
    devices = [d.name for d in small.devices.values() if d.home == pair]
    assert len(devices) == 2

    def deployed(*names: str) -> Count:
        rows = coverage(small, Targets(), Evidence(deployed=frozenset(names)), None, [Axis.LEVEL])
        return by(Axis.LEVEL, rows)["prefecture"].counts[Stage.DEPLOYED]

    assert deployed() == Count(0)
    assert deployed(devices[0]) == Count(0)
    assert deployed(*devices) == Count(1)


def test_a_site_is_alive_when_one_of_its_devices_answers_and_unknown_when_none_was_watched(small: Network) -> None:
    first, second = [name for name, site in small.sites.items() if site.level is Level.PREFECTURE][:2]
    ours = [d.name for d in small.devices.values() if d.home == first]
    rows = coverage(small, Targets(), Evidence(answering={ours[0]: True}), None, [Axis.PREFECTURE])
    found = by(Axis.PREFECTURE, rows)
    assert found[first].counts[Stage.ALIVE].sites == 1
    assert found[second].counts[Stage.ALIVE].sites == 0
    assert found[second].counts[Stage.ALIVE].unknown == found[second].counts[Stage.ACTIVE].sites
    silent = Evidence(answering=dict.fromkeys(ours, False))
    rows = coverage(small, Targets(), silent, None, [Axis.PREFECTURE])
    assert by(Axis.PREFECTURE, rows)[first].counts[Stage.ALIVE].unknown == found[first].counts[Stage.ALIVE].unknown


def test_a_site_without_devices_of_its_own_is_seen_by_those_of_its_locations(small: Network) -> None:
    everything = Evidence(frozenset(small.devices), dict.fromkeys(small.devices, True))
    row = by(Axis.LEVEL, coverage(small, Targets(), everything, None, [Axis.LEVEL]))["province"]
    assert row.counts[Stage.DEPLOYED] == row.counts[Stage.ALIVE] == Count(1)


def test_a_target_that_nothing_is_declared_for_has_its_row(small: Network) -> None:
    sites = {name: site for name, site in small.sites.items() if site.level is not Level.COMMUNITY}
    targets = Targets(targets=(Target(392, Level.COMMUNITY),))
    rows = by(Axis.LEVEL, coverage(replace(small, sites=sites), targets, NOTHING, None, [Axis.LEVEL]))
    assert rows["community"].counts[Stage.REGISTERED] == Count(0)
    assert rows["community"].percent(Stage.ACTIVE) == 0.0


def test_more_than_the_target_is_shown_as_more_and_the_sum_hides_no_lack(small: Network) -> None:
    prefectures = sum(site.level is Level.PREFECTURE for site in small.sites.values())
    levels = {site.level for site in small.sites.values()}
    targets = Targets(targets=tuple(Target(1, level) for level in Level if level in levels))
    rows = coverage(small, targets, NOTHING, None, [Axis.LEVEL])
    assert by(Axis.LEVEL, rows)["prefecture"].percent(Stage.ACTIVE) == 100.0 * prefectures
    assert by(Axis.LEVEL, rows)["prefecture"].percent(Stage.ALIVE) is None
    assert rows[-1].wanted == len(levels)
    assert rows[-1].percent(Stage.ACTIVE) is None


def test_the_register_is_compared_by_code(small: Network) -> None:
    lines = [f"{s.code},{s.level.value},{s.name_zh}" for s in small.sites.values()]
    register = read_register("\n".join(["code,level,name_zh", *lines[1:], "9999,prefecture,新州"]))
    first = next(iter(small.sites.values()))
    assert [d.code for d in register.undeclared(small)] == ["9999"]
    assert [s.name for s in register.unlisted(small)] == [first.name]
    with pytest.raises(ValueError, match="line 2: 'village'"):
        read_register("code,level,name_zh\n1,village,x\n")


def test_a_register_with_a_field_beyond_the_reader_is_refused() -> None:
    with pytest.raises(ValueError, match="field larger"):
        read_register("code,level,name_zh\n1,county," + "x" * 200_000 + "\n")


def test_a_register_that_never_ends_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no regular file"):
        load_register(tmp_path, Targets(register="/dev/zero"))
    with (tmp_path / "register.csv").open("wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(AnswerIsNo, match="too many for a table"):
        load_register(tmp_path, Targets(register="register.csv"))


def test_what_is_wrong_with_targets_has_its_place(small: Network) -> None:
    content = (
        "targets:\n  - {level: county, sites: 3}\n  - {level: county, sites: 4}\n  - {prefecture: eastt, sites: 1}\n"
    )
    found, findings = load_targets(content, small)
    assert [(f.code, str(f.place)) for f in findings] == [
        ("JB112", "topology/targets.yaml:3:5"),
        ("JB114", "topology/targets.yaml:4:18"),
    ]
    assert found is not None
    assert "did you mean east?" in findings[1].message
    assert load_targets("targets: [{sites: many}]\n", small)[1][0].code == "JB107"
    assert load_targets(None, small) == (Targets(), ())
