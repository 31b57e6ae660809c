"""A step's parameters as a person would type them: programs as a shell takes them, names with commas, no brackets."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

PROGRAMS = frozenset({"do", "probe", "verify"})
"""Parameters of ``command`` that are a program with its arguments."""


def is_program(key: str, value: object) -> bool:
    """Say whether a parameter is a program with its arguments."""
    return key in PROGRAMS and isinstance(value, Sequence) and not isinstance(value, str)


def as_typed(key: str, value: object) -> str:
    """Return a parameter's value: ``sudo systemctl start app``, ``insurance,card``, ``site=standby,port=5432``."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={as_typed('', entry)}" for name, entry in value.items())
    if isinstance(value, str) or not isinstance(value, Sequence):
        return str(value)
    words = [str(word) for word in value]
    return shlex.join(words) if is_program(key, value) else ",".join(words)
