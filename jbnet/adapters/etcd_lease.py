"""The lease's record in etcd, over its JSON gateway (etcd 3.4: /v3/kv/range, /v3/kv/txn; keys and values in base64).

etcd's own leases (TTL) are not used: a member that led and was held up may revoke them although they were renewed
(etcd-io/etcd issues 12528 and 15247; Debian's 3.4.23 has no remedy). A key that is compared and changed by its revision
has no clock in it: who waits counts by its own (ADR 54).
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from jbnet.model.errors import JbnetError, Unreachable
from jbnet.model.text import text
from jbnet.recovery.lease import LeaseRecord, LeaseSight, StoreHealth, seen_again

PREFIX = "/jbnet/lease/"
ASK_S = 2.0
"""Seconds that one member has to answer; it asks the others by itself."""
MOST_BYTES = 1_000_000


def boottime() -> float:
    """Return seconds since boot, suspended ones included; nobody can set it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files in PEM: whom to believe, and who asks."""

    authority: Path
    certificate: Path
    key: Path = field(repr=False)

    def context(self) -> ssl.SSLContext:
        """Return what TLS is done with; names of members are checked. Raises OSError, ssl.SSLError."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.load_cert_chain(str(self.certificate), str(self.key))
        return context


class Gateway:
    """Asks the members of an etcd one after the other, the one that answered last first."""

    def __init__(self, members: Mapping[str, str], credentials: Credentials | None = None, ask_s: float = ASK_S):
        self.members = dict(members)
        self._credentials = credentials
        self._ask_s = ask_s
        self._order = list(members)

    def ask(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """Return the first answer that a member gives. Raises Unreachable with what each of them said."""
        said: dict[str, str] = {}
        for name in tuple(self._order):
            answer, why = self.ask_one(name, path, body)
            if answer is not None:
                self._order.sort(key=lambda other: other != name)
                return answer
            said[name] = why
        raise Unreachable(
            "no member of etcd answers for a quorum: {said}",
            said="; ".join(f"{name}: {why}" for name, why in said.items()) or "-",
            hint=text("more than half of {members} have to run and reach each other", members=", ".join(self.members)),
        )

    def ask_one(self, name: str, path: str, body: Mapping[str, object]) -> tuple[Mapping[str, object] | None, str]:
        """Return what one member answers, or None and why there is none."""
        try:
            return self._post(self.members[name], path, json.dumps(body)), ""
        except (OSError, http.client.HTTPException, ValueError) as error:
            return None, str(error) or type(error).__name__

    def _post(self, url: str, path: str, body: str) -> Mapping[str, object]:
        """Raise ValueError for an answer that is none, OSError and HTTPException for none."""
        connection = self._connection(url)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read(MOST_BYTES)
        finally:
            connection.close()
        found = json.loads(content) if content else {}
        if answer.status != http.client.OK or not isinstance(found, dict):
            told = found.get("error", "") if isinstance(found, dict) else ""
            raise ValueError(f"HTTP {answer.status} {told}".strip())
        return found

    def _connection(self, url: str) -> http.client.HTTPConnection:
        to = urlsplit(url)
        if to.scheme == "https":
            context = self._credentials.context() if self._credentials else ssl.create_default_context()
            return http.client.HTTPSConnection(to.hostname or "", to.port, timeout=self._ask_s, context=context)
        return http.client.HTTPConnection(to.hostname or "", to.port, timeout=self._ask_s)


class EtcdLeases:
    """Implements LeaseStore. It remembers since when each record has stood still, so ask it early and often."""

    def __init__(self, gateway: Gateway, clock: Callable[[], float] = boottime):
        self._gateway = gateway
        self._clock = clock
        self._seen: dict[str, LeaseSight] = {}
        self._lock = threading.Lock()

    def look(self, database: str) -> LeaseSight:
        """Read it with a quorum's word (a linearizable read, etcd's default)."""
        asked = self._clock()
        answer = self._gateway.ask("/v3/kv/range", {"key": _key(database)})
        record, revision = _read(answer)
        with self._lock:
            found = seen_again(self._seen.get(database), record, revision, asked, self._clock())
            self._seen[database] = found
        return found

    def put(self, database: str, record: LeaseRecord, revision: int) -> bool:
        """Compare and change in one transaction. An absent key has revision 0."""
        key = _key(database)
        value = {"holder": record.holder, "guarded": record.guarded, "taken_from": record.taken_from,
                 "number": record.number}  # fmt: skip
        wanted = {
            "compare": [{"key": key, "target": "MOD", "result": "EQUAL", "mod_revision": str(revision)}],
            "success": [{"request_put": {"key": key, "value": _encoded(json.dumps(value, sort_keys=True))}}],
        }
        return bool(self._gateway.ask("/v3/kv/txn", wanted).get("succeeded", False))

    def health(self) -> StoreHealth:
        """Ask each member for a linearizable read of its own: one that is alone does not answer it."""
        names: Sequence[str] = tuple(self._gateway.members)
        with ThreadPoolExecutor(len(names)) as pool:
            return StoreHealth(dict(zip(names, pool.map(self._alone, names), strict=True)))

    def _alone(self, name: str) -> str:
        return self._gateway.ask_one(name, "/v3/kv/range", {"key": _key("-")})[1]


def _key(database: str) -> str:
    return _encoded(PREFIX + database)


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode("ascii")


def _read(answer: Mapping[str, object]) -> tuple[LeaseRecord, int]:
    """Return the record and its revision. Raises JbnetError for a value that nobody of ours wrote."""
    found = answer.get("kvs")
    if not isinstance(found, list) or not found:
        return LeaseRecord(""), 0
    try:
        value = json.loads(base64.b64decode(found[0]["value"]))
        record = LeaseRecord(str(value["holder"]), value["guarded"] is True, str(value["taken_from"]),
                             int(value["number"]))  # fmt: skip
        return record, int(found[0]["mod_revision"])
    except (KeyError, TypeError, ValueError) as error:
        raise JbnetError(
            "the lease in etcd cannot be read: {error}",
            error=f"{type(error).__name__} {error}",
            hint=text("nothing is concluded from it; look at {key} with etcdctl", key=PREFIX),
        ) from error
