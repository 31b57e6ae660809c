"""Devices that exist in memory: what the deploy services' tests drive instead of routers.

A FakeDevice keeps running and startup configuration, a commit timer on a clock that the test moves, and the faults a
test gives it. The contract that it shares with the real driver is ``device_contract``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jbnet.adapters.frr.candidate import complete, marked, paths, redacted
from jbnet.adapters.line_differ import LineDiffer
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.network import Device
from jbnet.ports import RunningConfig

_NOISE = ("", "!", "exit", "exit-address-family", "end", "}")


def normal(config: str) -> str:
    """Return a configuration as the device would show it: without comments and ``exit`` lines."""
    return "\n".join([*(line for line in config.splitlines() if line.strip() not in _NOISE), "end", ""])


def difference(running: str, candidate: str) -> str:
    """Return what would change, in the form of ``jbnet.adapters.frr.candidate.readable``."""
    old, new = ([p for p in paths(normal(text).splitlines()) if p != ("end",)] for text in (running, candidate))
    gone = [path for path in old if path not in set(new)]
    whole = {path for path in gone if len(path) == 1 and not path[0].startswith("interface ")}
    removed = [p for p in gone if (p in whole or p[:1] not in whole) and not (len(p) == 1 and p not in whole)]
    added = [path for path in new if path not in set(old)]
    return "\n".join([*marked("-", removed), *marked("+", added)])


@dataclass
class FakeDevice:
    """One device. ``now`` is its clock in seconds: ``wait`` moves it and lets a due timer act.

    Faults: ``reachable`` (False: Unreachable on open and in every call), ``refuses`` (a part of a line: a commit of
    it fails and is undone), ``unparsable`` (a part of a line that is refused at loading), ``cut_by`` (a part of a
    line: while it runs the device cannot be reached). ``answers`` are what commands print.
    """

    name: str
    running: str = ""
    startup: str = ""
    reachable: bool = True
    refuses: str = ""
    unparsable: str = ""
    cut_by: str = ""
    neighbours: list[Mapping[str, object]] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)
    tunnels: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    now: float = 0.0
    before: tuple[str, str] | None = None
    deadline: float | None = None
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.running = normal(self.running or f"frr version 8.4.4\nfrr defaults traditional\nhostname {self.name}\n")
        self.startup = normal(self.startup or self.running)

    def wait(self, seconds: float) -> None:
        """Let time pass on the device."""
        self.now += seconds
        if self.deadline is not None and self.now >= self.deadline:
            self.revert()

    def revert(self) -> None:
        """Put back what ran before the last commit."""
        if self.before is None:
            raise CommandFailed("{device}: revert failed: nothing was committed", device=self.name)
        (self.running, self.startup), self.before, self.deadline = self.before, None, None

    def type(self, *lines: str) -> None:
        """Type lines by hand, as one block: into the running configuration only."""
        self.running = normal(self.running.removesuffix("end\n") + "\n".join(lines))

    def check(self) -> None:
        """Raise Unreachable while nobody gets through to the device."""
        if not self.reachable or (self.cut_by and self.cut_by in self.running):
            raise Unreachable("{device} does not answer on TCP: {tried}", device=self.name, tried="10.0.0.1: no answer")


class FakeSession:
    """DeviceSession with a FakeDevice."""

    def __init__(self, device: FakeDevice) -> None:
        self.device = device
        self.opened = False
        self.candidate: str | None = None

    def _device(self, call: str) -> FakeDevice:
        self.device.calls.append(call)
        if not self.opened:
            raise Unreachable("{host}: the session is not open", host=self.device.name)
        self.device.check()
        return self.device

    def open(self) -> None:
        """Log in."""
        self.device.calls.append("open")
        self.device.check()
        self.opened = True

    def close(self) -> None:
        """Log out."""
        self.device.calls.append("close")
        self.opened = False

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration."""
        assert filename is None
        device = self._device("load")
        if device.unparsable and device.unparsable in (config or ""):
            said = f"% Unknown command[41]: {device.unparsable}"
            raise CommandFailed(
                "{device}: FRR cannot parse the configuration, and nothing was changed: {said}",
                device=device.name, said=said,
            )  # fmt: skip
        self.candidate = normal(complete(config or "", device.running))

    def compare_config(self) -> str:
        """Return what would change."""
        device = self._device("compare")
        return redacted(difference(device.running, self.candidate)) if self.candidate is not None else ""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run, whole or not at all."""
        device = self._device("commit")
        if self.candidate is None:
            raise CommandFailed("{device}: no candidate is loaded", device=device.name)
        if device.deadline is not None:
            raise CommandFailed("{device} takes no commit now: {said}", device=device.name, said="a commit is waiting")
        if device.refuses and device.refuses in self.candidate:
            raise CommandFailed(
                "{device}: the change failed, and what ran before runs again: {said}",
                device=device.name, said=device.refuses,
            )  # fmt: skip
        device.before = (device.running, device.startup)
        device.running, self.candidate = self.candidate, None
        if revert_in:
            device.deadline = device.now + revert_in
        else:
            device.startup = device.running

    def confirm_commit(self) -> None:
        """Stop the timer and save."""
        device = self._device("confirm")
        if device.deadline is None:
            raise CommandFailed("{device}: the change could not be confirmed: {said}", device=device.name, said="none")
        device.deadline = None
        device.startup = device.running

    def has_pending_commit(self) -> bool:
        """Say whether a timer runs."""
        return self._device("pending").deadline is not None

    def running_config(self) -> RunningConfig:
        """Return what runs, and whether it runs on trial."""
        on_trial = self.has_pending_commit()
        return RunningConfig(self.get_config("running")["running"], on_trial)

    def discard_config(self) -> None:
        """Forget the candidate."""
        self._device("discard")
        self.candidate = None

    def rollback(self) -> None:
        """Put back what ran before the last commit."""
        self._device("rollback").revert()

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,
        sanitized: bool = False,
        format: str = "text",  # noqa: A002  NAPALM's name
    ) -> Mapping[str, str]:
        """Return the texts; those that are ``sanitized`` without secrets."""
        assert (full, format) == (False, "text")
        device = self._device("get_config")
        texts = {"running": device.running, "startup": device.startup, "candidate": self.candidate or ""}
        wanted = {name: said if retrieve in ("all", name) else "" for name, said in texts.items()}
        return {name: redacted(said) for name, said in wanted.items()} if sanitized else wanted

    def get_facts(self) -> Mapping[str, object]:
        """Return facts."""
        device = self._device("get_facts")
        return {"hostname": device.name, "vendor": "FRRouting", "os_version": "8.4.4"}

    def get_ospf_neighbors(self) -> Sequence[Mapping[str, object]]:
        """Return the neighbours given to the device."""
        return list(self._device("get_ospf_neighbors").neighbours)

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> Mapping[str, object]:
        """Return the route to an address, where one was given to the device."""
        assert (protocol, longer) == ("", False)
        return {destination: [{}]} if destination in self._device("get_route_to").routes else {}

    def get_established_tunnels(self) -> Sequence[str]:
        """Return the encrypted lines that are up, as the test has it."""
        return sorted(self._device("get_established_tunnels").tunnels)

    def cli(self, commands: list[str], encoding: str = "text") -> Mapping[str, object]:
        """Return the answers given to the device; other commands are unknown to it."""
        assert encoding == "text"
        said = self._device("cli").answers
        return {command: said.get(command, f"% Unknown command: {command}") for command in commands}


class FakeSessions:
    """DeviceSessions over FakeDevices; a device that is asked for and was not given is made."""

    def __init__(self, *devices: FakeDevice) -> None:
        self.devices = {device.name: device for device in devices}

    def session(self, device: Device) -> FakeSession:
        """Return an inert session."""
        return FakeSession(self.devices.setdefault(device.name, FakeDevice(device.name)))

    def differ(self, device: Device) -> LineDiffer:
        """Return the rules by which FRR is compared: these devices run its configurations."""
        assert device.platform == "frr", device
        return LineDiffer()

    def wait(self, seconds: float) -> None:
        """Let time pass on every device."""
        for device in self.devices.values():
            device.wait(seconds)
