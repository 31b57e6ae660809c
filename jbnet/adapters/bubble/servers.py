"""Drills on database hosts over SSH, as the account of the servers: the programs are sent along each time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from importlib import resources
from typing import Any

from jbnet.adapters.bubble import backup as backup_program
from jbnet.adapters.bubble import host as host_program
from jbnet.adapters.bubble import inside as inside_program
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Network
from jbnet.ports import Conversations, RemoteHosts
from jbnet.ports.drill import DrillOrder
from jbnet.recovery.drill import HostLook, Left
from jbnet.recovery.drill_backup import Backup, BackupLook, Chosen
from jbnet.services.database_accounts import CLIENT
from jbnet.services.database_cluster import Layout, cluster

ACCOUNT = "postgres"
LOOK_S = 60.0
CLEAR_S = 120.0
SILENT_S = 60.0
"""The host says something every few seconds; silent for so long, the line is gone, or everybody else goes first."""


@cache
def source(name: str) -> str:
    """Return one of the programs, as text."""
    return resources.files("jbnet.adapters.bubble").joinpath(f"{name}.py").read_text(encoding="utf-8")


class SshBubbles:
    """Implements Bubbles."""

    def __init__(
        self, network: Network, hosts: RemoteHosts, conversations: Conversations, layout: Layout | None = None
    ):
        self._network, self._hosts, self._conversations = network, hosts, conversations
        self._layout = layout or Layout()

    def look(self, database: str, host: str) -> HostLook:
        """Look, in one command."""
        said: dict[str, Any] = dict(self._ask("look", database, host))
        return HostLook(**{**said, "left": left_of(said.get("left"))})

    def look_backups(self, database: str, host: str) -> BackupLook:
        """Look, in one command."""
        said: dict[str, Any] = dict(self._ask("look", database, host, program="backup"))
        try:
            backups = tuple(Backup(**one) for one in said.pop("backups"))
            return BackupLook(backups, **{**said, "repositories": tuple(said["repositories"])})
        except (KeyError, TypeError) as error:
            raise CommandFailed("what the host says of a drill cannot be read: {said}", said=repr(error)) from error

    def left(self, database: str, host: str) -> Left:
        """Look, in one command."""
        return left_of(self._ask("left", database, host))

    def clear(self, database: str, host: str, *, ends: bool) -> Left:
        """Let the host do it, by its own record."""
        return left_of(self._ask("clear", database, host, ends=ends))

    def run(self, order: DrillOrder) -> Generator[Mapping[str, object], None, None]:
        """Hold the conversation as long as somebody listens."""
        argv = self._argv("run", {**self._order(order), "inside": source("inside"), "restores": source("backup")})
        talk = self._conversations.converse(order.host, ACCOUNT, argv, timeout=LOOK_S)
        with contextlib.closing(talk):
            phase = ""
            while phase != "ended":
                line = _read(order.host, talk.hear(SILENT_S))
                phase = str(line.get("phase", ""))
                yield line
                if phase == "failed" and line.get("why") == "left":
                    return

    def commands(self, order: DrillOrder) -> Sequence[Sequence[str]]:
        """Return them with the programs' texts left out."""
        p = self._order(order)
        return (
            ("mkdir", "-m", "0700", str(p["folder"])),
            *_copying(p),
            host_program.enclose_command("...", "..."),
            inside_program.server_command(p),
            inside_program.psql_command(p, "postgres"),
            inside_program.amcheck_command(p),
            inside_program.checksums_command(p),
            ("rm", "-r", str(p["folder"])),
        )

    def _order(self, order: DrillOrder) -> dict[str, object]:
        limits = order.limits
        return {
            **self._where(order.database, order.host),
            "drill": order.drill,
            "by": order.by,
            "client": order.drill,
            "role": CLIENT,
            "rate_mb_s": limits.rate_mb_s,
            "checkpoint": limits.checkpoint,
            "memory_mb": limits.memory_mb,
            "smoke": dict(limits.smoke.get(order.database, {})),
            "in_memory": order.in_memory,
            "backup": _taken(order.backup),
            "networked": order.backup is not None and order.backup.look.networked,
            "repositories": list(order.backup.look.repositories) if order.backup else [],
            "reserve": order.reserve,
            "longest_s": order.longest_s,
            "ways_out": [list(way) for way in order.ways_out],
            "surprise": order.surprise,
        }

    def _where(self, database: str, host: str) -> dict[str, object]:
        here = cluster(self._network, database, host)
        layout = self._layout
        return {
            "programs": layout.programs,
            "root": layout.root,
            "data": layout.data(database),
            "folder": layout.drill(database),
            "database": database,
            "port": here.database.port,
        }

    @staticmethod
    def _argv(verb: str, parameters: Mapping[str, object], program: str = "host") -> tuple[str, ...]:
        return ("python3", "-I", "-c", source(program), verb, json.dumps(parameters))

    def _ask(self, verb: str, database: str, host: str, program: str = "host", **more: object) -> Mapping[str, object]:
        argv = self._argv(verb, {**self._where(database, host), **more}, program)
        done = self._hosts.host(host, ACCOUNT).run(argv, timeout=CLEAR_S if verb == "clear" else LOOK_S)
        if done.code != 0:
            raise CommandFailed(
                "{host}: the drill of {database} cannot be looked at: {error}",
                host=host,
                database=database,
                error=done.stderr.strip()[-300:] or f"exit code {done.code}",
            )
        return _read(host, done.stdout)


def _taken(backup: Chosen | None) -> dict[str, object] | None:
    if backup is None:
        return None
    one, at = backup.backup, backup.at
    return {"label": one.label, "first": one.first, "last": one.last, "archived": backup.look.archived,
            "at": at.isoformat() if at else ""}  # fmt: skip


def _copying(p: Mapping[str, object]) -> tuple[Sequence[str], ...]:
    """Return what makes the copy, for people to read."""
    if not p["backup"]:
        return (host_program.copy_command(p),)
    wall = host_program.restore_command({**p, "restores": "..."})[:-1]
    return ((*wall, "..."), backup_program.restore_command(p), backup_program.fetch_command(p, "..."))


def left_of(said: object) -> Left:
    """Read what the host says there is of a drill. Raises CommandFailed."""
    if not isinstance(said, Mapping) or set(said) != {one.name for one in fields(Left)}:
        raise CommandFailed("what the host says of a drill cannot be read: {said}", said=str(said)[:200])
    found: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    return Left(**found)


def _read(host: str, line: str) -> Mapping[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandFailed("{host}: what the host says of a drill cannot be read: {said}", host=host, said=line[:200])
    return found
