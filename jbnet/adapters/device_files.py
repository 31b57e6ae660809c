"""Leases on devices and backups of their configurations, as files of the state directory."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jbnet.model.errors import Missing, Refused
from jbnet.model.refusals import reason_of, way_out
from jbnet.model.text import text
from jbnet.model.times import stamp
from jbnet.ports import Clock

_SAME_TIME = 1000
"""How many backups of a device a clock that stands still can tell apart."""


@dataclass(frozen=True, slots=True)
class _Lease:
    """Who holds a device, until when (seconds since 1970), and in which process."""

    owner: str = ""
    until: float = 0.0
    process: str = ""

    def keeps_out(self, owner: str, now: float) -> bool:
        """Say whether ``owner`` has to wait in this process; a killed run of one's own holds nothing back."""
        if not self.owner or self.until <= now:
            return False
        return self.owner != owner or (self.process != _process() and _runs(self.process))


class DeviceLockFiles:
    """Implements the DeviceLocks port: one file a device, with owner, process and the end of the lease in UTC."""

    def __init__(self, folder: Path, clock: Clock):
        self._folder = folder
        self._clock = clock

    def acquire(self, device: str, owner: str, seconds: float) -> None:
        """Take the lease for that long. Raises Refused while somebody else, or another run of one's own, holds it."""
        path = self._path(device)
        with _named_file(self._folder), self._alone():
            lease, now = _read(path), self._clock.now().timestamp()
            if lease.keeps_out(owner, now):
                raise Refused(
                    "{device} is locked by {owner} until {until}",
                    device=device,
                    owner=lease.owner,
                    until=stamp(datetime.fromtimestamp(lease.until, UTC)),
                    hint=text("wait for it; a lease of a killed run ends by itself"),
                )
            _write(path, json.dumps({"owner": owner, "until": now + seconds, "process": _process()}))

    def release(self, device: str, owner: str) -> None:
        """Give the lease back; nothing happens where ``owner`` does not hold it in this process."""
        path = self._path(device)
        with self._alone():
            lease = _read(path)
            if lease.owner == owner and (lease.process == _process() or not _runs(lease.process)):
                path.unlink()

    def _path(self, device: str) -> Path:
        return self._folder / f"{device}.json"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process or thread at a time look and change."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield


class BackupFiles:
    """Implements the ConfigBackups port: ``FOLDER/DEVICE/TIME.conf``, readable by the owner only."""

    def __init__(self, folder: Path, clock: Clock):
        self._folder = folder
        self._clock = clock

    def keep(self, device: str, config: str) -> str:
        """Store the text on disk and return where it lies. No backup takes the place of another."""
        folder = self._folder / device
        time = self._clock.now().strftime("%Y%m%dT%H%M%S.%fZ")
        names = (f"{time}.conf", *(f"{time}-{number}.conf" for number in range(2, _SAME_TIME)))
        with _named_file(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = next(folder / name for name in names if not (folder / name).exists())
            _write(path, config)
        return str(path)

    def read(self, where: str) -> str:
        """Return a text that was kept. Raises Missing where it is gone or cannot be read."""
        try:
            return Path(where).read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise Missing("the backup {file} cannot be read: {reason}", file=where, reason=error) from error


@contextmanager
def _named_file(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error that names the place. Raises Missing."""
    try:
        yield
    except OSError as error:
        raise Missing(
            "cannot write {path}: {reason}", path=path, reason=reason_of(error),
            hint=way_out(error),
        ) from error  # fmt: skip


def _read(path: Path) -> _Lease:
    """Return a lease; a file that is absent or torn is nobody's."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _Lease(str(data["owner"]), float(data["until"]), str(data.get("process", "")))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return _Lease()


def _process() -> str:
    """Return the name of this process, which no later one on this machine will have."""
    return _named(os.getpid())


def _runs(process: str) -> bool:
    """Say whether a process still runs; one of another machine is not known here, and its owner is another."""
    number = process.partition("@")[0]
    return number.isdigit() and _named(int(number)) == process


def _named(number: int) -> str:
    """Return a process's number and the time at which it started, in ticks since boot (proc(5))."""
    try:
        said = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *rest = said.rpartition(")")[2].split()
    return f"{number}@{rest[18]}" if state not in "ZX" else ""


def _write(path: Path, content: str) -> None:
    """Replace a file whole, on disk when this returns."""
    temporary = path.with_name(f".{path.name}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
