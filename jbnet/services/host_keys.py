"""Host keys: comparing what devices show with what is known, and making keys known that somebody vouches for.

Strict by default: nothing that a device shows is believed by itself, and a known key is replaced only by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device
from jbnet.model.text import Text
from jbnet.ports import HostKeyProbes, Journal, KnownHosts, Progress, Reporter
from jbnet.services.asking import WORKERS, unknown
from jbnet.services.pool import Held, each

ASK_S = 30.0


class Standing(StrEnum):
    """What a device's keys are, compared with the known ones."""

    SAME = "same"
    CHANGED = "changed"
    """Keys are known, and it shows none of them, or another of the same kind."""
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


class Fate(StrEnum):
    """What became of a device's keys when they were to be learned."""

    LEARNED = "learned"
    REPLACED = "replaced"
    KNOWN = "known"
    """They were known before."""
    CHANGED = "changed"
    """Others are known, and nobody said that they may be replaced."""
    UNEXPECTED = "unexpected"
    """None of them has an expected fingerprint."""
    DECLINED = "declined"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Look:
    """One device's keys: known and shown. ``reason``: why it could not be asked."""

    device: str
    standing: Standing
    known: tuple[HostKey, ...] = ()
    shown: tuple[HostKey, ...] = ()
    reason: Text | None = None


@dataclass(frozen=True)
class Office:
    """What host keys are handled with."""

    probes: HostKeyProbes
    known: KnownHosts
    journal: Journal
    reporter: Reporter
    owner: str


@dataclass(frozen=True)
class Trust:
    """Who vouches for keys: a list of fingerprints by device, else a person who is asked.

    ``replace`` names devices whose known keys may be replaced.
    """

    expected: Mapping[str, frozenset[str]] | None = None
    ask: Callable[[Look], bool] = field(default=lambda _: False)
    replace: frozenset[str] = frozenset()


def look(devices: Sequence[Device], office: Office, *, workers: int = WORKERS, ask_s: float = ASK_S) -> list[Look]:
    """Ask all devices at once for their keys and compare; one that hangs stops nobody. Raises Refused: unreadable."""
    named = {device.name: device for device in devices}
    known = {name: office.known.keys(name) for name in named}

    def work(name: str, held: Held) -> tuple[HostKey, ...]:
        with held.session(office.probes.probe(named[name])) as probe:
            shown = probe.keys()
        office.reporter.report(Progress("hostkeys.shown", name))
        return shown

    found = each(list(named), work, workers=workers, deadline_s=ask_s)
    return [_look(name, known[name], found[name]) for name in named]


def _look(name: str, known: tuple[HostKey, ...], shown: tuple[HostKey, ...] | Exception) -> Look:
    if isinstance(shown, Exception):
        return Look(name, Standing.UNREACHABLE, known, (), unknown(shown))
    return Look(name, compare(known, shown), known, shown)


def compare(known: Sequence[HostKey], shown: Sequence[HostKey]) -> Standing:
    """Return what shown keys are beside the known ones.

    One key in common is enough, unless another of the same kind is shown in the place of a known one.
    """
    if not known:
        return Standing.UNKNOWN
    kinds = {key.kind for key in known}
    others = [key for key in shown if key.kind in kinds and key not in known]
    return Standing.CHANGED if others or not set(known) & set(shown) else Standing.SAME


def check(devices: Sequence[Device], office: Office) -> list[Look]:
    """Compare, and write into the journal what was seen of every device."""
    looks = look(devices, office)
    for one in looks:
        office.journal.append("hostkeys.check", one.device, {"owner": office.owner, **_record(one)})
    return looks


def learn(looks: Sequence[Look], trust: Trust, office: Office) -> dict[str, Fate]:
    """Make keys known that somebody vouches for; return what became of each device's. All stands in the journal."""
    fates = {}
    for one in looks:
        keys, fate = _judged(one, trust)
        entry = {"owner": office.owner, "fate": fate.value, "by": _by(trust), **_record(one)}
        office.journal.append("hostkeys.learn", one.device, entry)
        if keys:
            office.known.keep(one.device, keys, replace=fate is Fate.REPLACED)
        fates[one.device] = fate
    return fates


def questions(looks: Sequence[Look], trust: Trust) -> list[Look]:
    """Return the devices about whose keys a person would be asked: those not known, and those to be replaced."""
    return [
        one
        for one in looks
        if one.standing is Standing.UNKNOWN or (one.standing is Standing.CHANGED and one.device in trust.replace)
    ]


def _judged(one: Look, trust: Trust) -> tuple[tuple[HostKey, ...], Fate]:
    """Return the keys to make known and what that is called; no keys: nothing is written."""
    if one.standing is Standing.UNREACHABLE:
        return (), Fate.UNREACHABLE
    if one.standing is Standing.SAME:
        return (), Fate.KNOWN
    if one.standing is Standing.CHANGED and one.device not in trust.replace:
        return (), Fate.CHANGED
    learned = Fate.REPLACED if one.standing is Standing.CHANGED else Fate.LEARNED
    if trust.expected is not None:
        keys = tuple(key for key in one.shown if key.fingerprint in trust.expected.get(one.device, ()))
        return (keys, learned) if keys else ((), Fate.UNEXPECTED)
    return (one.shown, learned) if trust.ask(one) else ((), Fate.DECLINED)


def _by(trust: Trust) -> str:
    return "fingerprints" if trust.expected is not None else "person"


def _record(one: Look) -> dict[str, object]:
    return {
        "standing": one.standing.value,
        "known": [key.fingerprint for key in one.known],
        "shown": [key.fingerprint for key in one.shown],
    }
