"""A dead router of Huawei or H3C is replaced by an empty one: typed at its console, taken in over real SSH."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cli_servers.console import Console
from cli_servers.router import Port, Seen
from cli_servers.ssh_server import SshServer, host_key, known_hosts_line
from cli_world import COUNTY, KINDS, CliWorld, cli_world, neighbours

from jbnet.adapters.host_key_probe import SshKeyProbe
from jbnet.adapters.known_hosts import KnownHostsFile
from jbnet.change.model import Plan
from jbnet.config.bootstrap import bootstrap
from jbnet.config.console import typed
from jbnet.config.words import revealed
from jbnet.model.errors import AnswerIsNo, Refused, Unreachable
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.plan import plan
from jbnet.services.host_keys import Look, Office, Trust
from jbnet.services.replace.box import Bench, TakenIn, Wishes, prepare, take_in
from jbnet.services.replace.record import going_on, replacements

OLD, NEW = "2102350OLD10K1000001", "2102351NEW10K1000002"
OLD_KEY = HostKey("ssh-rsa", "AAAAB3NzaC1yc2E=")


@dataclass
class Desk:
    """A replacement of the county's router: the world, what is written, who answers to echo requests."""

    world: CliWorld
    written: dict[str, str] = field(default_factory=dict)
    echoes: bool = False

    @property
    def device(self) -> Device:
        return replace(self.world.network.devices[COUNTY], serial=OLD)

    @property
    def bench(self) -> Bench:
        desk = self.world.desk()
        known = KnownHostsFile(self.world.state / "known_hosts")
        office = Office(self, known, desk.journal, self.world, desk.owner)
        return Bench(desk, office, self, self, lambda _: ["127.0.0.1"])

    # HostKeyProbes and Prober

    def probe(self, device: Device) -> SshKeyProbe:
        server = self.world.servers.get(device.name)
        return SshKeyProbe(device.name, ["127.0.0.1"], server.port if server else 1, 10.0)

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        return dict.fromkeys(addresses, self.echoes)

    # Papers

    def check(self, device: Device, serial: str) -> None:
        """Everything can be written."""

    def declare(self, device: Device, serial: str) -> str:
        self.written["serial"] = serial
        return "inventory/sites/east.yaml"

    def print(self, device: Device, old: str | None, serial: str) -> Sequence[str]:
        first = revealed(bootstrap(self.world.network, device), self.world.words.get)
        self.written["console"] = "\n".join(typed(device.platform, first))
        return ["console"]

    def shred(self, device: Device) -> Sequence[str]:
        return [name for name in ("console",) if self.written.pop(name, None)]

    # What people do

    def dies(self) -> None:
        """The box is dead; what is known of its host key stays known."""
        self.world.servers.pop(COUNTY).close()

    def exchanged(self, serial: str = NEW) -> Console:
        """Put an empty box in, and give its console."""
        seen = Seen(
            ospf=neighbours(self.world.network, self.device), serial=serial, ports=[Port("GigabitEthernet0/1/0")]
        )
        router = KINDS[self.world.platform]("HUAWEI", seen=seen)
        self.world.routers[COUNTY] = router
        return Console(router)

    def plugged_in(self) -> None:
        self.world.servers[COUNTY] = SshServer(self.world.routers[COUNTY])

    def taken_in(self, **wishes: object) -> TakenIn | None:
        trust = Trust({COUNTY: frozenset({shown_key().fingerprint})}, replace=frozenset({COUNTY}))
        return take_in(self.device, self.bench, Wishes(**{"trust": trust, "approve": everything, **wishes}))  # type: ignore[arg-type]  # any of its fields


def everything(made: Plan) -> Collection[str]:
    return tuple(made.changes)


def shown_key() -> HostKey:
    key = host_key()
    return HostKey(key.get_name(), key.get_base64())


@pytest.fixture(params=("vrp8", "vrp5", "comware7"))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """Routers out of their boxes, each a real SSH server."""
    with cli_world(request.param, tmp_path) as world:
        yield Desk(world)


def known_as(desk: Desk, key: HostKey) -> None:
    KnownHostsFile(desk.world.state / "known_hosts").keep(COUNTY, [key], replace=True)


def test_an_empty_box_is_typed_taken_in_and_runs_what_the_dead_one_ran(desk: Desk) -> None:
    world = desk.world
    made = plan(world.network, [desk.device], desk.bench.desk.sessions, world)
    assert apply(made, world.desk(), overrides=tuple(made.changes)).ok
    before = world.running(COUNTY)
    desk.dies()
    known_as(desk, OLD_KEY)
    prepared = prepare(desk.device, NEW, desk.bench)
    assert (prepared.replacement.old_serial, desk.written["serial"]) == (OLD, NEW)
    console = desk.exchanged()
    for line in desk.written["console"].splitlines():
        assert "rror" not in console.type(line), line
    assert desk.world.routers[COUNTY].host_key_sizes == ["2048"]
    assert desk.world.running(COUNTY) == desk.world.saved(COUNTY)
    with pytest.raises(Unreachable):
        desk.taken_in()
    desk.plugged_in()
    taken = desk.taken_in()
    assert taken is not None
    assert (taken.serial, taken.shredded) == (NEW, ("console",))
    again = plan(desk.world.network, [desk.device], desk.bench.desk.sessions, desk.world)
    assert (again.changes, again.unasked) == ({}, {})
    assert sorted(without_secrets(desk.world.running(COUNTY))) == sorted(without_secrets(before))
    assert desk.world.running(COUNTY) == desk.world.saved(COUNTY)
    (one,) = replacements(desk.bench.desk.journal.entries())
    assert (one.retired, one.learned, bool(one.ended)) == ((OLD_KEY.fingerprint,), (shown_key().fingerprint,), True)


def without_secrets(config: str) -> list[str]:
    return [line for line in config.splitlines() if not any(word in line for word in ("cipher", "simple", "hash"))]


def test_a_box_with_another_serial_number_than_on_the_sheet_gets_no_configuration(desk: Desk) -> None:
    desk.dies()
    known_as(desk, OLD_KEY)
    prepare(desk.device, NEW, desk.bench)
    console = desk.exchanged("210235SOMEOTHER01")
    for line in desk.written["console"].splitlines():
        console.type(line)
    desk.plugged_in()
    before = desk.world.running(COUNTY)
    with pytest.raises(Refused, match="210235SOMEOTHER01"):
        desk.taken_in()
    assert desk.world.running(COUNTY) == before
    assert going_on(desk.bench.desk.journal.entries(), COUNTY) is not None


@pytest.mark.parametrize("desk", ["vrp8"], indirect=True)
class TestRules:
    """What does not depend on the platform."""

    def test_a_box_that_still_answers_is_not_replaced_unless_named(self, desk: Desk) -> None:
        with pytest.raises(Refused, match="still answers"):
            prepare(desk.device, NEW, desk.bench)
        assert desk.written == {}
        assert prepare(desk.device, NEW, desk.bench, override=True).replacement.override

    def test_a_box_without_ssh_that_answers_echo_requests_is_not_dead(self, desk: Desk) -> None:
        desk.dies()
        desk.echoes = True
        with pytest.raises(Refused, match="still answers"):
            prepare(desk.device, NEW, desk.bench)

    def test_a_dry_run_writes_nothing(self, desk: Desk) -> None:
        desk.dies()
        before = len(desk.bench.desk.journal.entries())
        assert prepare(desk.device, NEW, desk.bench, dry_run=True).replacement.serial == NEW
        assert desk.written == {}
        assert len(desk.bench.desk.journal.entries()) == before

    def test_the_old_boxs_key_is_never_taken_for_the_new_one(self, desk: Desk) -> None:
        prepare(desk.device, NEW, desk.bench, override=True)
        with pytest.raises(Refused, match="old box"):
            desk.taken_in()

    def test_a_key_that_nobody_vouches_for_is_not_learned_and_nothing_is_sent(self, desk: Desk) -> None:
        desk.dies()
        known_as(desk, OLD_KEY)
        prepare(desk.device, NEW, desk.bench)
        desk.exchanged()
        desk.plugged_in()
        typed_before = list(desk.world.routers[COUNTY].typed)
        for trust in (
            Trust(None, lambda _: False, frozenset({COUNTY})),
            Trust({COUNTY: frozenset({"SHA256:" + "A" * 43})}, replace=frozenset({COUNTY})),
        ):
            with pytest.raises(Refused, match="not vouched for"):
                desk.taken_in(trust=trust)
        assert KnownHostsFile(desk.world.state / "known_hosts").keys(COUNTY) == (OLD_KEY,)
        assert desk.world.routers[COUNTY].typed == typed_before

    def test_a_person_sees_the_shown_key_beside_the_known_one(self, desk: Desk) -> None:
        asked: list[Look] = []

        def ask(one: Look) -> bool:
            asked.append(one)
            return False

        desk.dies()
        known_as(desk, OLD_KEY)
        prepare(desk.device, NEW, desk.bench)
        desk.exchanged()
        desk.plugged_in()
        trust = Trust(None, ask, frozenset({COUNTY}))
        with pytest.raises(Refused):
            desk.taken_in(trust=trust)
        assert [(one.known, one.shown) for one in asked] == [((OLD_KEY,), (shown_key(),))]

    def test_cables_in_wrong_ports_keep_the_replacement_open_until_they_are_right(self, desk: Desk) -> None:
        self._ready(desk)
        router = desk.world.routers[COUNTY]
        there = router.seen.ospf
        router.seen.ospf = there[:1]
        with pytest.raises(AnswerIsNo, match="no neighbour on"):
            desk.taken_in()
        assert going_on(desk.bench.desk.journal.entries(), COUNTY) is not None
        router.seen.ospf = there
        taken = desk.taken_in()
        assert taken is not None
        assert not taken.changed

    def test_a_line_that_is_down_for_another_reason_is_left_out_by_name(self, desk: Desk) -> None:
        self._ready(desk)
        desk.world.routers[COUNTY].seen.ospf = desk.world.routers[COUNTY].seen.ospf[:1]
        assert desk.taken_in(without=frozenset({"up2"})) is not None

    def test_a_plan_that_nobody_wants_is_not_sent(self, desk: Desk) -> None:
        self._ready(desk)
        before = desk.world.running(COUNTY)
        assert desk.taken_in(approve=lambda _made: None) is None
        assert desk.world.running(COUNTY) == before
        assert desk.taken_in() is not None

    @pytest.mark.parametrize("nth", range(1, 8))
    def test_killed_after_any_entry_of_the_journal_it_goes_on_to_the_same_end(self, desk: Desk, nth: int) -> None:
        desk.dies()
        known_as(desk, OLD_KEY)
        bench = desk.bench
        count = 0

        class Killed(BaseException):
            pass

        append = bench.desk.journal.append

        def mortal(kind: str, subject: str, data: Mapping[str, object]) -> int:
            nonlocal count
            done = append(kind, subject, data)
            count += kind.startswith(("replace.", "hostkeys."))
            if count == nth:
                raise Killed
            return done

        bench.desk.journal.append = mortal  # type: ignore[method-assign]  # what kill -9 does, as far as a test can
        ended = False
        with contextlib.suppress(Killed):
            prepare(desk.device, NEW, bench)
            self._box(desk)
            trust = Trust({COUNTY: frozenset({shown_key().fingerprint})}, replace=frozenset({COUNTY}))
            there = replace(bench, desk=replace(bench.desk, sessions=desk.bench.desk.sessions))
            take_in(desk.device, there, Wishes(trust, everything))
            ended = True
        bench.desk.journal.close()  # type: ignore[attr-defined]  # a killed process lets its files go
        if COUNTY not in desk.world.servers:
            prepare(desk.device, NEW, desk.bench)
            self._box(desk)
        last = replacements(desk.bench.desk.journal.entries())[-1]
        if not last.ended:
            assert desk.taken_in() is not None
        assert not ended or last.ended
        (one,) = replacements(desk.bench.desk.journal.entries())
        assert (one.serial, one.old_serial, bool(one.ended)) == (NEW, OLD, True)

    def _ready(self, desk: Desk) -> None:
        desk.dies()
        known_as(desk, OLD_KEY)
        prepare(desk.device, NEW, desk.bench)
        self._box(desk)

    def _box(self, desk: Desk) -> None:
        console = desk.exchanged()
        for line in desk.written["console"].splitlines():
            console.type(line)
        desk.plugged_in()


def test_the_known_key_of_these_tests_is_not_the_servers_own() -> None:
    assert OLD_KEY.blob not in known_hosts_line(COUNTY)
