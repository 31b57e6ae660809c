"""Looking for an audit: one device that fails stops nobody, and nothing that was not read is taken for read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from audited import hardened_files, network
from device import FakeDevice, FakeSession

from jbnet.config.audit.observed import Observed, Origin
from jbnet.model.errors import Missing, Unreachable
from jbnet.model.network import Device
from jbnet.ports import Completed, Differ, Fetch, Progress, Version
from jbnet.services.audit import Eyes, observe

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
CONFIG = "hostname r1\nlog commands\nend\n"


class Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError


class History:
    """Two days of backups of one device."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def keep(self, fetch: Fetch) -> Version:
        raise AssertionError("an audit keeps nothing")

    def texts(self, device: str) -> Iterator[tuple[Version, str]]:
        if device in self._texts:
            yield Version("b", NOW - timedelta(days=2), "wang"), self._texts[device]
            yield Version("a", NOW - timedelta(days=9), "wang"), "hostname old\n"


class Sessions:
    def __init__(self, found: Mapping[str, FakeDevice | Exception]) -> None:
        self._found = found

    def session(self, device: Device) -> Any:
        found = self._found[device.name]
        if isinstance(found, Exception):
            raise found
        return FakeSession(found)

    def differ(self, device: Device) -> Differ:
        raise AssertionError("an audit compares nothing")


class Hosts:
    """Hosts that all have the same files, or cannot be asked."""

    def __init__(self, said: str = "", error: Exception | None = None) -> None:
        self.said, self.error, self.name = said, error, "any"

    def host(self, device: str, user: str, via: str | None = None) -> Hosts:
        assert user == "netops"
        return self

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        if self.error is not None:
            raise self.error
        return Completed(tuple(argv), 2, self.said, "grep: /etc/snmp/snmpd.conf: Permission denied\n")


class Told:
    def __init__(self) -> None:
        self.subjects: list[str] = []

    def report(self, progress: Progress) -> None:
        self.subjects.append(progress.subject)


def look(
    origin: Origin, found: Mapping[str, FakeDevice | Exception], hosts: Hosts | None = None,
    backups: Mapping[str, str] | None = None,
) -> Mapping[str, Observed]:  # fmt: skip
    declared = network("frr")
    eyes = Eyes(Sessions(found), hosts, History(backups or {}), Clock(), Told(), workers=4, ask_s=5)
    return observe(declared, [declared.devices[name] for name in found], origin, eyes)


def device(running: str = CONFIG, saved: str | None = None) -> FakeDevice:
    made = FakeDevice("r1", running)
    if saved is not None:
        made.startup = saved
    return made


def test_a_device_that_does_not_answer_is_told_and_stops_nobody() -> None:
    seen = look(Origin.DEVICE, {"core-r1": Unreachable("{host} is away", host="core-r1"), "xining-r1": device()})
    assert str(seen["core-r1"].unasked) == "core-r1 is away"
    assert seen["xining-r1"].unasked is None
    assert seen["xining-r1"].texts["running"].content == CONFIG


def test_a_device_that_answers_with_nothing_was_not_read() -> None:
    empty = device()
    empty.running = "!\nend\n"
    assert look(Origin.DEVICE, {"core-r1": empty})["core-r1"].unasked is not None


def test_what_runs_and_is_not_saved_is_seen() -> None:
    seen = look(Origin.DEVICE, {"core-r1": device(), "xining-r1": device(saved="hostname r1\n")})
    assert (seen["core-r1"].saved, seen["xining-r1"].saved) == (True, False)


def test_files_of_the_host_come_along_where_it_can_be_asked() -> None:
    seen = look(Origin.DEVICE, {"core-r1": device()}, Hosts(hardened_files()))["core-r1"]
    assert [one.value for one in seen.fact("root_login").readings] == ["no"]
    assert "may not be read" in str(seen.fact("snmp_levels").unread)


def test_a_host_that_cannot_be_asked_leaves_its_files_unknown_and_the_router_seen() -> None:
    seen = look(Origin.DEVICE, {"core-r1": device()}, Hosts(error=Missing("no key of ours")))["core-r1"]
    assert seen.unasked is None
    assert str(seen.fact("root_login").unread) == "no key of ours"


def test_from_backups_the_last_one_counts_and_no_device_is_asked() -> None:
    found: dict[str, FakeDevice | Exception] = {"core-r1": AssertionError(), "xining-r1": AssertionError()}
    seen = look(Origin.BACKUP, found, backups={"core-r1": CONFIG})
    assert seen["core-r1"].texts["running"].content == CONFIG
    assert seen["core-r1"].time == seen["core-r1"].backed_up == NOW - timedelta(days=2)
    assert seen["core-r1"].saved is None
    assert "no backup of xining-r1" in str(seen["xining-r1"].unasked)


def test_what_is_rendered_knows_nothing_of_what_is_saved_or_backed_up() -> None:
    seen = look(Origin.RENDERED, {"core-r1": AssertionError()}, backups={"core-r1": CONFIG})["core-r1"]
    assert seen.texts["running"].content.startswith("frr defaults")
    assert (seen.saved, seen.backups_known) == (None, False)
