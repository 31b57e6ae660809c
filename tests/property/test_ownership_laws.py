"""Laws of ownership: nothing outside of what is owned goes or comes, whatever runs and whatever is intended.

On VRP and Comware by what a router makes of the commands, not by what the Differ thinks.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from cli_configs import configs, loaded, told
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from frr_configs import frr_configs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.config.lines import paths_of, write_lines
from jbnet.config.ownership import held, hold_of, owned
from jbnet.config.tree import Path, apply, diff, parse
from jbnet.model.ownership import WHOLE, Hold, Ownership
from jbnet.platforms.sections import OTHER, sections

KINDS: dict[type[Router], tuple[str, AnnetDiffer]] = {
    Vrp8: ("vrp8", AnnetDiffer("vrp8")),
    Vrp5: ("vrp5", AnnetDiffer("vrp5")),
    Comware: ("comware7", AnnetDiffer("comware7")),
}
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEADINGS = ["interface GigabitEthernet0/1/0", "interface LoopBack0", "bgp 64512", "ip vpn-instance finance"]
HOLDS = st.sampled_from(Hold)


@st.composite
def ownerships(draw: st.DrawFn, platform: str) -> Ownership:
    return Ownership(
        sections=draw(st.dictionaries(st.sampled_from(sections(platform).names), HOLDS)),
        lines=draw(st.dictionaries(st.sampled_from(HEADINGS), HOLDS, max_size=2)),
        rest=draw(HOLDS),
    )


def shown(router: Router) -> str:
    return "\n".join(router.running.lines()) + "\n"


def theirs(platform: str, config: str, ownership: Ownership) -> set[Path]:
    """The lines that are not ours; a heading alone says nothing where something stands below it."""
    lines = paths_of(platform, config)
    above = {path[:-1] for path in lines}
    return {path for path in lines if path not in above and hold_of(platform, ownership, path) is not Hold.OWNED}


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_a_plan_changes_nothing_outside_of_what_is_owned(kind: type[Router], data: st.DataObject) -> None:
    platform, differ = KINDS[kind]
    router, goal = loaded(kind, data.draw(configs(kind))), loaded(kind, data.draw(configs(kind)))
    ownership = data.draw(ownerships(platform))
    before, intended = shown(router), shown(goal)
    difference = differ.compare(before, held(platform, before, intended, ownership))
    assert owned(platform, difference.patch, ownership) == difference.patch
    refused = _refusal(router, difference.commands)
    after = shown(router)
    lost = theirs(platform, before, ownership) - {*paths_of(platform, after)}
    assert not lost, f"{before}\n--\n{after}\n--\n{difference.commands}"
    assert refused or not differ.compare(after, held(platform, after, intended, ownership))


def _refusal(router: Router, commands: Sequence[Path]) -> str:
    """Type commands; return what the router refused: a line of ours may name what nobody of ours may make."""
    try:
        told(router, commands)
    except AssertionError as error:
        if "does not exist" in str(error):
            return str(error)
        raise
    return ""


@quick
@given(data=st.data(), running=frr_configs(), intended=frr_configs())
def test_on_frr_too(data: st.DataObject, running: str, intended: str) -> None:
    ownership = data.draw(ownerships("frr"))
    patch = diff(parse(running), parse(held("frr", running, intended, ownership)))
    assert owned("frr", patch, ownership) == patch
    after = apply(parse(running), patch)
    theirs = [path for path in parse(running).paths if hold_of("frr", ownership, path) is not Hold.OWNED]
    assert [path for path in theirs if path not in after] == []


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_where_everything_is_ours_the_whole_difference_is(kind: type[Router], data: st.DataObject) -> None:
    platform, differ = KINDS[kind]
    before, intended = (shown(loaded(kind, data.draw(configs(kind)))) for _ in range(2))
    assert held(platform, before, intended, WHOLE) == intended
    patch = differ.compare(before, intended).patch
    assert owned(platform, patch, WHOLE) == patch


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_where_nothing_is_ours_nothing_differs(kind: type[Router], data: st.DataObject) -> None:
    platform, differ = KINDS[kind]
    before, intended = (shown(loaded(kind, data.draw(configs(kind)))) for _ in range(2))
    for hold in (Hold.OBSERVED, Hold.FOREIGN):
        assert not differ.compare(before, held(platform, before, intended, Ownership(rest=hold)))


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_writing_what_was_read_loses_nothing(kind: type[Router], data: st.DataObject) -> None:
    platform, _ = KINDS[kind]
    config = shown(loaded(kind, data.draw(configs(kind))))
    lines = paths_of(platform, config)
    assert set(paths_of(platform, write_lines(platform, lines))) == set(lines)


@given(config=frr_configs())
def test_reading_frr_gives_what_its_tree_has_and_writing_it_loses_nothing(config: str) -> None:
    lines = paths_of("frr", config)
    assert parse(write_lines("frr", lines)) == parse(config)


@pytest.mark.parametrize("platform", ["frr", "vrp8", "vrp5", "comware7", "ios"])
def test_every_platform_has_a_section_for_what_nothing_fits(platform: str) -> None:
    assert sections(platform).of(("zzz something",)) == OTHER
