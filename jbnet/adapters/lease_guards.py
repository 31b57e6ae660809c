"""How watchdogs of database hosts are, asked over TLS at the port at which they answer each other (GET /status)."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from jbnet.adapters.etcd_lease import ASK_S, MOST_BYTES, Credentials
from jbnet.model.errors import Unreachable
from jbnet.model.text import text
from jbnet.recovery.lease import GuardWord


class TlsGuards:
    """Implements LeaseGuards. ``urls`` go by host."""

    def __init__(self, urls: Mapping[str, str], credentials: Credentials | None, ask_s: float = ASK_S):
        self._urls = dict(urls)
        self._credentials = credentials
        self._ask_s = ask_s

    def guard(self, host: str) -> Mapping[str, GuardWord]:
        """Ask it once."""
        try:
            return {str(name): _word(found) for name, found in self._get(self._urls[host]).items()}
        except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError) as error:
            raise Unreachable(
                "the watchdog of {host} does not say how it is: {said}",
                host=host,
                said=str(error) or type(error).__name__,
                hint=text("`jbnet playbook lease device:{host}` sets it up", host=host),
            ) from error

    def _get(self, url: str) -> Mapping[str, Mapping[str, object]]:
        to = urlsplit(url)
        if to.scheme == "https" and self._credentials is not None:
            context = self._credentials.context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                to.hostname or "", to.port, timeout=self._ask_s, context=context
            )
        else:
            made = http.client.HTTPConnection(to.hostname or "", to.port, timeout=self._ask_s)
        try:
            made.request("GET", "/status")
            answer = made.getresponse()
            content = answer.read(MOST_BYTES)
        finally:
            made.close()
        found = json.loads(content)
        if answer.status != http.client.OK or not isinstance(found, dict):
            raise ValueError(f"HTTP {answer.status}")
        return found


def _word(found: Mapping[str, object]) -> GuardWord:
    """Raise KeyError, TypeError and ValueError for what no watchdog says."""
    state = found["state"]
    return GuardWord(
        leads=found["leads"] is True,
        refuses=found["refuses"] is True,
        state=None if state is None else str(state),
        why=str(found["why"]),
        asked_s=_seconds(found["renewed_s"]),
        looked_s=_seconds(found["looked_s"]),
    )


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))
