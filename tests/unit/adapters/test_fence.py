"""The fence: what a ring is, what counts as proof, and what the helper on a router takes for a request."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import ModuleType

import pytest

import jbnet.lab
from jbnet.adapters.fence import RingFence
from jbnet.adapters.fence_rings import enclosed, facing, shuts_in
from jbnet.adapters.silence import PatientOnce
from jbnet.adapters.waiting import start
from jbnet.model.business import Replication
from jbnet.model.errors import Unreachable
from jbnet.model.network import Circuit, CircuitRole, Database, Device, Network, Termination
from jbnet.ports import Completed, RemoteHost, ServerState
from jbnet.recovery.plan import HostFence

LINES = (
    "db1 e-r1",
    "e-r1 core1",
    "e-r1 core2",
    "core1 core2",
    "core1 w-r1",
    "core2 w-r1",
    "w-r1 db2",
    "noc core1",
    "noc core2",
)
PLAN = HostFence((("e-r1",), ("core1", "core2")), ("noc", "db2"))


def network() -> Network:
    names = sorted({name for line in LINES for name in line.split()})
    homes = {"db1": "east", "e-r1": "east", "db2": "west", "w-r1": "west", "noc": "noc"}
    devices = {
        n: Device(n, homes.get(n, "core"), "", "r", "frr", IPv4Address(f"10.0.0.{i}"), ())
        for i, n in enumerate(names, 1)
    }
    circuits = {}
    for line in LINES:
        a, z = line.split()
        circuits[line] = Circuit(line, Termination(a, f"to-{z}"), Termination(z, f"to-{a}"), CircuitRole.PRIMARY)
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, "db1", "db2", Replication.BLOCK, 60, 0)
    return Network(
        "n", "n", 1, IPv4Network("10.0.0.0/8"), devices=devices, circuits=circuits, databases={"production": database}
    )


def test_a_ring_filters_on_the_ports_that_lead_to_the_host_only() -> None:
    assert facing(network(), "db1", ("e-r1",)) == {"e-r1": ("to-db1",)}
    assert facing(network(), "db1", ("core1", "core2")) == {"core1": ("to-e-r1",), "core2": ("to-e-r1",)}


def test_a_ring_with_a_gap_shuts_nobody_in() -> None:
    assert shuts_in(network(), "db1", ("core1", "core2"))
    assert not shuts_in(network(), "db1", ("core1",))
    assert enclosed(network(), "db1", ("core1", "core2")) == {"db1", "e-r1"}


def test_a_ring_that_leaves_a_site_inside_with_the_host_does_not_count() -> None:
    """A branch with a line of its own to the host's location would go on writing to it."""
    whole = network()
    branch = Device("b-r1", "branch", "", "r", "frr", IPv4Address("10.0.1.1"), ())
    line = Circuit("branch", Termination("e-r1", "to-b-r1"), Termination("b-r1", "up1"), CircuitRole.BACKUP)
    wider = replace(
        whole, devices={**whole.devices, "b-r1": branch}, circuits={**whole.circuits, "branch": line}
    )  # fmt: skip
    assert shuts_in(wider, "db1", ("e-r1",))
    assert not shuts_in(wider, "db1", ("core1", "core2"))
    assert shuts_in(wider, "db1", ("core1", "core2", "b-r1"))


class Routers:
    """Implements RemoteHosts: routers that keep what they are asked, some of which are silent."""

    def __init__(self, silent: Sequence[str] = (), silent_vantages: Sequence[str] = (), forgetful: Sequence[str] = ()):
        self.silent, self.silent_vantages, self.forgetful = silent, silent_vantages, forgetful
        self.held: dict[tuple[str, str], dict[str, object]] = {}
        self.connection = "refused"
        self.lacking: Sequence[str] = ()
        """Those that answer without the filters they were asked for."""
        self.shown: list[str] = []

    def host(self, device: str, user: str, via: str | None = None) -> RemoteHost:
        return _Router(self, device, via)


class _Router:
    def __init__(self, routers: Routers, name: str, via: str | None):
        self.routers, self.name, self.via = routers, name, via

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        if self.name in self.routers.silent or self.via in self.routers.silent_vantages:
            raise Unreachable("{device} does not answer", device=self.name)
        if argv[0] == "timeout":
            code = 0 if self.routers.connection == "accepted" else 1
            return Completed(tuple(argv), code, "", f"connect: {self.routers.connection}")
        verb, key = argv[0], (self.name, argv[1])
        if verb == "show":
            self.routers.shown.append(self.name)
            return Completed(tuple(argv), 0, json.dumps(self._shown(argv[1:])), "")
        if verb == "close":
            given = dict(word.split("=") for word in argv[2:])
            lists = {name: given[name].split(",") for name in ("host", "service", "dev")}
            self.routers.held[key] = {"port": int(given["port"]), **lists}
        elif verb == "open":
            self.routers.held.pop(key, None)
        return Completed(tuple(argv), 0, json.dumps(self._shown(argv[1:2])), "")

    def _shown(self, names: Sequence[str]) -> dict[str, object]:
        if self.name in self.routers.lacking:
            return {"filters": []}
        found = [self._filter(name) for name in names]
        return found[0] if len(found) == 1 else {"filters": found}

    def _filter(self, name: str) -> dict[str, object]:
        recorded = self.routers.held.get((self.name, name))
        holds = recorded is not None and self.name not in self.routers.forgetful
        return {"name": name, "recorded": recorded, "kernel": {}, "packets": 0, "holds": holds}


class Server:
    """The part of DatabaseServer that a fence uses. ``silent``: the host does not answer."""

    host = "db1"

    def __init__(self, silent: bool):
        self.silent, self.killed = silent, False

    def kill(self, grace: float) -> None:
        self._asked()
        self.killed = True

    def state(self, via: str | None = None, *, heartbeat: bool = False) -> ServerState:
        self._asked()
        return ServerState("production", "db1", True, self.killed, () if self.killed else (1,), not self.killed)

    def _asked(self) -> None:
        if self.silent:
            raise Unreachable("{device} does not answer", device="db1")


class Servers:
    """Implements DatabaseServers."""

    def __init__(self, server: Server):
        self.one = server

    def server(self, database: str, host: str) -> Server:
        return self.one


def fence(routers: Routers, *, host_silent: bool = True) -> RingFence:
    return RingFence(network(), routers, Servers(Server(host_silent)), {"db1": PLAN}, "db2")  # type: ignore[arg-type]  # the fake has what is used of it


def test_a_silent_host_behind_a_ring_that_gives_its_filter_back_is_fenced() -> None:
    proof = fence(Routers()).close("production", "db1")
    assert proof.proved
    assert proof.by == "filter on e-r1"


def test_a_proof_by_the_nearest_ring_asks_no_other() -> None:
    routers = Routers()
    proof = fence(routers).close("production", "db1")
    assert proof.proved
    assert set(routers.shown) == {"e-r1"}
    routers.forgetful = ["e-r1"]
    assert not fence(routers).check("production", "db1").proved
    assert set(routers.shown) == {"e-r1", "core1", "core2"}


def test_a_glance_ends_at_the_nearest_ring_that_answers() -> None:
    routers = Routers()
    assert not fence(routers).glance("production", "db1").proved
    assert set(routers.shown) == {"e-r1"}
    routers.silent = ["e-r1"]
    fence(routers).close("production", "db1")
    assert fence(routers).glance("production", "db1").by == "filter on core1, core2"


def test_databases_fenced_side_by_side_are_shown_by_few_questions_and_each_by_its_own_filter() -> None:
    routers = Routers()
    made = fence(routers)
    made.close("production", "db1")
    before = len(routers.shown)
    proofs = [start(made.check, "production", "db1") for _ in range(6)]
    assert all(one.result(20.0).proved for one in proofs)
    assert len(routers.shown) - before < 2 * len(proofs)


def test_a_ring_counts_only_when_every_member_took_the_filter() -> None:
    assert fence(Routers(silent=["e-r1"])).close("production", "db1").by == "filter on core1, core2"
    assert not fence(Routers(silent=["e-r1", "core2"])).close("production", "db1").proved


def test_silence_from_everybody_proves_nothing() -> None:
    proof = fence(Routers(silent=["e-r1", "core1", "core2"])).close("production", "db1")
    assert not proof.proved
    assert all(seen.get("holds") is None for seen in proof.observations if seen["what"] == "filter")


def test_a_router_that_answers_without_the_filter_proves_nothing_and_is_named_with_it() -> None:
    routers = Routers()
    made = fence(routers)
    made.close("production", "db1")
    routers.lacking = ["e-r1"]
    proof = made.check("production", "db1")
    assert not proof.proved
    (said,) = {str(seen["error"]) for seen in proof.observations if seen["device"] == "e-r1"}
    assert said.startswith("e-r1 answers without the filter production-db1 that it was asked for (put")
    assert made.filtered("production", "db1")["e-r1"] is None


def test_one_vantage_alone_proves_nothing() -> None:
    assert not fence(Routers(silent_vantages=["noc"])).close("production", "db1").proved


def test_a_router_that_says_done_and_holds_nothing_is_no_proof() -> None:
    assert not fence(Routers(forgetful=["e-r1", "core1", "core2"])).close("production", "db1").proved


def test_an_accepted_connection_disproves_the_filter() -> None:
    routers = Routers()
    routers.connection = "accepted"
    assert not fence(routers).close("production", "db1").proved


def test_a_server_stopped_and_marked_is_a_proof_of_its_own() -> None:
    proof = fence(Routers(silent=["e-r1", "core1", "core2"]), host_silent=False).close("production", "db1")
    assert proof.by == "server stopped and marked"


def test_opening_takes_every_filter_away() -> None:
    routers = Routers()
    made = fence(routers)
    made.close("production", "db1")
    assert not made.open("production", "db1").proved
    assert made.filtered("production", "db1") == {"e-r1": False, "core1": False, "core2": False}


def test_a_host_that_was_silent_is_not_waited_for_again() -> None:
    routers = Routers(silent=["e-r1"])
    hosts = PatientOnce(routers)
    with pytest.raises(Unreachable, match="does not answer"):
        hosts.host("e-r1", "root").run(["show", "x"])
    routers.silent = ()
    with pytest.raises(Unreachable, match="a moment ago"):
        hosts.host("e-r1", "netops").run(["show", "x"])
    assert PatientOnce(routers, seconds=0.0).host("e-r1", "root").run(["show", "x"]).code == 0


@pytest.fixture(scope="module")
def helper() -> ModuleType:
    path = Path(jbnet.lab.__file__).parent / "image" / "jbnet-fence"
    loader = importlib.machinery.SourceFileLoader("jbnet_fence", str(path))
    spec = importlib.util.spec_from_loader("jbnet_fence", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


GOOD = ["close", "production-db1", "port=5432", "host=10.1.0.1", "service=10.3.0.1", "dev=db1-1"]


def test_the_helper_understands_the_requests_that_jbnet_makes(helper: ModuleType) -> None:
    wanted = {"port": 5432, "host": ["10.1.0.1"], "service": ["10.3.0.1"], "dev": ["db1-1"]}
    assert helper.parse(GOOD) == ("close", "production-db1", wanted)
    assert helper.parse(["show", "production-db1"]) == ("show", "production-db1", {})


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["flush", "x"],
        ["close", "x"],
        ["open", "x", "y"],
        ["show", "../x"],
        ["show", 'x"; flush ruleset'],
        [*GOOD, "port=1"],
        [*GOOD[:2], "port=0", *GOOD[3:]],
        [*GOOD[:3], "host=0.0.0.0/0", *GOOD[4:]],
        [*GOOD[:3], "host=127.0.0.1", *GOOD[4:]],
        [*GOOD[:5], 'dev=x" }; flush ruleset; #'],
        [*GOOD[:5], "dev="],
    ],
)
def test_the_helper_refuses_everything_else(helper: ModuleType, words: list[str]) -> None:
    with pytest.raises(helper.Wrong):
        helper.parse(words)
