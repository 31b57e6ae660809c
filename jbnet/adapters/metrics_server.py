"""Serves ``/metrics``: OpenMetrics 1.0, or the older text of Prometheus to who does not ask for that."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import groupby
from typing import Any

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from jbnet.model.errors import Missing
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.monitor.outlets import Address
from jbnet.monitor.points import Point

TIMEOUT_S = 30.0
"""Seconds that a client may take for one step of a request."""
AT_ONCE = 4
"""Scrapes at a time; others are told to come again (503)."""
CONNECTIONS = 32
"""Connections at a time, each with a thread; others are closed at once. One that took ``TIMEOUT_S`` is ended."""
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
Points = Callable[[], Iterable[Point]]
_Request = socket.socket | tuple[bytes, socket.socket]
"""What socketserver calls a request; of TCP it is a socket."""


class _Collected(Collector):
    """The points of one moment in the library's words."""

    def __init__(self, points: Points):
        self._points = points

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics; the points of a family need not come together."""
        ordered = sorted(self._points(), key=lambda point: point.family.name)
        for _, group in groupby(ordered, key=lambda point: point.family.name):
            points = list(group)
            family = points[0].family
            made = Metric(family.name, family.means, family.kind, family.unit)
            suffix = "_total" if family.kind == "counter" else ""
            for point in points:
                labels = dict(zip(family.labels, point.values, strict=True))
                made.add_sample(family.name + suffix, labels, point.value)
            yield made


def rendered(points: Points, accept: str = "") -> tuple[bytes, str]:
    """Return the exposition and its content type, by what the ``Accept`` header of HTTP wants."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(points))
    if _wants_openmetrics(accept):
        body: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # it has no types here
        return body, OPENMETRICS
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


def _wants_openmetrics(accept: str) -> bool:
    """Say whether OpenMetrics is accepted (with a quality other than 0)."""
    for one in accept.lower().split(","):
        kind, *parameters = (part.strip() for part in one.split(";"))
        if kind == "application/openmetrics-text":
            return not any(p.replace(" ", "").startswith("q=") and not p[2:].strip("0. ") for p in parameters)
    return False


class MetricsServer:
    """Serves what ``points`` gives from ``start`` to ``close``, in threads of its own: no round waits for it."""

    def __init__(self, address: Address, points: Points):
        self._address, self._points = address, points
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Return the port that is served on."""
        return int(self._server.server_address[1]) if self._server is not None else self._address.port

    def start(self) -> None:
        """Begin to serve. Raises Missing where the port cannot be had."""
        kind = _Server6 if ":" in self._address.host else _Server
        try:
            self._server = kind((self._address.host, self._address.port), self._points)
        except OSError as error:
            raise Missing(
                "metrics cannot be served on {address} port {port}: {reason}",
                address=self._address.host or "0.0.0.0",  # noqa: S104  shown, not bound
                port=self._address.port,
                reason=reason_of(error),
                hint=text("another monitor may serve there: choose another port with --metrics ADDRESS:PORT"),
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.25,), name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving; never raises, and may be called again."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is not None and thread is not None:
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that reads slowly is not waited for
    request_queue_size = 16

    def __init__(self, address: tuple[str, int], points: Points):
        self.points = points
        self.free = threading.Semaphore(AT_ONCE)
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind, and do not ask the DNS for a name that nobody needs."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: _Request, client_address: Any) -> None:
        """Give a connection a thread, unless there are as many as there may be."""
        with self._lock:
            room = len(self._open) < CONNECTIONS
            if room and isinstance(request, socket.socket):
                self._open[request] = time.monotonic() + TIMEOUT_S
        if room:
            super().process_request(request, client_address)
        else:
            super().shutdown_request(request)

    def shutdown_request(self, request: _Request) -> None:
        """Let go of a connection."""
        with self._lock:
            if isinstance(request, socket.socket):
                self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End what took too long: a client that dribbles never runs into the time-out of a single step."""
        now = time.monotonic()
        with self._lock:
            for request in [request for request, until in self._open.items() if until <= now]:
                with suppress(OSError):  # it went away by itself
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    timeout = TIMEOUT_S
    server_version = "jbnet"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer /metrics."""
        server = self.server
        if self.path.partition("?")[0] != "/metrics" or not isinstance(server, _Server):
            self.send_error(404)
        elif not server.free.acquire(blocking=False):
            self.send_error(503)
        else:
            try:
                body, kind = rendered(server.points, self.headers.get("Accept", ""))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            finally:
                server.free.release()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
        """Say nothing: stderr is for what happens."""
