"""Passwords of the page: argon2id (RFC 9106), hashed anew when the parameters here have changed."""

from __future__ import annotations

import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters at least (NIST SP 800-63B-4 asks for 15 where a password is all there is, and for 8 at the very least)."""
LONGEST_BYTES = 1024
"""More is nobody's password: it is refused before any work is done on it."""
AT_ONCE = 2
"""Passwords that are looked at side by side: each takes 64 MiB, and strangers may send as many as they like."""


class Passwords:
    """Hashes and verifies. As it stands with RFC 9106's second recommendation (section 4): 3 passes over 64 MiB."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 64 * 1024, lanes: int = 4):
        self._hasher = PasswordHasher(time_cost, memory_kib, lanes, type=Type.ID)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """Return the hash with its salt and parameters, as text."""
        with self._places:
            return self._hasher.hash(_typed(password))

    def verify(self, known: str | None, password: str) -> bool:
        """Say whether a password is the one of this hash. None (there is no such user): no, after the same work."""
        nobodys = self._nobodys  # made at the first try of all, whoever it is for
        if len(password.encode(errors="surrogatepass")) > LONGEST_BYTES:
            return False
        try:
            with self._places:
                matches = self._hasher.verify(nobodys if known is None else known, _typed(password))
        except (VerificationError, InvalidHashError, UnicodeError):
            return False
        return matches and known is not None

    def outdated(self, known: str) -> bool:
        """Say whether a hash was made with other parameters than new ones are."""
        return self._hasher.check_needs_rehash(known)

    @cached_property
    def _nobodys(self) -> str:
        """Return a hash for names that nobody has. What it is of is of no account: who matches it is let in nowhere."""
        return self.hashed("nobody")


def _typed(password: str) -> str:
    """Return a password as it is on every keyboard: composed and decomposed letters are one (NIST SP 800-63B, NFKC)."""
    return unicodedata.normalize("NFKC", password)
