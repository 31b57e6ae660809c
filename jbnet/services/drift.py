"""Looking for drift: asking many devices what runs and what is saved, and dating what is not as declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jbnet.change.drift import Drift, author, came_about
from jbnet.config.reading import bare_patch, tree
from jbnet.config.render import render
from jbnet.config.tree import Patch
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.platforms.masking import masked
from jbnet.ports import Clock, ConfigHistory, DeviceSession, DeviceSessions, Differ, Journal, Progress, Reporter
from jbnet.services.deploy_plan import ASK_S, WORKERS, unknown
from jbnet.services.deploy_pool import Held, each


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: who drifted, who is right, and of whom nothing is known, with the reason."""

    drifts: tuple[Drift, ...]
    right: tuple[str, ...]
    unasked: Mapping[str, Text]


@dataclass(frozen=True)
class Records:
    """What is known of earlier times: what ran, and what we changed."""

    history: ConfigHistory
    journal: Journal
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Seen:
    platform: str
    drift: Drift
    patch: Patch


def find_drift(
    network: Network,
    devices: Sequence[Device],
    sessions: DeviceSessions,
    records: Records,
    reporter: Reporter,
    *,
    workers: int = WORKERS,
    ask_s: float = ASK_S,
) -> Found:
    """Ask the devices at once and return what differs from the declaration, since when and through whom."""
    known = {device.name: device for device in devices}

    def work(name: str, held: Held) -> _Seen:
        device = known[name]
        wanted, differ = render(network, device), sessions.differ(device)
        with held.session(sessions.session(device)) as session:
            session.open()
            seen = _look(session, device, wanted, differ)
        reporter.report(Progress("drift.asked", name))
        return seen

    results = each(list(known), work, workers=workers, deadline_s=ask_s)
    seen = {name: result for name, result in results.items() if isinstance(result, _Seen)}
    return Found(
        drifts=tuple(_dated(s, records) for s in seen.values() if s.drift.diff or s.drift.unsaved),
        right=tuple(name for name, s in seen.items() if not (s.drift.diff or s.drift.unsaved)),
        unasked={name: unknown(result) for name, result in results.items() if isinstance(result, Exception)},
    )


def _look(session: DeviceSession, device: Device, intended: str, differ: Differ) -> _Seen:
    """Compare what runs with what is declared and with what is saved; what is kept of it has its secrets masked."""
    if session.has_pending_commit():
        raise CommandFailed("{device}: a change that nobody confirmed runs there; plan again later", device=device.name)
    texts = session.get_config()
    running, startup = (masked(device.platform, texts[name]) for name in ("running", "startup"))
    shown: tuple[str, ...] = ()
    if differ.compare(texts["running"], intended):
        session.load_replace_candidate(config=intended)
        shown = tuple(session.compare_config().splitlines())
        session.discard_config()
    unsaved = differ.compare(startup, running).patch.lines()
    patch = bare_patch(device.platform, differ.compare(running, intended).patch)
    return _Seen(device.platform, Drift(device.name, shown, unsaved), patch)


def _dated(seen: _Seen, records: Records) -> Drift:
    drift = seen.drift
    if not drift.diff:
        return drift
    ran = ((version.time, tree(seen.platform, said)) for version, said in records.history.texts(drift.device))
    since = came_about(seen.patch, records.clock.now(), ran)
    return replace(drift, since=since, author=author(drift.device, since, records.journal.entries()))
