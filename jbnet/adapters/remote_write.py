"""Writes points to Prometheus, VictoriaMetrics or whatever takes remote write 1.0, beside the rounds."""

from __future__ import annotations

import http.client
import math
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cramjam import snappy

from jbnet.adapters.bearer import bearer
from jbnet.adapters.send_spool import SendSpool
from jbnet.model.errors import Missing
from jbnet.model.refusals import reason_of
from jbnet.model.secrets import Secret
from jbnet.model.text import Text, text
from jbnet.monitor.points import Point
from jbnet.monitor.remote_write import requests
from jbnet.monitor.send_buffer import Parcel, SendBuffer
from jbnet.ports import Clock
from jbnet.snmp.faults import Counters

Batches = Callable[[], Iterable[tuple[int, Iterable[Point]]]]
"""Gives what is to be written now: points by their time in milliseconds since 1970 UTC."""
_TAKEN, _REFUSED, _LATER = range(3)
_SLOW_DOWN = 429


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to, how often (seconds), and what every series is labelled with. ``token`` is a bearer token (RFC 6750).

    ``folder`` is where requests wait (None: in memory, and with the process they are gone), no longer than
    ``buffer_ms``: milliseconds by the samples' own times.
    """

    url: str
    every_s: float = 15.0
    timeout_s: float = 10.0
    buffer_bytes: int = 64 << 20
    buffer_ms: int = 48 * 3_600_000
    token: Secret | None = None
    ca_file: Path | None = None
    labels: dict[str, str] = field(default_factory=lambda: {"job": "jbnet"})
    folder: Path | None = None


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return what judges certificates by a file of authorities (None: the system's). Raises Missing with its path."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # an SSLError is one: a file that has no certificate
        raise Missing(
            "{file}: no authority can be read from it: {reason}",
            hint=text("ca_file in monitors/ names a file of certificates in PEM form, seen from the workspace"),
            file=ca_file,
            reason=reason_of(error),
        ) from error


class RemoteWriter:
    """Collects and writes from ``start`` to ``close``, in a thread of its own.

    While the other side does not answer, what is collected waits in files, bounded in bytes and age; what falls out is
    counted and said. ``counters``: ``written``, ``dropped``, ``refused`` (samples), ``failedTry``. What waits outlives
    the process; killed between an answer and its note, it sends one request once more, with the same times.
    Raises Missing for a token that no header can hold and for a ``ca_file`` that cannot be read.
    """

    def __init__(self, to: Destination, batches: Batches, clock: Clock, say: Callable[[Text], None]):
        self.counters: Counters = Counters()
        self._to, self._batches, self._clock, self._say = to, batches, clock, say
        self._buffer, self._spool = SendBuffer(to.buffer_bytes, to.buffer_ms), SendSpool(to.folder)
        self._context = trusting(to.ca_file) if to.url.startswith("https:") else None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if to.token is not None:
            bearer(to.token)  # what cannot be sent is said now, not in the thread
        self._trouble = self._dropping = False
        self._quiet_until = 0.0

    def start(self) -> None:
        """Begin, with what waited when the last one ended."""
        for parcel in self._spool.load(round(self._clock.now().timestamp() * 1000)):
            self._wait(parcel)
        self._quiet_until = self._clock.monotonic()
        self._thread = threading.Thread(target=self._run, name="remote write", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Try once more to write what waits, for as long as one try may take, and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def waiting(self) -> int:
        """Return how many requests wait."""
        return len(self._buffer)

    def beat(self) -> float:
        """Return until when its thread may be quiet, in monotonic seconds."""
        return self._quiet_until

    def collect(self) -> None:
        """Put what there is now into the buffer."""
        for time_ms, points in self._batches():
            for body, samples in requests(points, time_ms, self._to.labels):
                self._wait(self._spool.keep(bytes(snappy.compress_raw(body)), samples, time_ms))

    def send(self, until: float = math.inf) -> None:
        """Write what waits, oldest first, until one is not taken, or that time (monotonic seconds) has come."""
        while (first := self._buffer.first()) is not None and self._buffer.try_at <= self._clock.monotonic() < until:
            body, samples = self._spool.read(first), first.samples
            if body is None:
                self._buffer.done()
                self._lose([first])
                continue
            self._quiet_until = self._clock.monotonic() + self._to.timeout_s
            fate, said = self._post(body)
            if fate == _LATER:
                self.counters["failedTry"] += 1
                self._buffer.failed(self._clock.monotonic())
                self._complain(said)
                return
            self._buffer.done()
            self._spool.forget(first)
            if fate == _REFUSED:
                self.counters["refused"] += samples
                self._complain(said)
            else:
                self.counters["written"] += samples
                self._recover()

    def _run(self) -> None:
        due = self._clock.monotonic()
        while not self._stop.is_set():
            if self._clock.monotonic() >= due:
                self.collect()
                due = max(due + self._to.every_s, self._clock.monotonic())
            self.send(due)
            next_at = min(due, self._buffer.try_at) if len(self._buffer) else due
            self._quiet_until = max(next_at, self._clock.monotonic())
            self._stop.wait(max(0.05, next_at - self._clock.monotonic()))
        self.collect()
        self.send(self._clock.monotonic() + self._to.timeout_s)

    def _post(self, body: bytes) -> tuple[int, str | Text]:
        """Post one body; return what became of it, and why it was not taken."""
        parts = urlsplit(self._to.url)
        host, timeout = parts.hostname or "", self._to.timeout_s
        connection = (
            http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=self._context)
            if self._context is not None
            else http.client.HTTPConnection(host, parts.port, timeout=timeout)
        )
        try:
            connection.request(
                "POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, self._headers()
            )
            answer = connection.getresponse()
            said = answer.read(300).decode("utf-8", "replace").strip()
        except (OSError, http.client.HTTPException) as error:
            return _LATER, str(error) or type(error).__name__
        except ValueError:  # its text may quote a header, and the token with it
            return _LATER, text("no request can be made of this URL and these headers")
        finally:
            connection.close()
        if answer.status // 100 == 2:
            return _TAKEN, ""
        fate = _LATER if answer.status // 100 == 5 or answer.status == _SLOW_DOWN else _REFUSED
        return fate, f"HTTP {answer.status} {said}"

    def _headers(self) -> dict[str, str]:
        found = {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",  # as the specification of version 1.0 has it
            "User-Agent": "jbnet",
        }
        if self._to.token is not None:
            found["Authorization"] = bearer(self._to.token)
        return found

    def _complain(self, why: str | Text) -> None:
        if not self._trouble:
            self._say(text("{url} does not take what is written: {error}", url=self._to.url, error=why))
        self._trouble = True

    def _recover(self) -> None:
        if self._trouble:
            self._say(
                text("{url} takes what is written again; dropped meanwhile: {count} samples",
                     url=self._to.url, count=self.counters["dropped"] + self.counters["refused"])
            )  # fmt: skip
        self._trouble = self._dropping = False

    def _wait(self, parcel: Parcel) -> None:
        self._lose(self._buffer.add(parcel))

    def _lose(self, parcels: Sequence[Parcel]) -> None:
        self.counters["dropped"] += sum(parcel.samples for parcel in parcels)
        for parcel in parcels:
            self._spool.forget(parcel)
        if parcels and not self._dropping:
            self._dropping = True
            self._say(text("what waits for {url} is too much, too old or damaged: the oldest samples are dropped",
                           url=self._to.url))  # fmt: skip
