"""The action move-name and its readiness at a real BIND 9: followed, raced, behind, dark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from bind_servers import PLAIN, PRIMARY, SECONDARY, Bind, adapter, zone_at
from name_servers import ALIAS, PAY, records
from sample_network import sample_network

from jbnet.adapters.clock import SystemClock
from jbnet.model.dns import DnsZone
from jbnet.model.errors import Refused, Unreachable
from jbnet.recovery.readiness import Level
from jbnet.services.recover.actions_name import MoveName
from jbnet.services.recover.readiness_names import look_at_names

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
EAST, WEST = records("10.1.0.1"), records("10.2.0.1", "2001:db8::2")


@dataclass
class Hasty:
    """A clock by which waiting takes no time."""

    passed: float = 0.0

    def now(self) -> datetime:
        return SystemClock().now()

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


def test_a_step_moves_a_name_at_both_servers_and_back_and_a_second_one_changes_nothing(bind: Bind) -> None:
    zone = zone_at(bind)
    network = replace(sample_network(), dns={zone.name: zone})
    action = MoveName(network, adapter(), SystemClock())
    step = {"name": PAY, "from": "east", "to": "west"}
    assert not action.probe(step).done
    done = action.do(step)
    assert done.done
    assert done.evidence["clients_keep_s"] == 600
    assert action.verify(step).done
    assert action.probe(step).done, "both follow"
    assert bind.dig(SECONDARY, "A", PAY) == "10.2.0.1"
    serial = adapter().look(zone, PRIMARY, PAY).serial
    assert action.do(step).done
    assert adapter().look(zone, PRIMARY, PAY).serial == serial
    back = {"name": PAY, "from": "west", "to": "east"}
    assert action.do(back).done
    assert action.probe(back).done
    assert adapter().look(zone, SECONDARY, PAY).records == EAST


def test_somebody_elses_change_is_not_overwritten(bind: Bind) -> None:
    zone = zone_at(bind)
    action = MoveName(replace(sample_network(), dns={zone.name: zone}), adapter(), SystemClock())
    bind.set_by_hand(PAY, "A 10.9.9.9")
    with pytest.raises(Refused, match=r"it says 10\.9\.9\.9; expected 10\.1\.0\.1 \(east\)"):
        action.do({"name": PAY, "from": "east", "to": "west"})
    assert bind.dig(PRIMARY, "A", PAY) == "10.9.9.9"


def test_a_dark_secondary_is_named_and_a_dark_primary_changes_nothing_and_says_what_next(bind: Bind) -> None:
    zone = zone_at(bind)
    network = replace(sample_network(), dns={zone.name: zone})
    action, step = MoveName(network, adapter(1.0), SystemClock()), {"name": PAY, "from": "east", "to": "west"}
    bind.kill(SECONDARY)
    done = action.do(step)
    assert done.done
    assert f"without an answer: {SECONDARY}" in str(done.text)
    assert not action.probe(step).done, "not every declared server answers the new value"
    assert action.verify(step).done
    bind.freeze(PRIMARY)
    try:
        with pytest.raises(Unreachable, match=f"{PRIMARY} of example.net gives no answer.*make one of {SECONDARY} the"):
            action.do({"name": PAY, "from": "west", "to": "east"})
        assert not action.verify(step).done
    finally:
        bind.freeze(PRIMARY, frozen=False)
    bind.kill(PRIMARY)
    with pytest.raises(Unreachable, match="was not changed"):
        action.do({"name": PAY, "from": "west", "to": "east"})


def test_readiness_finds_each_of_them(bind: Bind) -> None:
    zone = zone_at(bind)
    network = replace(sample_network(), dns={zone.name: zone})

    def found(zone: DnsZone = zone) -> dict[tuple[str, str], Level]:
        results = look_at_names(replace(network, dns={zone.name: zone}), adapter(1.0))
        return {(result.check.value, result.subject): result.level for result in results}

    before = adapter().look(zone, PRIMARY, PAY).serial
    good = found()
    assert good["name", PAY] is Level.AMBER, "it is kept for 600 s, and 30 are declared"
    assert {good[check, PAY] for check in ("name-servers", "name-key")} == {Level.GREEN}
    assert adapter().look(zone, PRIMARY, PAY).serial == before
    assert found(replace(zone, secret="other"))["name-key", PAY] is Level.RED
    assert found(replace(zone, secret="absent"))["name-key", PAY] is Level.RED
    assert found(replace(zone, key=PLAIN))["name-key", ALIAS] is Level.RED
    bind.kill(SECONDARY)
    assert found()["name-servers", PAY] is Level.UNKNOWN
    bind.kill(PRIMARY)
    assert {found()[check, PAY] for check in ("name", "name-key")} == {Level.UNKNOWN}


def test_a_secondary_that_is_told_nothing_lags_and_is_named(bind: Bind, tmp_path: Path) -> None:
    apart = Bind(tmp_path, follows=False)
    try:
        zone = zone_at(apart.up())
        network = replace(sample_network(), dns={zone.name: zone})
        action = MoveName(network, adapter(), Hasty())
        step = {"name": PAY, "from": "east", "to": "west"}
        done = action.do(step)
        assert not done.done
        assert f"does not lead to west yet at {SECONDARY} (10.1.0.1, 1)" in str(done.text)
        assert adapter().look(zone, PRIMARY, PAY).records == WEST
        assert not action.verify(step).done
        results = {r.check.value: r.level for r in look_at_names(network, adapter()) if r.subject == PAY}
        assert results["name-servers"] is Level.RED
        assert results["name"] is Level.GREEN
    finally:
        for address in list(apart.processes):
            apart.kill(address)
