"""Fetching what runs on many devices, for the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jbnet.config.reading import tree
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.ports import ConfigHistory, DeviceSessions, Fetch, Progress, Reporter, Version
from jbnet.services.asking import ASK_S, WORKERS, unknown
from jbnet.services.pool import Held, each


@dataclass(frozen=True, slots=True)
class Backup:
    """What a fetch gave. ``unsaved`` names devices that would come up with something else after a restart."""

    version: Version | None
    fetched: tuple[str, ...]
    unsaved: tuple[str, ...]
    unasked: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class _Answer:
    config: str
    saved: bool


def back_up(
    devices: Sequence[Device],
    sessions: DeviceSessions,
    history: ConfigHistory,
    reporter: Reporter,
    *,
    keeper: str,
    everybody: bool,
    workers: int = WORKERS,
    ask_s: float = ASK_S,
) -> Backup:
    """Fetch from all devices at once and keep what came as one version; no version where nobody answered.

    ``everybody``: the devices are all that are managed. Raises TargetError where the history cannot be written.
    """
    known = {device.name: device for device in devices}

    def work(name: str, held: Held) -> _Answer:
        with held.session(sessions.session(known[name])) as session:
            session.open()
            texts = session.get_config(sanitized=True)
        reporter.report(Progress("backup.fetched", name))
        return _judged(known[name], texts)

    results = each(list(known), work, workers=workers, deadline_s=ask_s)
    answers = {name: result for name, result in results.items() if isinstance(result, _Answer)}
    unasked = {name: unknown(result) for name, result in results.items() if isinstance(result, Exception)}
    configs = {name: answer.config for name, answer in answers.items()}
    version = history.keep(Fetch(configs, keeper, everybody, tuple(unasked))) if configs else None
    return Backup(version, tuple(configs), tuple(n for n, answer in answers.items() if not answer.saved), unasked)


def _judged(device: Device, texts: Mapping[str, str]) -> _Answer:
    """Return what came. A device that answers with nothing was not read: its history must not show an empty device."""
    running, startup = (tree(device.platform, texts[name]) for name in ("running", "startup"))
    if not running.paths:
        raise CommandFailed(
            "{device}: its configuration came back empty",
            device=device.name,
            hint=text("log in and look at it by hand"),
        )
    return _Answer(texts["running"].rstrip("\n") + "\n", running == startup)
