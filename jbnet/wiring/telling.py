"""Telling people of incidents, and what people do about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.secrets import secrets

if TYPE_CHECKING:
    from jbnet.model.findings import Finding
    from jbnet.model.network import Network
    from jbnet.model.text import Text
    from jbnet.monitor.actions import Desk, Picks
    from jbnet.monitor.notify_file import Channel, Notify
    from jbnet.ports import Secrets, StoreView, Windows
    from jbnet.ports.actions import ActionLog
    from jbnet.ports.telling import Notifier
    from jbnet.services.watch.tell import TellingThread
    from jbnet.services.watch.waiting import Waiting

ACTIONS = "actions.db"
STORE = "monitor.db"


def action_log(state_dir: Path) -> ActionLog:
    """Return where people's deeds are appended."""
    from jbnet.adapters.action_log import ActionFile

    return ActionFile(state_dir / ACTIONS)


def actions_mark(state_dir: Path) -> tuple[object, ...]:
    """Return what is another value after somebody's deed was appended; it asks for two files' dates alone."""
    return tuple(_date(state_dir / f"{ACTIONS}{end}") for end in ("", "-wal"))


def _date(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def windows(state_dir: Path) -> Windows:
    """Return the maintenance windows that changes register and the monitor reads."""
    from jbnet.adapters.maintenance_windows import WindowFile

    return WindowFile(state_dir / ACTIONS)


def findings_of_notify(files: Mapping[str, str], network: Network) -> tuple[Notify, tuple[Finding, ...]]:
    """Return what monitors/notify.yaml says, and what is wrong with it."""
    from jbnet.inventory.select import select
    from jbnet.model.errors import UsageError
    from jbnet.monitor.notify_file import FILE, Known, load_notify
    from jbnet.monitor.tongue import zone_of

    def judge(selector: str) -> str | None:
        try:
            select(network, selector)
        except UsageError as error:
            return str(error.text)
        return None

    return load_notify(files.get(FILE), Known(network.services, judge, zone_of(network)))


def picks(network: Network) -> Picks:
    """Return what says which devices a selector picks, and which circuits end at them; it remembers the answers."""
    from functools import cache

    from jbnet.inventory.select import select
    from jbnet.model.errors import UsageError

    @cache
    def found(selector: str) -> frozenset[str]:
        try:
            devices = frozenset(device.name for device in select(network, selector))
        except UsageError:  # declared once, and not any more
            return frozenset()
        ends = ((c.name, c.a.device, c.z.device) for c in network.circuits.values())
        return devices | {name for name, a, z in ends if a in devices or z in devices}

    return found


def desk_of(state_dir: Path, view: StoreView) -> Desk:
    """Return what people have noted: what the monitor took, and what it will take when it looks next."""
    from functools import reduce

    from jbnet.monitor.actions import take

    taken, desk = view.desk()
    return reduce(take, (action for _, action in action_log(state_dir).after(taken)), desk)


def waiting() -> Waiting:
    """Return what the monitor and who tells people share: what could not be written yet."""
    from jbnet.services.watch.waiting import Waiting

    return Waiting()


def teller(directory: Path, state_dir: Path, say: Callable[[Text], None], unwritten: Waiting) -> TellingThread:
    """Return what tells people while the monitor runs, inert until ``start``. ``unwritten``: shared with the monitor.

    Raises AnswerIsNo with the findings, Missing for a secret and UsageError for a
    URL that cannot be used: now, not in the night.
    """
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.store_telling import SqliteOutbox
    from jbnet.adapters.store_vital import write_vital
    from jbnet.adapters.workspace import read_files
    from jbnet.catalogue import load
    from jbnet.model.errors import AnswerIsNo
    from jbnet.monitor.tongue import Tongue
    from jbnet.services.watch.tell import Teller, TellingThread
    from jbnet.services.watch.telling_kept import KeptOutbox

    network, store = load_network(directory, state_dir), state_dir / STORE
    notify, findings = findings_of_notify(read_files(directory, ("monitors",)), network)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("monitors/ has errors: {count}", count=len(errors), findings=errors)
    known = secrets(directory, state_dir)
    notifiers = {name: _notifier(name, channel, known) for name, channel in notify.channels.items()}
    log, clock = action_log(state_dir), SystemClock()
    tongues = {lang: Tongue(lang, {} if lang == "en" else load(lang), network) for lang in {"en", *_langs(notify)}}

    def copy_vital() -> None:
        with suppress(OSError, sqlite3.Error):  # the monitor itself says so when it cannot write
            write_vital(store, store.with_suffix(".vital"))

    outbox, speak = KeptOutbox(SqliteOutbox(store), unwritten), tongues.__getitem__
    made = Teller(notify.telling, outbox, log, notifiers, clock, picks(network), speak, say, copy_vital)
    return TellingThread(made, say)


def notifier(directory: Path, state_dir: Path, name: str) -> Notifier:
    """Return what delivers on a channel of monitors/notify.yaml. Raises UsageError for one that is not declared."""
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import UsageError
    from jbnet.model.text import text
    from jbnet.monitor.notify_file import FILE

    notify, _ = findings_of_notify(read_files(directory, ("monitors",)), load_network(directory, state_dir))
    if name not in notify.channels:
        hint = text("there are: {names}", names=", ".join(notify.channels) or "-")
        raise UsageError("there is no channel {name} in {file}", name=name, file=FILE, hint=hint)
    return _notifier(name, notify.channels[name], secrets(directory, state_dir))


def _langs(notify: Notify) -> set[str]:
    return {contact.lang for contact in notify.telling.contacts.values()}


def _notifier(name: str, channel: Channel, known: Secrets) -> Notifier:
    """Return what delivers on a channel. Raises Missing (a secret) and UsageError (a URL that apprise cannot read)."""
    from jbnet.model.errors import UsageError
    from jbnet.model.text import text
    from jbnet.monitor.notify_file import FILE, AppriseChannel, CommandChannel

    if isinstance(channel, AppriseChannel):
        from jbnet.adapters.notify_apprise import AppriseNotifier

        made = AppriseNotifier(channel.url, {key: known.get(secret) for key, secret in channel.secrets.items()})
        if not made.is_understood():
            raise UsageError(
                "{channel}: apprise cannot read the URL that {file} and its secrets make",
                channel=name,
                file=FILE,
                hint=text("compare kind and parts with apprise's wiki; a token that is too short is refused too"),
            )
        return made
    if isinstance(channel, CommandChannel):
        from jbnet.adapters.notify_command import CommandNotifier

        return CommandNotifier(channel.argv, channel.timeout_s)
    from jbnet.adapters.notify_webhook import WebhookNotifier

    token = known.get(channel.token_secret) if channel.token_secret else None
    return WebhookNotifier(channel.url, channel.timeout_s, token)
