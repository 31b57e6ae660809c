"""What a playbook is given, and what its end comes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from jbnet import wiring
from jbnet.inventory.exchange.ansible import Login, inventory
from jbnet.inventory.select import select
from jbnet.model.errors import ExitCode, Missing, UsageError
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.ports import HostOutcome, HostState, PlaybookResult, Reporter
from jbnet.services.playbook import Playbook, PlaybookOrder, PlaybookWays, chosen, exit_code, find, hosts_file, run
from jbnet.services.playbook_facts import device_facts, enriched

ROOT = Path(__file__).parents[3]
LOGIN = Login("/state/keys/netops", "/state/known_hosts")
SECRET = "a-secret-to-look-for"


@pytest.fixture(scope="module")
def qinghai(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return wiring.load_network(ROOT, tmp_path_factory.mktemp("state"))


class Shelf:
    """Implements Playbooks."""

    def all(self) -> Mapping[str, Playbook]:
        return {"baseline": Playbook("baseline"), "facts": Playbook("facts")}


class Held:
    """Implements Secrets."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def get(self, name: str) -> Secret:
        if name not in self.names:
            raise Missing("secret {name} is not there", name=name)
        return Secret(name, SECRET)


class Runner:
    """Implements PlaybookRunner: keeps what it was given."""

    def __init__(self, *hosts: HostOutcome) -> None:
        self.hosts = hosts
        self.given: dict[str, object] = {}

    def run(
        self,
        playbook: str,
        inventory: Mapping[str, object],
        variables: Mapping[str, object],
        timeout: float,
        *,
        check: bool = False,
        reporter: Reporter | None = None,
    ) -> PlaybookResult:
        self.given = {"inventory": inventory, "variables": variables, "timeout": timeout, "check": check}
        return PlaybookResult(True, (), (), 0.1, self.hosts)


class Silent:
    def report(self, progress: object) -> None:
        """Take no notice."""


def ways(network: Network, runner: Runner, *secrets: str, lab: bool = False) -> PlaybookWays:
    return PlaybookWays(network, LOGIN, Held(*secrets), runner, Silent(), lab)


def facts(network: Network, name: str) -> Mapping[str, object]:
    return device_facts(network, network.devices[name])


def test_an_unknown_playbook_is_wrong_use_and_the_known_ones_are_named() -> None:
    with pytest.raises(UsageError, match="there is no playbook basline") as told:
        find(Shelf(), "basline")
    assert "baseline, facts" in str(told.value)


def test_other_peoples_devices_are_nobodys_to_choose(qinghai: Network) -> None:
    with pytest.raises(UsageError, match="no device of ours"):
        chosen(qinghai, [d for d in qinghai.devices.values() if d.home in qinghai.peers])


def test_a_missing_secret_stops_it_before_anything_is_done(qinghai: Network) -> None:
    runner = Runner()
    order = PlaybookOrder(Playbook("postgres", secrets=("pg-client",)), tuple(select(qinghai, "role=core")))
    with pytest.raises(Missing, match="pg-client"):
        run(order, ways(qinghai, runner))
    assert runner.given == {}


def test_secrets_go_into_variables_and_nowhere_else(qinghai: Network) -> None:
    runner = Runner(HostOutcome("core-r1", HostState.OK))
    order = PlaybookOrder(
        Playbook("p", secrets=("one",), optional=("two", "three")), tuple(select(qinghai, "role=core"))
    )
    run(order, ways(qinghai, runner, "one", "three", "sudo-netops"))
    assert runner.given["variables"] == {
        "jbnet_secrets": {"one": SECRET, "three": SECRET},
        "ansible_become_password": SECRET,
    }
    assert SECRET not in json.dumps(runner.given["inventory"])


def test_a_playbook_that_is_for_none_of_the_devices_is_wrong_use(qinghai: Network) -> None:
    order = PlaybookOrder(Playbook("baseline", groups=("servers",)), tuple(select(qinghai, "role=core")))
    hint = "it is for the groups servers; as in: jbnet playbook baseline role="
    with pytest.raises(UsageError, match=f"for none of the 2 selected.*{hint}"):
        run(order, ways(qinghai, Runner()))


def test_only_the_chosen_devices_are_in_its_inventory(qinghai: Network) -> None:
    found = hosts_file(ways(qinghai, Runner(), lab=True), select(qinghai, "device:xining-dc-db1+device:core-r1"))
    top = found["all"]
    assert isinstance(top, dict)
    assert set(top["hosts"]) == {"xining-dc-db1", "core-r1"}
    assert set(top["children"]["databases"]["hosts"]) == {"xining-dc-db1"}
    assert set(top["children"]["routers"]["hosts"]) == {"core-r1"}
    assert "applications" not in top["children"]
    assert top["hosts"]["xining-dc-db1"]["service_manager"] == "direct"


def test_groups_say_what_devices_are_for(qinghai: Network) -> None:
    listed = enriched(inventory(qinghai, LOGIN), qinghai, lab=False)
    assert listed["applications"] == {"hosts": ["xining-dc-app1", "golmud-dc-app1"]}
    assert listed["databases"] == {"hosts": ["xining-dc-db1", "golmud-dc-db1"]}
    hosts = listed["_meta"]
    assert isinstance(hosts, dict)
    assert {h["service_manager"] for h in hosts["hostvars"].values()} == {"systemd"}
    assert json.loads(json.dumps(listed)) == listed


def test_a_servers_filter_lets_in_what_is_declared_to_run_there(qinghai: Network) -> None:
    def ports(name: str) -> dict[str, list[int]]:
        rules = facts(qinghai, name)["firewall"]
        assert isinstance(rules, list)
        return {rule["what"]: rule["ports"] for rule in rules}

    assert ports("xining-dc-db1")["database production"] == [5432]
    assert ports("xining-dc-app1")["application insurance"] == [8080]
    assert "database production" not in ports("xining-dc-app1")
    assert {"ntp", "syslog", "snmp traps"} <= ports("noc-s1").keys()
    assert not {"ntp", "syslog", "snmp traps"} & ports("xining-dc-app1").keys()


def test_ssh_is_open_to_the_declared_networks_and_the_noc_stands_in_one(qinghai: Network) -> None:
    rules = facts(qinghai, "xining-dc-db1")["firewall"]
    assert isinstance(rules, list)
    assert qinghai.management is not None
    assert rules[0]["sources"] == [str(prefix) for prefix in qinghai.management.logins_from]


def test_the_server_of_time_asks_nobody_of_ours(qinghai: Network) -> None:
    noc = qinghai.devices["noc-s1"]
    assert facts(qinghai, "noc-s1")["ntp"] == {"servers": [], "serves": ["10.0.0.0/8"]}
    assert facts(qinghai, "xining-dc-db1")["ntp"] == {"servers": [str(noc.loopback)], "serves": []}


def test_a_router_is_told_its_model_and_nothing_of_servers(qinghai: Network) -> None:
    assert facts(qinghai, "core-r1") == {"kind": "router", "device_type": "netengine-8000-m14"}


def ended(*states: HostState, interrupted: bool = False) -> PlaybookResult:
    hosts = tuple(HostOutcome(f"h{number}", state) for number, state in enumerate(states))
    return PlaybookResult(set(states) == {HostState.OK}, (), (), 1.0, hosts, interrupted)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (ended(HostState.OK, HostState.OK), ExitCode.OK),
        (ended(HostState.OK, HostState.UNMET), ExitCode.NO),
        (ended(HostState.UNMET, HostState.UNREACHABLE), ExitCode.FAILED),
        (ended(HostState.OK, HostState.UNFINISHED), ExitCode.FAILED),
        (ended(HostState.UNFINISHED, interrupted=True), ExitCode.INTERRUPTED),
        (PlaybookResult(False, (), ("ansible-playbook: failed",), 1.0), ExitCode.FAILED),
    ],
)
def test_the_worst_that_happened_anywhere_is_the_exit_code(result: PlaybookResult, code: ExitCode) -> None:
    assert exit_code(result) is code
