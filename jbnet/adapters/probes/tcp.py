"""A connection (RFC 9293): whether somebody takes it, and how long that needs. Implements ServiceProbe."""

from __future__ import annotations

import time

from jbnet.adapters.probes.wire import FAULTS, connected, failed, reason, worked
from jbnet.monitor.probing import Target
from jbnet.monitor.probing_results import Probed


class TcpProbe:
    """Connects and hangs up."""

    def probe(self, target: Target) -> Probed:
        """Try it once."""
        began = time.monotonic()
        try:
            with connected(target):
                return worked(target, time.monotonic() - began)
        except FAULTS as error:
            return failed(target, reason(error))
