"""Hand-overs over conversations that a test scripts: what counts as proof, and what is never ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

import pytest

from jbnet.adapters.hand_over import PostgresHandOvers
from jbnet.model.business import Replication
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.network import Database, Device, Network
from jbnet.ports import Completed
from jbnet.recovery.plan import HostFence

OLD, NEW, NOC = "east-db1", "west-db1", "noc-s1"
PLANS = {OLD: HostFence((), (NOC, NEW))}
STOPPED = "stopped 0/3B6 shut down"


def network() -> Network:
    devices = {
        name: Device(name, name[:4], "", "database-server", "frr", IPv4Address(address), ())
        for name, address in ((OLD, "10.1.0.1"), (NEW, "10.2.0.1"), (NOC, "10.3.0.9"))
    }
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, OLD, NEW, Replication.BLOCK, 60, 0)
    return Network("n", "n", 64512, IPv4Network("10.0.0.0/8"), devices=devices, databases={"production": database})


@dataclass
class Script:
    """Implements Conversation: each word is followed by the answer that it has."""

    answers: Mapping[str, str]
    first: str = "ready"
    told: list[str] = field(default_factory=list)
    closed: bool = False

    def tell(self, line: str) -> None:
        self.told.append(line)

    def hear(self, timeout: float) -> str:
        if not self.told:
            return self.first
        word = self.told[-1].split()[0]
        if word not in self.answers:
            raise Unreachable("no answer")
        return self.answers[word]

    def close(self) -> None:
        self.closed = True


@dataclass
class Hosts:
    """Implements Conversations; ``by`` is the script of each conversation, by what it is for."""

    by: dict[str, Script] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def converse(
        self, device: str, user: str, argv: Sequence[str], *, via: str | None = None, timeout: float = 10.0
    ) -> Script:
        kind = {"postgres": "leave" if device == OLD else "take", "netops": "withdraw" if device == OLD else "announce"}
        name = f"watch {via}" if via else kind[user]
        if name in self.silent:
            raise Unreachable("{name} is silent", name=name)
        answers = {
            "leave": {"stop": STOPPED},
            f"watch {NOC}": {"watch": STOPPED},
            "take": {"lead": "leads 1070 1070 9000 200000"},
            "announce": {"go": "done"},
            "withdraw": {"go": "done"},
        }
        return self.by.setdefault(name, Script(answers[name]))

    def host(self, device: str, user: str, via: str | None = None) -> Hosts:
        """Nothing is run here."""
        raise NotImplementedError

    name = ""

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        raise NotImplementedError


def hand_overs(hosts: Hosts) -> PostgresHandOvers:
    return PostgresHandOvers(network(), hosts, hosts, PLANS, NEW)


def test_a_stop_seen_from_two_homes_is_proved_and_says_where_the_log_ends() -> None:
    stopped = hand_overs(Hosts()).arm("production", OLD, NEW).stop(1.0)
    assert stopped.proof.proved
    assert stopped.checkpoint == 0x3B6
    assert {str(seen["from"]) for seen in stopped.proof.observations} == {NEW, NOC}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (f"watch {NOC}", "refused it still runs"),
        (f"watch {NOC}", "stopped 0/3B7 shut down"),
        (f"watch {NOC}", "stopped 0/3B6 in production"),
        ("leave", "stopped 0/3B6 shut down in recovery"),
        ("leave", "refused the marker is not on disk"),
        ("leave", "stopped - "),
    ],
)
def test_what_one_vantage_saw_otherwise_is_no_proof(kind: str, said: str) -> None:
    word = "stop" if kind == "leave" else "watch"
    hosts = Hosts({kind: Script({word: said})})
    assert not hand_overs(hosts).arm("production", OLD, NEW).stop(1.0).proof.proved


def test_a_vantage_that_falls_silent_is_no_proof() -> None:
    hosts = Hosts({f"watch {NOC}": Script({})})
    assert not hand_overs(hosts).arm("production", OLD, NEW).stop(1.0).proof.proved


@pytest.mark.parametrize("silent", ["leave", "take", "announce", "withdraw", f"watch {NOC}"])
def test_nothing_is_stopped_unless_everything_is_ready(silent: str) -> None:
    hosts = Hosts(silent={silent})
    with pytest.raises(CommandFailed, match="not handed over") as caught:
        hand_overs(hosts).arm("production", OLD, NEW)
    assert "nothing was stopped" in str(caught.value.hint)
    assert all(script.closed and not script.told for script in hosts.by.values())


def test_a_host_that_refuses_to_be_made_ready_is_quoted() -> None:
    hosts = Hosts({"take": Script({}, first="refused it is no standby: f")})
    with pytest.raises(CommandFailed, match="it is no standby"):
        hand_overs(hosts).arm("production", OLD, NEW)


def test_the_order_to_lead_bounds_the_log_on_both_sides() -> None:
    hosts = Hosts()
    led = hand_overs(hosts).arm("production", OLD, NEW).lead(950, 15.0)
    assert hosts.by["take"].told == ["lead 950 1206 15"]
    assert (led.replayed, led.caught_up_s, led.seconds) == (1070, 0.009, 0.2)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("refused behind 900 900", "have not arrived"),
        ("refused ahead 9000 9000", "more than east-db1 wrote"),
        ("refused the order was taken back", "does not lead: the order was taken back"),
    ],
)
def test_a_standby_that_does_not_lead_says_why(said: str, told: str) -> None:
    hosts = Hosts({"take": Script({"lead": said})})
    with pytest.raises(CommandFailed, match=told):
        hand_overs(hosts).arm("production", OLD, NEW).lead(950, 15.0)
