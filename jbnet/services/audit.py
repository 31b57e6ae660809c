"""Looking at what devices run, for an audit: from the devices themselves, from their last backups, or as rendered.

Nothing is changed on a device. A device that cannot be asked is seen as such, and stops nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jbnet.config.audit import host_files
from jbnet.config.audit.lines import NumberedText
from jbnet.config.audit.observed import Observed, Origin
from jbnet.config.managing import ACCOUNT
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.model.errors import CommandFailed, JbnetError, TargetError
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.facts import RUNNING, facts
from jbnet.ports import Clock, ConfigHistory, DeviceSessions, Progress, RemoteHosts, Reporter
from jbnet.services.asking import ASK_S, WORKERS, unknown
from jbnet.services.pool import Held, each

FILES_S = 20.0
_FILE = {Origin.DEVICE: RUNNING, Origin.BACKUP: "backup", Origin.RENDERED: "rendered"}
"""What evidence calls the text it stands in: nobody shall look for a line on a device where nothing runs."""


@dataclass(frozen=True)
class Eyes:
    """What an audit sees with. ``hosts`` None: files of hosts are not looked at."""

    sessions: DeviceSessions
    hosts: RemoteHosts | None
    history: ConfigHistory
    clock: Clock
    reporter: Reporter
    workers: int = WORKERS
    ask_s: float = ASK_S


def observe(network: Network, devices: Sequence[Device], origin: Origin, eyes: Eyes) -> Mapping[str, Observed]:
    """Return what is seen of each device, at once, in the order of the devices."""
    return _Looking(network, {device.name: device for device in devices}, origin, eyes).go()


class _Looking:
    def __init__(self, network: Network, devices: Mapping[str, Device], origin: Origin, eyes: Eyes):
        self.network, self.devices, self.origin, self.eyes = network, devices, origin, eyes
        self.now = eyes.clock.now()
        self.look = {Origin.DEVICE: self._ask, Origin.BACKUP: self._recall, Origin.RENDERED: self._render}[origin]

    def go(self) -> dict[str, Observed]:
        found = each(list(self.devices), self._one, workers=self.eyes.workers, deadline_s=self.eyes.ask_s)
        return {
            name: seen if isinstance(seen, Observed) else self._nothing(name, unknown(seen))
            for name, seen in found.items()
        }

    def _one(self, name: str, held: Held) -> Observed:
        seen = self.look(self.devices[name], held)
        self.eyes.reporter.report(Progress("audit.seen", name))
        return seen

    def _nothing(self, name: str, why: Text) -> Observed:
        return Observed(name, self.devices[name].platform, self.origin, unasked=why, now=self.now)

    def _ask(self, device: Device, held: Held) -> Observed:
        with held.session(self.eyes.sessions.session(device)) as session:
            session.open()
            texts = session.get_config()
        running = _whole(device, texts["running"])
        startup = texts.get("startup")
        saved = tree(device.platform, running) == tree(device.platform, startup) if startup else None
        seen = self._seen(device, running, self.now)
        return replace(self._with_host(device, seen), saved=saved)

    def _with_host(self, device: Device, seen: Observed) -> Observed:
        """Add the files of the host below a router's daemons, where the platform has any."""
        files = facts(device.platform).files
        if not files or self.eyes.hosts is None:
            return seen
        try:
            done = self.eyes.hosts.host(device.name, ACCOUNT).run(host_files.argv(files), timeout=FILES_S)
        except JbnetError as error:
            return replace(seen, missing=dict.fromkeys(files, error.text))
        texts, missing = host_files.read(device.name, device.platform, files, done.stdout, done.stderr)
        return replace(seen, texts={**seen.texts, **texts}, missing=missing)

    def _recall(self, device: Device, held: Held) -> Observed:
        del held
        version, said = next(self.eyes.history.texts(device.name), (None, ""))
        if version is None:
            hint = text("there is no backup of {device}; make one: jbnet backup", device=device.name)
            return self._nothing(device.name, hint)
        return self._seen(device, said, version.time)

    def _render(self, device: Device, held: Held) -> Observed:
        del held
        return self._seen(device, render(self.network, device), self.now)

    def _seen(self, device: Device, running: str, time: datetime) -> Observed:
        known, last = self._last_backup(device)
        why = text("files of the host are looked at on the device alone")
        return Observed(
            device.name, device.platform, self.origin,
            {RUNNING: NumberedText(f"{device.name}/{_FILE[self.origin]}", running, device.platform)},
            dict.fromkeys(facts(device.platform).files, why), time=time, now=self.now, backed_up=last,
            backups_known=known,
        )  # fmt: skip

    def _last_backup(self, device: Device) -> tuple[bool, datetime | None]:
        """Say whether the history can be read, and when the device was last in it."""
        if self.origin is Origin.RENDERED:
            return False, None
        try:
            version = next(self.eyes.history.texts(device.name), None)
        except TargetError:
            return False, None
        return True, version[0].time if version else None


def _whole(device: Device, running: str) -> str:
    """A device that answers with nothing was not read."""
    if not tree(device.platform, running).paths:
        hint = text("log in and look at it by hand")
        raise CommandFailed("{device}: its configuration came back empty", device=device.name, hint=hint)
    return running
