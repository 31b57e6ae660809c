"""Where a lab's runtime directory really lies: in memory.

/run is a tmpfs on most systems. Where it is a disk (many containers and small virtual machines), the directory is
a link into /dev/shm: the 60,000 small files of a province are written and deleted in seconds there; a disk that
discards freed blocks took 18 s for a quarter of them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  a tmpfs is what is wanted
MOUNTS = Path("/proc/self/mounts")


def create(runtime: Path) -> None:
    """Make the (absent) runtime directory, below its parent or as a link into shared memory."""
    with _no_lab_comes_or_goes(runtime):
        runtime.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        runtime.parent.chmod(0o755)
        if _in_memory(runtime.parent) or not _in_memory(SHARED_MEMORY):
            runtime.mkdir(mode=0o755)
        else:
            real = _shared(runtime)
            real.mkdir(mode=0o755, parents=True)
            real.parent.chmod(0o755)
            runtime.symlink_to(real)
        runtime.chmod(0o755)


def remove(runtime: Path) -> None:
    """Delete the runtime directory wherever it lies, and its parents with the last of the labs."""
    real = _shared(runtime)
    if runtime.is_symlink():
        runtime.unlink()
    for directory in (runtime, real):
        shutil.rmtree(directory, ignore_errors=True)
    with _no_lab_comes_or_goes(runtime):
        for parent in (runtime.parent, real.parent):
            with contextlib.suppress(OSError):  # another lab is up, or there was none here
                parent.rmdir()


@contextlib.contextmanager
def _no_lab_comes_or_goes(runtime: Path) -> Iterator[None]:
    """Hold the one lock of a machine's labs: the last lab to go must not take the directory a new one has just found.

    The lock is on the directory above (/run), which always exists, so that none of it is left behind.
    """
    held = os.open(runtime.parent.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def left(runtime: Path) -> list[Path]:
    """Return what exists of a runtime directory, a link that leads nowhere included."""
    return [path for path in (runtime, _shared(runtime)) if path.is_symlink() or path.exists()]


def _shared(runtime: Path) -> Path:
    return SHARED_MEMORY / runtime.parent.name / runtime.name


def _in_memory(directory: Path) -> bool:
    """Say whether the file system under a directory is a tmpfs (the longest mount point above it decides)."""
    found = (line.split()[1:3] for line in MOUNTS.read_text(encoding="utf-8").splitlines())
    above = {point: kind for point, kind in found if directory.is_relative_to(point)}
    return bool(above) and above[max(above, key=len)] == "tmpfs"
