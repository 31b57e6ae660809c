"""Keys of the User-based Security Model: from password to localized key (RFC 3414 A.2, RFC 7860, RFC 3826).

Making a key hashes a megabyte: :class:`jbnet.snmp.keyring.KeyRing` keeps what was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_MEGABYTE = 1048576


@dataclass(frozen=True, slots=True)
class AuthProtocol:
    """An authentication protocol: its hash, and to how many bytes the digest is cut."""

    name: str
    algorithm: str
    digest_bytes: int


AUTH_PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        AuthProtocol("MD5", "md5", 12),  # RFC 3414 section 6
        AuthProtocol("SHA", "sha1", 12),  # RFC 3414 section 7
        AuthProtocol("SHA224", "sha224", 16),  # RFC 7860 section 4
        AuthProtocol("SHA256", "sha256", 24),
        AuthProtocol("SHA384", "sha384", 32),
        AuthProtocol("SHA512", "sha512", 48),
    )
}
PRIV_PROTOCOLS = ("DES", "AES")  # RFC 3414 section 8; RFC 3826 (AES-128-CFB)
_ALIASES = {"SHA1": "SHA", "AES128": "AES"}
PRIV_KEY_BYTES = 16


def protocol_name(written: str) -> str:
    """Return the one spelling of a protocol's name: ``sha-256`` is SHA256, ``AES-128`` is AES."""
    name = written.upper().replace("-", "").replace("_", "")
    return _ALIASES.get(name, name)


def password_to_key(password: bytes, algorithm: str) -> bytes:
    """Return Ku: the hash of the password repeated to a megabyte (RFC 3414 A.2.1)."""
    repeated = password * (_MEGABYTE // len(password) + 1)
    return _hash(algorithm, repeated[:_MEGABYTE])


def localize(key: bytes, engine_id: bytes, algorithm: str) -> bytes:
    """Return Kul: the user's key as one engine knows it (RFC 3414 section 2.6)."""
    return _hash(algorithm, key + engine_id + key)


def _hash(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()


class Signer:
    """Computes digests with one localized key (HMAC, RFC 2104), its two inner states prepared once."""

    __slots__ = ("_inner", "_outer", "size")

    def __init__(self, key: bytes, protocol: AuthProtocol):
        self.size = protocol.digest_bytes
        plain = hashlib.new(protocol.algorithm, usedforsecurity=False)
        padded = key.ljust(plain.block_size, b"\0")
        self._inner, self._outer = plain.copy(), plain.copy()
        self._inner.update(bytes(byte ^ 0x36 for byte in padded))
        self._outer.update(bytes(byte ^ 0x5C for byte in padded))

    def digest(self, message: bytes) -> bytes:
        """Return the message's digest, cut to the protocol's size."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()[: self.size]
