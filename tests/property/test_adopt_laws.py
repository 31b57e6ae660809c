"""Laws of adoption: a plan straight after it sends nothing; every line and every address is accounted for.

Over the shipped network at two scales, on its real platforms and as its copy in a lab runs it, over recorded
configurations that know nothing of jbnet, and over generated ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_configs import configs, loaded
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from frr_configs import frr_configs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.running_texts import saved_texts
from jbnet.config.adopt.draft import DraftDevice
from jbnet.config.adopt.facts import Running, Source
from jbnet.config.adopt.names import patterns
from jbnet.config.adopt.reading import read
from jbnet.config.lines import read_lines
from jbnet.config.ownership import held, hold_of
from jbnet.config.render import render
from jbnet.model.network import Device, DeviceKind, Network
from jbnet.model.ownership import Hold
from jbnet.ports import Differ, Progress, RunningConfig
from jbnet.services.adopt import Adoption, adopt
from jbnet.services.deploy.plan import plan
from jbnet.wiring import load_network, load_scale
from jbnet.wiring.adopting import differ

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "recorded" / "configs"
SHIPPED = (
    r"(?P<location>core|noc|[a-z]+-dc)-(?P<device>[a-z]+\d)",
    r"(?P<prefecture>xining|haixi|haidong|haibei|huangnan|hainan|guoluo|yushu)-(?P<device>r\d)",
    r"(?P<county>[a-z]+)-(?P<device>r\d)",
    r"(?P<county>[a-z]+)-(?P<township>[a-z]+)-(?P<device>r\d)",
    r"(?P<county>[a-z]+)-(?P<township>[a-z]+)-(?P<community>[a-z]+)-(?P<device>r\d)",
)
OTHERS = (r"QH-(?P<location>CORE)-(?P<device>[A-Z]+\d)", r"QH-(?P<county>[A-Z]+)-(?P<device>[A-Z]+\d)")
KINDS: dict[type[Router], str] = {Vrp8: "vrp8", Vrp5: "vrp5", Comware: "comware7"}
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shipped(scale: str, *, as_lab: bool) -> list[Source]:
    """What the routers of a scale run: on their own platforms, or as their copies in a lab."""
    part, whole = load_scale(ROOT, scale), load_network(ROOT, ROOT, whole=True)
    routers = [d for d in part.devices.values() if part.roles[d.role].kind is DeviceKind.ROUTER and d.site]
    network: Network = part if as_lab else whole
    return [Source(f"{d.name}.conf", render(network, network.devices[d.name])) for d in routers]


def recorded() -> list[Source]:
    return [Source(saved.name, saved.content) for saved in saved_texts([RECORDED])]


def adopted(sources: list[Source], names: tuple[str, ...]) -> Adoption:
    return adopt(sources, patterns(names), "adopted", differ)


def running_of(device: DraftDevice) -> Running:
    assert device.running is not None
    return device.running


def what_a_plan_would_send(found: Adoption) -> dict[str, tuple[str, ...]]:
    """The difference by device, as a plan makes it: from the drafted files alone."""
    network = found.loaded.network
    assert network is not None, [str(finding.text) for finding in found.loaded.findings]
    sent = {}
    for name, draft in found.draft.devices.items():
        running, device = running_of(draft), network.devices[name]
        goal = held(running.platform, running.content, render(network, device), network.ownership[name])
        sent[name] = differ(running.platform).compare(running.content, goal).patch.lines()
    return {name: lines for name, lines in sent.items() if lines}


def addresses(found: Adoption) -> set[str]:
    """Every address that the drafted network gives to devices that were read."""
    network = found.loaded.network
    assert network is not None
    devices = [network.devices[name] for name in found.draft.devices]
    return {str(i.address) for device in devices for i in device.interfaces if i.address is not None}


class Silent:
    """A session with a device that shows what it runs and takes nothing."""

    def __init__(self, content: str) -> None:
        self.content = content

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def has_pending_commit(self) -> bool:
        return False

    def running_config(self) -> RunningConfig:
        return RunningConfig(self.content, on_trial=False)


class Sessions:
    """Sessions with the devices that were adopted; any call that would load something is an AttributeError."""

    def __init__(self, found: Adoption) -> None:
        self.texts = {name: running_of(draft).content for name, draft in found.draft.devices.items()}

    def session(self, device: Device) -> Any:
        return Silent(self.texts[device.name])

    def differ(self, device: Device) -> Differ:
        return differ(device.platform)

    def report(self, progress: Progress) -> None:
        pass


@pytest.mark.parametrize("as_lab", [False, True])
def test_jbnet_plan_itself_finds_nothing_to_do_after_adoption(as_lab: bool) -> None:
    found = adopted(shipped("demo", as_lab=as_lab), SHIPPED)
    network, sessions = found.loaded.network, Sessions(found)
    assert network is not None
    devices = [network.devices[name] for name in found.draft.devices]
    made = plan(network, devices, sessions, sessions, workers=1)
    assert made.unasked == {}
    assert made.changes == {}
    assert set(made.unchanged) == set(found.draft.devices)


CASES = [("demo", False), ("demo", True), ("backbone", False), ("backbone", True)]


@pytest.mark.parametrize(("scale", "as_lab"), CASES)
def test_a_plan_straight_after_adopting_the_shipped_network_sends_nothing(scale: str, as_lab: bool) -> None:
    found = adopted(shipped(scale, as_lab=as_lab), SHIPPED)
    assert found.problems == ()
    assert what_a_plan_would_send(found) == {}
    kept, runs = found.draft.kept()
    assert kept == runs
    ran = {str(p.address) for d in found.draft.devices.values() for p in running_of(d).ports.values() if p.address}
    assert ran <= addresses(found)
    names = {running_of(draft).source.removesuffix(".conf") for draft in found.draft.devices.values()}
    assert set(found.draft.devices) == names
    assert all(found.held[name].of("addresses", "") is Hold.OWNED for name in found.draft.devices)
    holds = {name: held for name, of in found.held.items() if (held := of.sections.get("statics")) is not None}
    assert {name for name, held in holds.items() if held is not Hold.OWNED} == set()


def test_a_plan_straight_after_adopting_recorded_configurations_sends_nothing() -> None:
    found = adopted(recorded(), OTHERS)
    assert found.refused == ()
    assert what_a_plan_would_send(found) == {}
    assert all(found.held[name].of("addresses", "") is Hold.OWNED for name in found.draft.devices)


@pytest.mark.parametrize("as_lab", [False, True])
def test_every_line_of_the_shipped_network_is_accounted_for_once(as_lab: bool) -> None:
    check_account(adopted(shipped("demo", as_lab=as_lab), SHIPPED))


def test_every_line_of_recorded_configurations_is_accounted_for_once() -> None:
    check_account(adopted(recorded(), OTHERS))


def check_account(found: Adoption) -> None:
    wanted = [
        (running_of(d).source, line.number)
        for d in found.draft.devices.values()
        for line in read_lines(running_of(d).platform, running_of(d).content)
    ]
    assert [(line.place.file, line.place.line) for line in found.lines] == wanted
    network = found.loaded.network
    assert network is not None
    for name, draft in found.draft.devices.items():
        running, ownership = running_of(draft), network.ownership[name]
        holds = {line.number: hold_of(running.platform, ownership, line.path) for line in running.lines}
        assert {line.place.line: line.hold for line in found.lines if line.device == name} == holds, name


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_a_plan_straight_after_adopting_a_generated_configuration_sends_nothing(
    kind: type[Router], data: st.DataObject
) -> None:
    text = "\n".join(loaded(kind, data.draw(configs(kind))).running.lines()) + "\n"
    check_generated([Source("r.cfg", text, KINDS[kind])])


@quick
@given(config=frr_configs())
def test_on_frr_too(config: str) -> None:
    if "hostname " in config:
        check_generated([Source("r.cfg", config, "frr")])


def check_generated(sources: list[Source]) -> None:
    assert isinstance(read(sources[0]), Running)
    found = adopted(sources, ())
    if found.loaded.network is None:  # addresses that no declaration takes: they are findings, and nothing is owned
        assert all(holding.rest is Hold.FOREIGN and not holding.sections for holding in found.held.values())
    else:
        assert what_a_plan_would_send(found) == {}
