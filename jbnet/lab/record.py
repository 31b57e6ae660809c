"""lab.json in the state directory: what other commands know of a lab that is up (schema ``jbnet/lab/1``)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jbnet.lab import process
from jbnet.lab.lines import Line

SCHEMA = "jbnet/lab/1"


@dataclass(frozen=True, slots=True)
class Chassis:
    """The process that holds a device's network namespace; ``started`` tells it from a successor of its id."""

    pid: int
    started: int

    @property
    def netns(self) -> str:
        """Return the path of the network namespace."""
        return f"/proc/{self.pid}/ns/net"

    @property
    def alive(self) -> bool:
        """Say whether the namespace is there."""
        return process.is_alive(self.pid, self.started)


@dataclass(frozen=True, slots=True)
class Record:
    """A lab that is up. ``carriers`` is the process in the carriers' namespace.

    ``deployed``: its devices booted with the configuration that was rendered for them.
    """

    scale: str
    runtime: Path
    noc: str | None
    carriers: Chassis
    devices: Mapping[str, Chassis]
    lines: tuple[Line, ...]
    deployed: bool = False

    def write(self, path: Path) -> None:
        """Write lab.json whole (0600)."""
        temporary = path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(self.as_json(), stream, indent=1)
        temporary.replace(path)

    def as_json(self) -> dict[str, object]:
        """Return the content of lab.json."""
        return {
            "schema": SCHEMA,
            "scale": self.scale,
            "deployed": self.deployed,
            "runtime": str(self.runtime),
            "noc": self.noc,
            "carriers": _as_json(self.carriers),
            "devices": {name: _as_json(chassis) for name, chassis in self.devices.items()},
            "circuits": [line.as_json() for line in self.lines],
        }


def read(path: Path) -> Record | None:
    """Return what lab.json says, or None where there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        return None
    return Record(
        scale=content["scale"],
        runtime=Path(content["runtime"]),
        noc=content["noc"],
        carriers=_chassis(content["carriers"]),
        devices={name: _chassis(entry) for name, entry in content["devices"].items()},
        lines=tuple(_line(entry) for entry in content["circuits"]),
        deployed=content.get("deployed", False),
    )


def standing(path: Path) -> Record | None:
    """Return the record of a lab that is up: written, and its carriers' process alive."""
    found = read(path)
    return found if found is not None and found.carriers.alive else None


def _as_json(chassis: Chassis) -> dict[str, object]:
    return {"pid": chassis.pid, "started": chassis.started, "netns": chassis.netns}


def _chassis(entry: Mapping[str, int]) -> Chassis:
    return Chassis(entry["pid"], entry["started"])


def _line(entry: Mapping[str, object]) -> Line:
    content = dict(entry)
    a, z = content["a"], content["z"]
    assert isinstance(a, list)  # noqa: S101  our own schema
    assert isinstance(z, list)  # noqa: S101  our own schema
    latency = content["latency_ms"]
    assert isinstance(latency, int | float)  # noqa: S101  our own schema
    return Line(str(content["name"]), (a[0], a[1]), (z[0], z[1]), float(latency), str(content["port"]))
