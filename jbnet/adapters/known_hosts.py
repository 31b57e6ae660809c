"""The file of host keys, ``known_hosts`` of the state directory: OpenSSH's format (sshd(8)), by device name."""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paramiko

from jbnet.model.errors import Refused
from jbnet.model.host_keys import HostKey
from jbnet.model.text import text

HASHED = "|1|"
REVOKED = "@revoked"


def trusted(file: Path, device: str) -> list[str]:
    """Return the file's lines about a device, none where there is no file; keys that it revokes are left out.

    The whole file is never parsed: among a thousand devices that would cost more than logging in.
    """
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    near = [line for line in lines if device in line or HASHED in line]
    revoked = {blob for line in near for blob in _revoked(line, device)}
    return [line for line in near if _is_about(line, device) and not revoked & set(line.split())]


def _revoked(line: str, device: str) -> list[str]:
    """Return the key that the line says is no longer the device's, if it does (sshd(8), ``@revoked``)."""
    marker, _, rest = line.partition(" ")
    return rest.split()[2:3] if marker == REVOKED and _is_about(rest, device) else []


class KnownHostsFile:
    """Implements KnownHosts. The file is replaced whole (mode 0600); lines about others stay as they are.

    ``comment`` stands behind each new key: a lab finds its own lines by it when it is taken down.
    """

    def __init__(self, path: Path, comment: str = ""):
        self._path, self._comment = path, comment

    def keys(self, device: str) -> tuple[HostKey, ...]:
        """Return the device's keys. Raises Refused where one of its lines cannot be read."""
        return tuple(self._key(device, line) for line in self._lines() if _is_about(line, device))

    def keep(self, device: str, keys: Sequence[HostKey], *, replace: bool = False) -> None:
        """Make the keys known. Raises Refused while other keys of the device are known, unless told to replace them."""
        with self._alone():
            known = self.keys(device) if not replace else ()
            if known:
                raise Refused(
                    "{device}: its host key is known already: {known}", device=device, known=known[0].fingerprint,
                    hint=text("--replace {device} puts another in its place", device=device),
                )  # fmt: skip
            kept = [rest for line in self._lines() for rest in _without(line, device)]
            self._write([*kept, *(f"{device} {key.kind} {key.blob} {self._comment}".rstrip() for key in keys)])

    def _key(self, device: str, line: str) -> HostKey:
        fields = line.split()
        try:
            kind, blob = fields[1], fields[2]
            base64.b64decode(blob, validate=True)
        except (IndexError, binascii.Error) as error:
            raise Refused(
                "{device}: the host keys in {file} cannot be read: {reason}",
                device=device, file=self._path, reason=error,
                hint=text("a line of it is damaged; `ssh-keygen -l -f {file}` shows which keys are whole",
                          file=self._path),
            ) from error  # fmt: skip
        return HostKey(kind, blob)

    def _lines(self) -> list[str]:
        if not self._path.is_file():
            return []
        return self._path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()

    def _write(self, lines: Sequence[str]) -> None:
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        content = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._path)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time read and replace the file."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        guard = self._path.with_name(f".{self._path.name}.lock")
        with os.fdopen(os.open(guard, os.O_RDWR | os.O_CREAT, 0o600), "r+") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _names(line: str) -> list[str]:
    """Return the host names of a line; none for a comment, an empty line and one with a marker (@revoked)."""
    fields = line.split()
    return fields[0].split(",") if fields and fields[0][0] not in "#@" else []


def _is_about(line: str, device: str) -> bool:
    return any(_fits(name, device) for name in _names(line))


def _fits(name: str, device: str) -> bool:
    if name.startswith(HASHED):
        return paramiko.HostKeys.hash_host(device, name) == name
    return name == device


def _without(line: str, device: str) -> list[str]:
    """Return what stays of a line when a device gets other keys.

    A line that names the device first is its own: the addresses behind the name go too.
    """
    names = _names(line)
    left = [name for name in names if not _fits(name, device)]
    if left == names:
        return [line]
    if _fits(names[0], device):
        return []
    return [" ".join([",".join(left), *line.split()[1:]])]
