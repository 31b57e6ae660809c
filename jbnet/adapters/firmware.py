"""Laying a firmware image on a device over SFTP: room looked for, SHA-256 checked on arrival, never activated.

The image arrives as ``NAME.part`` and gets its name only after what lies on the device was read back and is right, so
that whatever carries the name is whole. Reading back needs no command of the device's, and takes the line a second
time. Nothing on the device is overwritten, chosen for the next start, or started.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from jbnet.model.errors import AnswerIsNo, CommandFailed, Missing
from jbnet.model.refusals import reason_of
from jbnet.model.text import text

BLOCK = 1 << 18
PART = ".part"


@dataclass(frozen=True, slots=True)
class Image:
    """A file here, and the SHA-256 that its maker published (hexadecimal)."""

    path: Path
    sha256: str

    @property
    def name(self) -> str:
        """Return the name that it has on devices."""
        return self.path.name


class FileStore(Protocol):
    """The file system of a device, as far as staging needs it. Failures are OSErrors."""

    def size(self, name: str) -> int | None:
        """Return a file's size in bytes; None: there is none of that name."""

    def free(self) -> int:
        """Return the bytes that are free."""

    def put(self, name: str, source: IO[bytes]) -> None:
        """Write a file, replacing one of that name."""

    def blocks(self, name: str) -> Iterator[bytes]:
        """Yield what a file holds."""

    def rename(self, name: str, to: str) -> None:
        """Give a file another name."""

    def remove(self, name: str) -> None:
        """Delete a file."""


def stage(device: str, store: FileStore, image: Image, *, reserve: int = 0, check: bool = False) -> bool:
    """Lay the image on the device; return whether anything changed. ``reserve``: bytes that have to stay free.

    Raises Missing (no such file here), AnswerIsNo (wrong image here, another file of that name there, no room) having
    changed nothing, and CommandFailed (it did not arrive whole), having removed what arrived. ``check``: only look.
    """
    size = _verified(image)
    there = store.size(image.name)
    if there is not None:
        _same(device, store, image, size, there)
        return False
    _left_over(store, image, check=check)
    room = store.free() - reserve
    if size > room:
        raise AnswerIsNo(
            "{device}: no room for {name}: it needs {size} MB, free are {free} MB (besides {reserve} MB to stay free)",
            device=device, name=image.name, size=_mb(size), free=_mb(max(room, 0)), reserve=_mb(reserve),
            hint=text("remove old images at the device; jbnet removes none"),
        )  # fmt: skip
    if not check:
        _transfer(device, store, image)
    return True


def _verified(image: Image) -> int:
    """Return the size of the file here. Raises Missing, AnswerIsNo where it is not the one that was published."""
    digest = hashlib.sha256()
    try:
        with image.path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
        size = image.path.stat().st_size
    except OSError as error:
        raise Missing("cannot read {path}: {reason}", path=image.path, reason=reason_of(error)) from error
    if digest.hexdigest() != image.sha256.lower():
        raise AnswerIsNo(
            "{path} is not the image that was published: SHA-256 {actual}, expected {expected}",
            path=image.path, actual=digest.hexdigest(), expected=image.sha256,
            hint=text("fetch it again from its maker"),
        )  # fmt: skip
    return size


def _same(device: str, store: FileStore, image: Image, size: int, there: int) -> None:
    """See that the file of that name is the image; it is never overwritten."""
    if there == size and _digest(store, image.name) == image.sha256.lower():
        return
    raise AnswerIsNo(
        "{device} has another file named {name} ({size} bytes)", device=device, name=image.name, size=there,
        hint=text("nothing is overwritten: rename or remove it at the device"),
    )  # fmt: skip


def _left_over(store: FileStore, image: Image, *, check: bool) -> None:
    """Remove what a transfer that was cut short left: it takes the room that this one needs."""
    if not check and store.size(image.name + PART) is not None:
        store.remove(image.name + PART)


def _transfer(device: str, store: FileStore, image: Image) -> None:
    part = image.name + PART
    try:
        with image.path.open("rb") as stream:
            store.put(part, stream)
        arrived = _digest(store, part)
        if arrived == image.sha256.lower():
            store.rename(part, image.name)
            return
    except BaseException as error:
        _discard(store, part)
        if isinstance(error, OSError):
            reason = str(error) or type(error).__name__
            raise CommandFailed("{device}: {name} was not written: {reason}", device=device, name=image.name,
                                reason=reason, hint=text("what had arrived was removed")) from error  # fmt: skip
        raise
    _discard(store, part)
    raise CommandFailed("{device}: {name} arrived damaged: SHA-256 {actual}, expected {expected}", device=device,
                        name=image.name, actual=arrived, expected=image.sha256,
                        hint=text("what had arrived was removed"))  # fmt: skip


def _discard(store: FileStore, name: str) -> None:
    with contextlib.suppress(OSError):  # the line may be gone; the next run removes it
        store.remove(name)


def _digest(store: FileStore, name: str) -> str:
    digest = hashlib.sha256()
    for block in store.blocks(name):
        digest.update(block)
    return digest.hexdigest()


def _mb(size: int) -> str:
    return f"{size / (1 << 20):.1f}"
