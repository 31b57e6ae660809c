"""What devices send unasked, filed: whose it is, whether to look there at once, what is kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from jbnet.monitor.senders import Senders
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.monitor.syslog import SyslogMessage
from jbnet.monitor.syslog_meaning import is_news
from jbnet.ports import Heard
from jbnet.snmp.faults import Counters

MESSAGE = "message"
"""The event by which a syslog message is kept; ``jbnet.monitor.state.Event``."""
MOST_A_ROUND = 500
"""Messages of all devices that one round keeps; more are counted."""
A_SECOND, AT_ONCE = 1.0, 120.0
"""Messages a second of one device that are kept in the long run, and at once."""
_UNKNOWN = 1000


class Filing:
    """Knows the devices by address and by name.

    ``counters``: ``messageUnknownSender``, ``trapUnknownSender``, ``messageNotKept``.
    """

    def __init__(self, by_address: Mapping[str, str], devices: Sequence[str]):
        self.counters: Counters = Counters()
        self.unknown: Counter[str] = Counter()
        """What came from addresses that are no device's, the first thousand of them."""
        self._by_address = by_address
        self._by_name = {name.lower(): name for name in devices}
        self._senders = Senders(A_SECOND, AT_ONCE)
        self._kept: list[tuple[str, SyslogMessage]] = []
        self._left_out: Counter[str] = Counter()

    def file(self, heard: Heard) -> str | None:
        """File one trap or message; return the device that is to be looked at for it."""
        device = self.device_of(heard)
        if device is None:
            kind = "message" if isinstance(heard, SyslogMessage) else "trap"
            self.counters[f"{kind}UnknownSender"] += 1
            if heard.source in self.unknown or len(self.unknown) < _UNKNOWN:
                self.unknown[heard.source] += 1
            return None
        if not isinstance(heard, SyslogMessage):
            return device
        self._keep(device, heard)
        return device if is_news(heard) else None

    def device_of(self, heard: Heard) -> str | None:
        """Return whose it is: by the address that sent it, else by the one or the name that it gives itself.

        An agent behind translation of addresses or a relay sends from an address that is nobody's.
        """
        found = self._by_address.get(heard.source.removeprefix("::ffff:"))
        if found is not None:
            return found
        if not isinstance(heard, SyslogMessage):
            return self._by_address.get(heard.agent)
        whole = self._by_address.get(heard.host) or self._by_name.get(heard.host.lower())
        return whole or self._by_name.get(heard.host.lower().partition(".")[0])

    def take(self, time: datetime, now: float, last: datetime | None) -> list[Event]:
        """Return what is to be kept with a round that ended at ``time``, which is ``now`` on the monotonic clock.

        ``last`` is the time of the round before: no record goes back behind it.
        """
        events = [Event(_moment(message, time, now, last), MESSAGE, _subject(device), _data(message))
                  for device, message in self._kept]  # fmt: skip
        events += [
            Event(time, MESSAGE, _subject(d), {"left_out": count}) for d, count in sorted(self._left_out.items())
        ]
        self._kept, self._left_out = [], Counter()
        return events

    def _keep(self, device: str, message: SyslogMessage) -> None:
        if len(self._kept) < MOST_A_ROUND and self._senders.may(device, message.received_at):
            self._kept.append((device, message))
        else:
            self.counters["messageNotKept"] += 1
            self._left_out[device] += 1


def _subject(device: str) -> Subject:
    return Subject(SubjectKind.DEVICE, device)


def _moment(message: SyslogMessage, time: datetime, now: float, last: datetime | None) -> datetime:
    """Return when a message came, by the clock of the rounds."""
    came = min(time, time - timedelta(seconds=now - message.received_at))
    return max(came, last) if last is not None else came


def _data(message: SyslogMessage) -> Mapping[str, object]:
    found = {
        "severity": message.severity,
        "facility": message.facility,
        "tag": message.tag,
        "text": message.text,
        "stamped": message.stamped,
        "host": message.host,
        "source": message.source,
    }
    return {key: value for key, value in found.items() if value != ""}
