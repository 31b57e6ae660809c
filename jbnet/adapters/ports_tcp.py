"""Knocking at the ports of applications, and talking to them. Implements PortProber and ApplicationCalls."""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from jbnet.ports import Said
from jbnet.recovery.readiness_around import Port

MOST_SAID = 4096
MOST_RELEASE = 64


class TcpPorts:
    """Connects and closes again. ``addresses``: from a host's name to its addresses; the first one is tried."""

    def __init__(self, addresses: Callable[[str], Sequence[str]]):
        self._addresses = addresses

    def knock(self, host: str, port: int, timeout: float) -> str:
        """Say what a connection meets: a refusal comes from a host that is there, everything else is silence."""
        known = self._addresses(host)
        if not known:
            return Port.SILENT
        try:
            with socket.create_connection((known[0], port), timeout):
                return Port.OPEN
        except OSError as error:
            return Port.CLOSED if error.errno == errno.ECONNREFUSED else Port.SILENT

    def release(self, host: str, port: int, timeout: float) -> str | None:
        """Ask for ``/release``, which answers ``{"release": "..."}``; what answers otherwise has said nothing."""
        said = self.call(host, port, "/release", None, timeout)
        found = said.words.get("release") if said.code == HTTPStatus.OK else None
        return found[:MOST_RELEASE] if isinstance(found, str) and found.isprintable() and found else None

    def call(self, host: str, port: int, path: str, body: Mapping[str, object] | None, timeout: float) -> Said:
        """GET a path, or POST a body; what is no JSON object has no words. ``timeout`` bounds each wait."""
        known = self._addresses(host)
        if not known:
            return Said(None, {"error": "no address is declared"})
        connection = HTTPConnection(known[0], port, timeout=timeout)
        try:
            sent = None if body is None else json.dumps(body).encode()
            connection.request("GET" if body is None else "POST", path, sent)
            answer = connection.getresponse()
            return Said(answer.status, _words(answer.read(MOST_SAID)))
        except (OSError, HTTPException) as error:
            refused = isinstance(error, ConnectionRefusedError)
            return Said(None, {"error": str(error) or type(error).__name__}, refused)
        finally:
            connection.close()


def _words(body: bytes) -> Mapping[str, object]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
