"""Entering the network of a device for a while, in this process (setns(2)).

The C library has the call and Python has it from 3.12 on. Only the calling thread moves; the threads and processes
that it starts meanwhile are born where it is, and sockets stay in the network in which they were made.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000
OWN = "/proc/thread-self/ns/net"


def is_here(path: str) -> bool:
    """Say whether this thread is in the network namespace that ``path`` names; what cannot be read is another one."""
    try:
        return os.path.samestat(os.stat(path), os.stat(OWN))  # noqa: PTH116  links of proc(5), followed by the kernel
    except OSError:
        return False


@contextmanager
def network_of(path: str) -> Iterator[None]:
    """Be in the network namespace that ``path`` names, and afterwards where one was before. Raises OSError."""
    before = os.open(OWN, os.O_RDONLY | os.O_CLOEXEC)
    try:
        there = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there, path)
        finally:
            os.close(there)
        try:
            yield
        finally:
            _enter(before, OWN)
    finally:
        os.close(before)


def _enter(descriptor: int, path: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
