"""Power of devices: on, ready, off. A device's first process is its power switch."""

from __future__ import annotations

import errno
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from jbnet.lab import process
from jbnet.lab.paths import LabPaths, tail
from jbnet.lab.process import POLL_S
from jbnet.lab.record import Chassis
from jbnet.model.errors import CommandFailed
from jbnet.model.text import text

BOOT_TIMEOUT_S = 60.0
AT_ONCE = 4 * (os.cpu_count() or 1)
OFF, BOOTING, ON = "off", "booting", "on"


def wait_for_number(path: Path, deadline: float) -> int:
    """Return the process id that a script writes into a file. Raises CommandFailed past the deadline (monotonic)."""
    while time.monotonic() < deadline:
        try:
            content = path.read_text(encoding="ascii")
        except FileNotFoundError:
            content = ""
        if content.endswith("\n"):
            return int(content)
        time.sleep(POLL_S)
    raise CommandFailed("the lab's script did not start: {path} was not written", path=path)


def chassis(path: Path, deadline: float) -> Chassis:
    """Return the process whose id a file names."""
    pid = wait_for_number(path, deadline)
    return Chassis(pid, process.start_time(pid) or 0)


class Power:
    """The power switches of one lab's devices."""

    def __init__(self, paths: LabPaths):
        self._paths = paths

    def first_process(self, device: str) -> int | None:
        """Return the id of a device's first process, or None without power."""
        try:
            content = (self._paths.device(device) / "init").read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        return int(content) if content.endswith("\n") and process.is_alive(int(content)) else None

    def state(self, device: str) -> str:
        """Return ``off``, ``booting`` or ``on``."""
        if self.first_process(device) is None:
            return OFF
        return ON if self._said(device).startswith("up") else BOOTING

    def press(self, device: str, deadline: float) -> None:
        """Give a device power; returns at once, the boot takes a moment. Nothing happens when it has power."""
        while time.monotonic() < deadline:
            try:
                descriptor = os.open(self._paths.device(device) / "power", os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                if self.first_process(device) is not None:
                    return
                time.sleep(POLL_S)  # the chassis does not listen yet
                continue
            with os.fdopen(descriptor, "wb") as fifo:
                (self._paths.device(device) / "ready").unlink(missing_ok=True)  # of a boot that failed before
                fifo.write(b"on\n")
            return
        raise CommandFailed("{device} cannot be switched on: its chassis does not answer", device=device)

    def switch_on(self, devices: Iterable[str], at_once: int = AT_ONCE) -> Iterator[str]:
        """Give devices power, some at once, and yield each as its boot ends. Raises CommandFailed for a failed boot.

        Hundreds of boots at the same time would only wait for each other.
        """
        waiting = deque(devices)
        booting: dict[str, float] = {}
        while waiting or booting:
            while waiting and len(booting) < at_once:
                device = waiting.popleft()
                booting[device] = time.monotonic() + BOOT_TIMEOUT_S
                self.press(device, booting[device])
            ready = [device for device, deadline in booting.items() if self._is_ready(device, deadline)]
            yield from ready
            booting = {device: deadline for device, deadline in booting.items() if device not in ready}
            if not ready:
                time.sleep(POLL_S)

    def cut(self, device: str, deadline: float) -> None:
        """Take a device's power away: SIGKILL to its first process ends all that runs in it."""
        pid = self.first_process(device)
        if pid is None:
            return
        process.kill(pid)
        while (self._paths.device(device) / "init").exists():
            if time.monotonic() > deadline:
                raise CommandFailed("{device} was killed, but its chassis did not notice", device=device)
            time.sleep(POLL_S)

    def complaint(self, device: str) -> str:
        """Return what went wrong in a boot that went on all the same; empty: nothing."""
        return self._said(device).partition(": ")[2]

    def _is_ready(self, device: str, deadline: float) -> bool:
        said = self._said(device)
        if said.startswith("failed") or time.monotonic() > deadline:
            log = self._paths.tree(device) / "var/log/boot.log"
            raise CommandFailed(
                "{device} did not boot: {reason}",
                device=device,
                reason=said or "no answer in time",
                hint=text("its last words: {words}", words=tail(log)),
            )
        return said.startswith("up")

    def _said(self, device: str) -> str:
        try:
            return (self._paths.device(device) / "ready").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return ""
