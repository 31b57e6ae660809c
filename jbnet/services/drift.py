"""Looking for drift: asking many devices what runs and what is saved, and dating what is not as declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jbnet.change.drift import Drift, author, came_about
from jbnet.config.again import for_its_tools, marked
from jbnet.config.ownership import aimed, chosen, compared
from jbnet.config.reading import bare_patch, tree
from jbnet.config.tree import Patch
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Device, Network
from jbnet.model.ownership import WHOLE, Hold
from jbnet.model.text import Text
from jbnet.platforms.masking import masked
from jbnet.ports import Clock, ConfigHistory, DeviceSession, DeviceSessions, Differ, Journal, Progress, Reporter
from jbnet.services.asking import ASK_S, WORKERS, check_agrees, told, unknown
from jbnet.services.deploy.aim import Declared
from jbnet.services.deploy.secrets import SecretBook
from jbnet.services.pool import Held, each


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: who drifted, who is right, and of whom nothing is known, with the reason.

    ``observed`` are differences by device where it is only observed (topology/ownership.yaml): no plan mends them.
    """

    drifts: tuple[Drift, ...]
    right: tuple[str, ...]
    unasked: Mapping[str, Text]
    observed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
    observed: tuple[str, ...] = ()


def find_drift(
    network: Network,
    devices: Sequence[Device],
    sessions: DeviceSessions,
    records: Records,
    reporter: Reporter,
    *,
    book: SecretBook | None = None,
    workers: int = WORKERS,
    ask_s: float = ASK_S,
) -> Found:
    """Ask the devices at once and return what differs from the declaration, since when and through whom.

    ``book`` knows their secrets; without it secrets are taken to be the right ones.
    """
    known, aim = {device.name: device for device in devices}, Declared(network, book=book)

    def work(name: str, held: Held) -> _Seen:
        device = known[name]
        differ = sessions.differ(device)
        with held.session(sessions.session(device)) as session:
            session.open()
            seen = _look(session, aim, device, differ)
        reporter.report(Progress("drift.asked", name))
        return seen

    results = each(list(known), work, workers=workers, deadline_s=ask_s)
    seen = {name: result for name, result in results.items() if isinstance(result, _Seen)}
    return Found(
        drifts=tuple(_dated(s, records) for s in seen.values() if s.drift.diff or s.drift.unsaved),
        right=tuple(name for name, s in seen.items() if not (s.drift.diff or s.drift.unsaved)),
        unasked={name: unknown(result) for name, result in results.items() if isinstance(result, Exception)},
        observed={name: s.observed for name, s in seen.items() if s.observed},
    )


def _look(session: DeviceSession, aim: Declared, device: Device, differ: Differ) -> _Seen:
    """Compare what runs with what is declared and with what is saved; what is kept of it has its secrets masked.

    What is only observed is compared apart: a plan would do nothing about it. What is foreign is not compared.
    """
    if session.has_pending_commit():
        raise CommandFailed("{device}: a change that nobody confirmed runs there; plan again later", device=device.name)
    network, declared, texts = aim.network, aim.config(device), session.get_config()
    running, startup = (masked(device.platform, texts[name]) for name in ("running", "startup"))
    intended = aimed(network, device, texts["running"], declared)
    others = aim.secrets(device, intended, texts["running"]).changed
    intended = marked(intended, others)
    shown: tuple[str, ...] = ()
    if difference := differ.compare(texts["running"], intended):
        session.load_replace_candidate(config=for_its_tools(device.platform, intended, texts["running"]))
        shown = tuple(session.compare_config().splitlines())
        session.discard_config()
        check_agrees(device.name, told(device.platform, difference), shown)
    unsaved = differ.compare(running, startup).patch.lines()
    patch = bare_patch(device.platform, differ.compare(running, aimed(network, device, running, declared)).patch)
    return _Seen(
        device.platform,
        Drift(device.name, shown, unsaved, others),
        patch,
        observed(network, device, running, declared, differ),
    )


def observed(network: Network, device: Device, running: str, declared: str, differ: Differ) -> tuple[str, ...]:
    """Return how a device differs from the declaration where it is only observed."""
    ownership = network.ownership.get(device.name, WHOLE)
    if ownership.is_whole:
        return ()
    patch = differ.compare(running, compared(device.platform, running, declared, ownership)).patch
    return chosen(device.platform, patch, ownership, Hold.OBSERVED).lines()


def _dated(seen: _Seen, records: Records) -> Drift:
    """Say since when it is so, and through whom; of secrets backups hold nothing that would tell it."""
    drift = seen.drift
    if not drift.diff or not (seen.patch.added or seen.patch.removed):
        return drift
    ran = ((version.time, tree(seen.platform, said)) for version, said in records.history.texts(drift.device))
    since = came_about(seen.patch, records.clock.now(), ran)
    return replace(drift, since=since, author=author(drift.device, since, records.journal.entries()))
