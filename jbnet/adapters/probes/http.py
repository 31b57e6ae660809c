"""A request (RFC 9110): the status, a text in the answer, and how long it takes. Implements ServiceProbe.

With TLS no certificate is judged here: that is the probe ``tls``, and one cause has one incident.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time

from jbnet.adapters.probes.wire import FAULTS, connected, failed, reason, worked
from jbnet.monitor.probing import ProbeKind, Target
from jbnet.monitor.probing_results import Probed

MOST_READ = 256 * 1024
"""Bytes of an answer that are looked at."""


class HttpProbe:
    """Sends one GET and compares the answer with what is declared."""

    def probe(self, target: Target) -> Probed:
        """Try it once."""
        began = time.monotonic()
        try:
            with connected(target) as opened:
                status, body = _get(target, opened)
        except (*FAULTS, http.client.HTTPException) as error:
            return failed(target, reason(error))
        wrong = _wrong(target, status, body)
        return failed(target, wrong) if wrong else worked(target, time.monotonic() - began)


def _get(target: Target, opened: socket.socket) -> tuple[int, bytes]:
    probe = target.probe
    name = probe.server_name or target.address
    if probe.kind is ProbeKind.HTTPS:
        with unjudged().wrap_socket(opened, server_hostname=name) as stream:
            return _ask(target, name, stream)
    return _ask(target, name, opened)


def _ask(target: Target, name: str, stream: socket.socket) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(name, target.port, timeout=target.probe.timeout_s)
    connection.sock = stream
    connection.request("GET", target.probe.path, headers={"User-Agent": "jbnet", "Connection": "close"})
    with connection.getresponse() as answer:
        return answer.status, answer.read(MOST_READ) if target.probe.text else b""


def unjudged() -> ssl.SSLContext:
    """Return TLS that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _wrong(target: Target, status: int, body: bytes) -> str:
    if status != target.probe.status:
        return f"status {status}"
    return "" if target.probe.text.encode() in body else f"the text is not in the first {len(body)} bytes"
