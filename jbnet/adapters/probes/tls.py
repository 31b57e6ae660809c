"""The certificate that a server shows (RFC 5280): the days to its end, its name, its chain. Implements ServiceProbe.

The end of its time is judged apart from name and chain: a certificate that ended is no second fault beside its end.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography import x509

from jbnet.adapters.probes.http import unjudged
from jbnet.adapters.probes.wire import FAULTS, connected, failed, reason, worked
from jbnet.monitor.probing import Target
from jbnet.monitor.probing_results import Probed

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL's X509_VERIFY_PARAM_set_flags(3): all is verified but the time."""


class TlsProbe:
    """``now`` is the wall clock; ``root``: where the files of authorities are named from."""

    def __init__(self, now: Callable[[], datetime], root: Path):
        self._now, self._root = now, root

    def probe(self, target: Target) -> Probed:
        """Shake hands once to read the certificate, and once to have it judged."""
        began = time.monotonic()
        try:
            shown = x509.load_der_x509_certificate(_shown(target))
        except FAULTS as error:
            return failed(target, reason(error))
        seconds = time.monotonic() - began
        days = (shown.not_valid_after_utc - self._now()).total_seconds() / 86400
        wrong = self._wrong(target)
        return worked(target, seconds, wrong, days=round(days, 3), trusted=float(not wrong))

    def _wrong(self, target: Target) -> str:
        """Return what is wrong with name and chain."""
        try:
            context = ssl.create_default_context(cafile=self._authority(target))
            context.verify_flags = ssl.VerifyFlags(context.verify_flags | NO_CHECK_TIME)
            with connected(target) as opened, context.wrap_socket(opened, server_hostname=_name(target)):
                return ""
        except FAULTS as error:
            return reason(error)

    def _authority(self, target: Target) -> str | None:
        return str(self._root / target.probe.authority) if target.probe.authority else None


def _shown(target: Target) -> bytes:
    with connected(target) as opened, unjudged().wrap_socket(opened, server_hostname=_name(target)) as stream:
        return stream.getpeercert(binary_form=True) or b""


def _name(target: Target) -> str:
    return target.probe.server_name or target.address
