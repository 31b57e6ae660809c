"""How often signing in failed, by name and by address, and how long the next try has to wait. Kept across restarts.

A try is counted before its password is looked at, and taken back when it was right: a hundred at the same moment get no
further than one after another. While a wait lasts nothing is looked at and nothing is counted, so that nobody makes it
longer by asking.

A name that signed in from an address lately is counted apart there: strangers who try somebody's name from elsewhere
keep that person from nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

SECOND = 1_000_000
_DAY = 86_400 * SECOND
_KNOWN_FOR = 30 * _DAY


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures cost nothing; each one more doubles the wait from one second on, up to ``longest_s``."""

    free: int
    longest_s: int

    def wait_s(self, failures: int) -> int:
        """Return the seconds to wait after so many failures."""
        over = failures - self.free
        return 0 if over < 0 else min(2 ** min(over, 30), self.longest_s)


BY_NAME = Limit(free=5, longest_s=15 * 60)
BY_ADDRESS = Limit(free=20, longest_s=15 * 60)
"""Many people may stand behind one address: an office behind a translator."""


class Tries:
    """The counts, within one transaction on page.db. Times are microseconds since 1970 UTC."""

    def __init__(self, database: sqlite3.Connection, now: int):
        self._database, self._now = database, now

    def keys(self, user: int | None, name: str, address: str) -> tuple[str, str]:
        """Return what a try counts for: the name (at this address, where it is known there), and the address."""
        place = place_of(address)
        seen = self._database.execute(
            "SELECT 1 FROM place WHERE user = ? AND key = ? AND last > ?", (user, place, self._now - _KNOWN_FOR)
        ).fetchone()
        return (_key("at", f"{name}\n{place}") if seen else _key("name", name), _key("from", place))

    def wait_s(self, keys: Sequence[str]) -> float:
        """Return the seconds that are left before a try is looked at, 0: none."""
        return max(self._left(key, limit) for key, limit in zip(keys, (BY_NAME, BY_ADDRESS), strict=True))

    def charge(self, keys: Sequence[str]) -> None:
        """Count a try as failed. What failed more than a day ago is forgotten."""
        self._database.execute("DELETE FROM tries WHERE last < ?", (self._now - _DAY,))
        self._database.executemany(
            "INSERT INTO tries VALUES (?, 1, ?)"
            " ON CONFLICT (key) DO UPDATE SET failures = failures + 1, last = excluded.last",
            [(key, self._now) for key in keys],
        )

    def welcome(self, user: int, keys: Sequence[str], address: str) -> None:
        """Forget the failures of who signed in, take this try back from the address, and know them there.

        The address's other failures stay: who has an account of their own does not wipe out their guesses at others'.
        """
        by_name, by_address = keys
        self._database.execute("DELETE FROM tries WHERE key = ?", (by_name,))
        self._database.execute("UPDATE tries SET failures = max(failures - 1, 0) WHERE key = ?", (by_address,))
        self._database.execute("DELETE FROM place WHERE last < ?", (self._now - _KNOWN_FOR,))
        self._database.execute("INSERT OR REPLACE INTO place VALUES (?, ?, ?)", (user, place_of(address), self._now))

    def _left(self, key: str, limit: Limit) -> float:
        row = self._database.execute("SELECT failures, last FROM tries WHERE key = ?", (key,)).fetchone()
        if row is None:
            return 0.0
        failures, last = row
        if last > self._now:  # the clock was set back: nobody waits until it has caught up
            return 0.0
        return max(limit.wait_s(int(failures)) - (self._now - int(last)) / SECOND, 0.0)


def place_of(address: str) -> str:
    """Return what counts as one address: of IPv6 a /64, of which one host has all (RFC 7421)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def _key(kind: str, value: str) -> str:
    """Return what is kept: no name, for people type passwords there by mistake."""
    return hashlib.sha256(f"{kind}\n{value}".encode(errors="surrogatepass")).hexdigest()
