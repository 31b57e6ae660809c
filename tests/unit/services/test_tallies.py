"""A check that is not brought is said, with those that do not bring it; who cannot bring it is excused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from networks import small
from seen import Seen
from simnet import START

from jbnet.adapters.store_view import SqliteStoreView
from jbnet.model.network import Network
from jbnet.monitor.alarms import Said
from jbnet.monitor.checks import Check, Checks, Reads
from jbnet.monitor.recipes import health_of, standard
from jbnet.monitor.replay import Watchbook, play
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.self_watch import NAMED, Blind
from jbnet.monitor.state import DeviceState
from jbnet.monitor.watch import Condition, Watch
from jbnet.services.watch.monitor import Turn
from jbnet.services.watch.tallies import Tallies, finder
from jbnet.snmp.types import Oid, SnmpAnswer

SPAN = 15
"""Rounds of a second in which a check may bring nothing: stale_s."""
HEALTH = health_of("frr")


@pytest.fixture
def seen(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator of the test library's
    made = Seen(tmp_path / "monitor.db")
    yield made
    made.monitor.close()


def breaks(seen: Seen, monkeypatch: pytest.MonkeyPatch, column: Oid, devices: Collection[str]) -> None:
    """Let a table of some devices break off, always, and nothing else of what they answer."""
    whole = seen.net._answer

    def broken(target, columns, reached):  # type: ignore[no-untyped-def]  # the simulated network's own
        answer: SnmpAnswer = whole(target, columns, reached)
        if target.name not in devices or answer.error:
            return answer
        return replace(answer, error="genErr", broken=(column,))

    monkeypatch.setattr(seen.net, "_answer", broken)


def undone(turn: Turn) -> dict[str, Said | None]:
    open_now = turn.outcome.book.incidents.open.values()
    return {i.root_cause.name: i.said for i in open_now if i.root_cause.name.startswith("check-not-done")}


@pytest.mark.parametrize("reads", [Reads.HEALTH, Reads.UPS, Reads.SENSORS])
def test_health_power_and_rooms_that_nobody_brings_are_not_done(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, reads: Reads
) -> None:
    recipe = HEALTH if reads is Reads.HEALTH else standard(str(reads))
    assert recipe is not None
    seen.rounds(3)
    breaks(seen, monkeypatch, recipe.columns[0], seen.net.plant.watched)
    assert list(undone(seen.rounds(2 * SPAN + 4))) == [f"check-not-done monitor/{reads}"]
    assert Blind.CHECK_UNDONE in seen.own.health().blind()
    monkeypatch.undo()
    assert undone(seen.rounds(3)) == {}


def test_what_half_of_the_devices_never_bring_is_said_with_their_names_and_replays(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    all_ = sorted(seen.net.plant.watched)
    bad = all_[: len(all_) // 2 + len(all_) % 2]
    breaks(seen, monkeypatch, standard("ups").columns[0], bad)
    said = undone(seen.rounds(2 * SPAN + 4))
    count = len(all_)
    names = ", ".join(bad[:NAMED]) + (f", … +{len(bad) - NAMED}" if len(bad) > NAMED else "")
    assert said == {"check-not-done monitor/ups": (f"{count}/{count}", f"{count - len(bad)}/{count} (− {names})")}
    view, book = SqliteStoreView(tmp_path / "monitor.db"), Watchbook()
    for turn in view.rounds():
        book = play(book, seen.monitor.plant, turn, seen.monitor.policy).book
    view.close()
    assert {i.root_cause.name: i.said for i in book.incidents.open.values()} == said


def test_a_few_that_do_not_bring_a_check_are_counted_and_no_alarm(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = sorted(seen.net.plant.watched)[:2]
    breaks(seen, monkeypatch, standard("ups").columns[0], bad)
    assert undone(seen.rounds(2 * SPAN + 4)) == {}
    assert seen.own.health().checks["ups"].missing == tuple(bad)


def on_platform(platform: str) -> Network:
    network = small()
    return replace(network, devices={n: replace(d, platform=platform) for n, d in network.devices.items()})


def tallied(network: Network, check: Check, rounds: int, **found: object) -> Tallies:
    """Rounds of a second in which all answer with just this."""
    made, up = Tallies(Checks((check,)), network, 3.0), Watch(Condition.UP, START, ever_up=True)
    states = {name: DeviceState(name, answer=up) for name in network.devices}
    for number in range(rounds):
        time = START + timedelta(seconds=number)
        look = tuple(Sample(name, time, answered=True, **found) for name in network.devices)  # type: ignore[arg-type]  # any of its fields
        made.note(Round(number + 1, time, (look,)), states, float(number))
    return made


@pytest.mark.parametrize(("platform", "expected"), [("frr", True), ("ios", False)])
def test_a_platform_of_which_nobody_wrote_down_what_to_read_is_excused(platform: str, expected: bool) -> None:
    check = Check("health", Reads.HEALTH, frozenset(small().roles), 1.0)
    (health,) = tallied(on_platform(platform), check, 12).health(12.0).values()
    assert health.wanting is expected


def test_who_is_of_another_role_brings_nothing_for_a_check() -> None:
    check = Check("power", Reads.UPS, frozenset({"nobody"}), 1.0)
    assert tallied(small(), check, 12, vitals={"ups": {}}).health(12.0)["power"].success_s is None


def test_an_empty_table_is_something_and_one_that_did_not_come_is_nothing() -> None:
    plain = Sample("r1", START, answered=True)
    assert all(finder(reads)(plain) is None for reads in Reads)
    full = replace(plain, vitals={"health": {}, "ups": {}, "sensors": {}}, interfaces=(), bfd=())
    for reads in (Reads.HEALTH, Reads.UPS, Reads.SENSORS, Reads.INTERFACES, Reads.BFD):
        assert finder(reads)(full) is not None
