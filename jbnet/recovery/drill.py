"""A drill in a bubble: what it may cost, what has to hold before it begins, and what it showed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from jbnet.model.text import Text, text
from jbnet.recovery.observed import ServerLook

MIB: Final = 1 << 20
STREAM_S: Final = 15.0
"""A standby that heard nothing of its leader for longer does not follow."""
GROWTH: Final = 1.1
EXTRA: Final = 512 * MIB
"""What a copy takes beyond its databases: log written meanwhile, and what recovery writes."""


@dataclass(frozen=True, slots=True)
class DrillLimits:
    """What a drill may take of the host (``drills:`` in dr/plan.yaml).

    ``rate_mb_s``: MiB a second at which the standby is copied; ``checkpoint``: ``spread`` lets the standby write at its
    own pace first (minutes), ``fast`` at once; ``memory_mb``: the copy's shared buffers; ``in_memory_mb``: a copy of so
    many MiB or less lies in memory, and nothing of it is written to the disk that production's commits wait for;
    ``free_percent`` of where it lies, memory or volume, stays free all the time; ``lag_mb``: a standby further behind
    is not drilled on. ``smoke``: by database and name, SQL whose answer must be ``t``.
    """

    rate_mb_s: int = 16
    checkpoint: str = "spread"
    memory_mb: int = 32
    in_memory_mb: int = 2048
    free_percent: float = 20.0
    lag_mb: int = 64
    smoke: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """What there is of a drill of a database on a host: the processes that work in its folder, the network namespaces
    they are in, mounts, sessions and slots at the standby. ``keeper`` is the process that carries the drill out, if it
    lives. None is unknown.
    """

    folder: str = ""
    drill: str = ""
    keeper: int | None = None
    processes: tuple[int, ...] = ()
    namespaces: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    sessions: int | None = 0
    slots: int | None = 0

    @property
    def nothing(self) -> bool:
        """There is nothing, and everything was seen."""
        return self == Left()

    def said(self) -> str:
        """Return what there is, by name."""
        seen = {name: getattr(self, name) for name in self.__dataclass_fields__}
        usual = Left()
        return ", ".join(f"{name} {value}" for name, value in seen.items() if value != getattr(usual, name)) or "-"


@dataclass(frozen=True, slots=True)
class HostLook:
    """What a drill finds on the host before it begins. Bytes: ``free`` and ``volume`` of the file system, ``memory``
    that is available (of ``memory_total``), ``size`` of the databases (None: the server did not say). ``copies``: the
    account may copy its own server; ``encloses``: why the kernel gives it no namespaces (empty: it does).
    """

    free: int
    volume: int
    size: int | None
    tablespaces: int = 0
    copies: bool = True
    encloses: str = ""
    left: Left = field(default_factory=Left)
    memory: int = 0
    memory_total: int = 0

    @property
    def needed(self) -> int | None:
        """Bytes that the copy will take."""
        return None if self.size is None else int(self.size * GROWTH) + EXTRA


def in_memory(look: HostLook, limits: DrillLimits) -> int:
    """Return the bytes of memory that the copy may take; 0: it is too large for memory, and goes to the volume."""
    needed = look.needed
    if needed is None or needed > limits.in_memory_mb * MIB:
        return 0
    return needed if look.memory - needed >= _stays(look.memory_total, limits) else 0


def reserve(look: HostLook, limits: DrillLimits) -> int:
    """Return the bytes that stay free where the copy lies, in memory or on the volume."""
    return _stays(look.memory_total if in_memory(look, limits) else look.volume, limits)


def _stays(whole: int, limits: DrillLimits) -> int:
    return int(whole * limits.free_percent / 100)


def longest_s(look: HostLook, limits: DrillLimits) -> int:
    """Return the seconds after which the host ends a drill by itself: thrice what its copy takes, and an hour."""
    return 3600 + 3 * (look.needed or 0) // (limits.rate_mb_s * MIB)


def objections(
    look: HostLook, leader: ServerLook | None, follower: ServerLook | None, limits: DrillLimits
) -> Iterator[tuple[Text, Text]]:
    """Yield why there must be no drill now, and what to do. ``leader`` None: it was not seen; ``follower`` None: the
    host leads itself, and a backup is drilled there.
    """
    if follower is not None:
        yield from _of_servers(leader, follower, limits)
    yield from _of_host(look, limits)


def _of_servers(leader: ServerLook | None, follower: ServerLook, limits: DrillLimits) -> Iterator[tuple[Text, Text]]:
    see = text("jbnet dr check says what is wrong; a drill waits until all is well")
    if leader is None or not leader.leads:
        yield text("nobody is seen to lead"), see
    if not follower.answers or follower.in_recovery is not True:
        yield text("{host} does not follow", host=follower.host), see
        return
    if follower.receiver != "streaming" or (follower.receives_s or 0) > STREAM_S or follower.replay_state == "paused":
        yield text("{host} receives nothing, or its replay is paused", host=follower.host), see
    if leader is not None and leader.written is not None and follower.replayed is not None:
        behind = leader.written - follower.replayed
        if behind > limits.lag_mb * MIB:
            told = "{host} is {behind} MiB behind; expected at most {most} MiB"
            yield text(told, host=follower.host, behind=behind // MIB, most=limits.lag_mb), see


def _of_host(look: HostLook, limits: DrillLimits) -> Iterator[tuple[Text, Text]]:
    if look.left.keeper is not None:
        told = text("the drill {drill} is going on there (process {pid})", drill=look.left.drill or "-",
                    pid=look.left.keeper)  # fmt: skip
        yield told, text("wait for it, or end it with jbnet dr drill --clean-up")
    if look.encloses:
        told = text("the kernel gives the account postgres no namespaces: {said}", said=look.encloses)
        yield told, text("expected user.max_user_namespaces above 0 (sysctl), and no profile that forbids it")
    if not look.copies:
        told = text("the account postgres may not copy its own server")
        yield told, text("jbnet databases set-up writes the rule `local replication postgres peer`")
    if look.tablespaces:
        told = text("the cluster has {count} tablespaces of its own", count=look.tablespaces)
        yield told, text("a copy beside them is not possible; a drill takes clusters without")
    if look.needed is None:
        yield text("the size of the databases is not known"), text("see the server's log")
    elif not in_memory(look, limits) and look.free - look.needed < (stays := reserve(look, limits)):
        told = text("a copy takes {needed} MiB, of {free} MiB free {reserve} MiB stay so", needed=look.needed // MIB,
                    free=look.free // MIB, reserve=stays // MIB)  # fmt: skip
        yield told, text("make room, or let drills have less left (drills: free_percent in dr/plan.yaml)")


# --- what a drill showed ---------------------------------------------------------------------------------------------

CHECKS: Final = ("fetched", "enclosed", "wrote", "smoke", "amcheck", "checksums")
"""What the host says of these holds or does not."""
STAGES: Final = ("copied", "enclosed", "recovered", "leads", "wrote", "amcheck", "checksums", "ended")
"""Each must have been reached."""
OF_BACKUP: Final = ("restored", "fetched")
"""These, too, where a backup is drilled: it is restored, and the archived log behind it fetched."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill has shown so far: what the host said, by stage, and how the leader stood when the copy was whole."""

    stages: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    smoke: Sequence[Mapping[str, object]] = ()
    failed: Mapping[str, object] | None = None
    leader: ServerLook | None = None
    from_backup: bool = False

    def heard(self, line: Mapping[str, object]) -> Drilled:
        """Return it with what the host said now."""
        phase = str(line.get("phase", ""))
        said = {key: value for key, value in line.items() if key != "phase"}
        if phase == "smoke":
            return replace(self, smoke=(*self.smoke, said))
        if phase == "failed":
            return replace(self, failed=said)
        return self if phase in ("alive", "copying") else replace(self, stages={**self.stages, phase: said})

    @property
    def missing(self) -> tuple[str, ...]:
        """The stages that were not reached."""
        wanted = (*OF_BACKUP, *STAGES) if self.from_backup else STAGES
        return tuple(stage for stage in wanted if stage not in self.stages)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The checks that do not hold, with what was said."""
        found = [(name, self.stages[name]) for name in CHECKS if name in self.stages]
        found += [(f"smoke {one.get('name')}", one) for one in self.smoke]
        return tuple(f"{name}: {one.get('said', '-')}" for name, one in found if one.get("holds") is not True)

    @property
    def rto_s(self) -> float | None:
        """Seconds from starting the copy to its first write: recovery, promotion, write."""
        parts = [self.stages.get(stage, {}).get("seconds") for stage in ("recovered", "leads", "wrote")]
        known = [float(part) for part in parts if isinstance(part, int | float)]
        return round(sum(known), 3) if len(known) == len(parts) else None

    @property
    def behind_bytes(self) -> int | None:
        """Bytes of log that the leader had when the copy was whole, and the copy had not."""
        replayed = self.stages.get("recovered", {}).get("replayed")
        if self.leader is None or self.leader.written is None or not isinstance(replayed, int):
            return None
        return max(0, self.leader.written - replayed)

    @property
    def behind_s(self) -> float | None:
        """Seconds between the newest row there was then and the newest in the copy; None where nobody writes rows."""
        newest = self.stages.get("recovered", {}).get("newest_row")
        if self.leader is None or self.leader.newest_row is None or not isinstance(newest, int | float):
            return None
        return round(max(0.0, self.leader.newest_row - newest), 3)

    def evidence(self) -> dict[str, object]:
        """Return it in the types of JSON."""
        return {
            **{stage: dict(said) for stage, said in self.stages.items()},
            "smoke": [dict(one) for one in self.smoke],
            "failed": dict(self.failed) if self.failed else None,
            "rto_s": self.rto_s,
            "behind_bytes": self.behind_bytes,
            "behind_s": self.behind_s,
        }
