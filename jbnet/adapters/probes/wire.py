"""What the probes over TCP share: a connection with one deadline for all of it, and how a failure is put."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator

from jbnet.monitor.probing import Target
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.probing_rules import WAY

FAULTS = (OSError, ValueError)
"""What connecting, TLS and reading raise: ``ssl.SSLError`` and time-outs are OSErrors, bad certificates ValueErrors."""

_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
"""What the routing table itself says; the same errors come later, by ICMP, from routers on the way."""
_ANY_PORT = 9


@contextlib.contextmanager
def connected(target: Target) -> Iterator[socket.socket]:
    """Connect; after ``timeout_s`` the connection is shut down, whatever is being waited for on it."""
    timeout = target.probe.timeout_s
    began = time.monotonic()
    with socket.create_connection((target.address, target.port), timeout=timeout) as opened:
        spare = socket.socket(fileno=os.dup(opened.fileno()))  # TLS takes the number away from the first one
        guard = threading.Timer(max(0.01, timeout - (time.monotonic() - began)), _shut, (spare,))
        guard.daemon = True
        guard.start()
        try:
            yield opened
        finally:
            guard.cancel()
            guard.join()
            spare.close()


def _shut(spare: socket.socket) -> None:
    """End a connection under whoever waits for it."""
    with contextlib.suppress(OSError):
        spare.shutdown(socket.SHUT_RDWR)


def failed(target: Target, why: object) -> Probed:
    """Return the result of a try that failed, with the reason in one line."""
    said = " ".join(str(why).split()) or type(why).__name__
    values = {"up": 0.0} if has_way(target.address) else {"up": 0.0, WAY: 0.0}
    return Probed(target.probe.name, target.device, target.part, values, why=said[:200])


def has_way(address: str) -> bool:
    """Say whether our own kernel knows a way to an address. Nothing is sent: a datagram's socket is only routed."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as routed:
            routed.connect((address, _ANY_PORT))
    except OSError as error:
        return error.errno not in _NO_WAY
    return True


def worked(target: Target, seconds: float, why: str = "", **values: float) -> Probed:
    """Return the result of a try that worked."""
    found = {"up": 1.0, "seconds": round(seconds, 6), **values}
    return Probed(target.probe.name, target.device, target.part, found, why=why)


def reason(error: BaseException) -> str:
    """Return why it failed: of TLS, what was wrong with the certificate."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
