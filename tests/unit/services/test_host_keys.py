"""Host keys: what is believed, by whose word, and what is never replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from deploy_world import World
from sample_network import sample_network

from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.known_hosts import KnownHostsFile
from jbnet.model.errors import Unreachable, UsageError
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device
from jbnet.services.host_keys import Fate, Look, Office, Standing, Trust, check, compare, learn, look
from jbnet.services.host_keys_expected import expected

A, B, C = HostKey("ssh-ed25519", "QQ=="), HostKey("ssh-ed25519", "Qg=="), HostKey("ssh-rsa", "Qw==")


@dataclass
class Probes:
    """HostKeyProbes of devices that show what a test says; one that it says nothing of is not there."""

    shown: dict[str, tuple[HostKey, ...]] = field(default_factory=dict)

    def probe(self, device: Device) -> Probe:
        return Probe(device.name, self.shown)


@dataclass
class Probe:
    name: str
    shown: Mapping[str, tuple[HostKey, ...]]

    def keys(self) -> tuple[HostKey, ...]:
        if self.name not in self.shown:
            raise Unreachable("{device} does not answer on TCP", device=self.name)
        return self.shown[self.name]

    def close(self) -> None:
        """Nothing is held."""


class Desk:
    def __init__(self, state: Path) -> None:
        world = World(sample_network())
        self.devices = [world.network.devices[name] for name in ("core-r1", "core-r2")]
        self.probes = Probes({"core-r1": (A,), "core-r2": (C,)})
        self.journal = SqliteJournal(state / "change.db", world.clock)
        self.known = KnownHostsFile(state / "known_hosts")
        self.office = Office(self.probes, self.known, self.journal, world, "clerk@noc")

    def learn(self, trust: Trust) -> dict[str, Fate]:
        return learn(look(self.devices, self.office), trust, self.office)

    def standings(self) -> dict[str, Standing]:
        return {one.device: one.standing for one in check(self.devices, self.office)}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def yes(_: Look) -> bool:
    return True


@pytest.mark.parametrize(
    ("known", "shown", "standing"),
    [
        ((), (A,), Standing.UNKNOWN),
        ((A,), (A,), Standing.SAME),
        ((A,), (A, C), Standing.SAME),
        ((A, C), (A,), Standing.SAME),
        ((A,), (B,), Standing.CHANGED),
        ((A,), (C,), Standing.CHANGED),
        ((A, C), (B, C), Standing.CHANGED),
    ],
)
def test_a_key_of_a_known_kind_must_be_the_known_one(
    known: tuple[HostKey, ...], shown: tuple[HostKey, ...], standing: Standing
) -> None:
    assert compare(known, shown) is standing


def test_nothing_is_learned_that_nobody_vouches_for(desk: Desk) -> None:
    assert set(desk.learn(Trust()).values()) == {Fate.DECLINED}
    assert desk.known.keys("core-r1") == ()


def test_what_a_person_confirms_is_known_from_then_on(desk: Desk) -> None:
    assert desk.learn(Trust(ask=lambda one: one.device == "core-r1")) == {
        "core-r1": Fate.LEARNED, "core-r2": Fate.DECLINED
    }  # fmt: skip
    assert desk.standings() == {"core-r1": Standing.SAME, "core-r2": Standing.UNKNOWN}
    assert desk.learn(Trust(ask=yes)) == {"core-r1": Fate.KNOWN, "core-r2": Fate.LEARNED}


def test_only_keys_with_an_expected_fingerprint_are_learned(desk: Desk) -> None:
    desk.probes.shown["core-r1"] = (A, C)
    trust = Trust(expected(f"core-r1 {A.fingerprint}  # read at the console\ncore-r2 {B.fingerprint}", "list"), yes)
    assert desk.learn(trust) == {"core-r1": Fate.LEARNED, "core-r2": Fate.UNEXPECTED}
    assert desk.known.keys("core-r1") == (A,)
    assert desk.known.keys("core-r2") == ()


def test_a_known_key_is_replaced_only_where_the_device_is_named(desk: Desk) -> None:
    desk.learn(Trust(ask=yes))
    desk.probes.shown["core-r1"] = (B,)
    assert desk.learn(Trust(ask=yes))["core-r1"] is Fate.CHANGED
    assert desk.known.keys("core-r1") == (A,)
    assert desk.learn(Trust(replace=frozenset({"core-r1"})))["core-r1"] is Fate.DECLINED
    assert desk.learn(Trust(ask=yes, replace=frozenset({"core-r1"})))["core-r1"] is Fate.REPLACED
    assert desk.known.keys("core-r1") == (B,)


def test_one_that_does_not_answer_holds_nobody_up_and_loses_nothing(desk: Desk) -> None:
    desk.learn(Trust(ask=yes))
    del desk.probes.shown["core-r1"]
    assert desk.standings() == {"core-r1": Standing.UNREACHABLE, "core-r2": Standing.SAME}
    assert desk.learn(Trust(ask=yes))["core-r1"] is Fate.UNREACHABLE
    assert desk.known.keys("core-r1") == (A,)


def test_what_was_seen_and_learned_stands_in_the_journal_with_fingerprints(desk: Desk) -> None:
    desk.learn(Trust(ask=yes))
    desk.standings()
    entries = [(str(e["kind"]), str(e["subject"]), e["data"]) for e in desk.journal.entries()]
    assert [entry[:2] for entry in entries] == [
        ("hostkeys.learn", "core-r1"), ("hostkeys.learn", "core-r2"),
        ("hostkeys.check", "core-r1"), ("hostkeys.check", "core-r2"),
    ]  # fmt: skip
    assert A.fingerprint in str(entries[0][2])
    assert "clerk@noc" in str(entries[0][2])


def test_fingerprints_are_also_taken_from_lines_of_known_hosts() -> None:
    assert expected(f"a,b {A.kind} {A.blob} comment", "list") == {
        "a": frozenset({A.fingerprint}), "b": frozenset({A.fingerprint})
    }  # fmt: skip


@pytest.mark.parametrize("line", ["core-r1", "core-r1 SHA256:short", "core-r1 MD5:aa:bb", "core-r1 ssh-rsa !"])
def test_a_line_that_is_no_fingerprint_is_named(line: str) -> None:
    with pytest.raises(UsageError, match="list:2"):
        expected(f"# note\n{line}\n", "list")
