"""Keys of the User-based Security Model: from password to localized key (RFC 3414 A.2, RFC 7860, RFC 3826).

AES-192 and AES-256 are in no RFC. Their keys are longer than what MD5, SHA-1 or SHA-224 give, and two drafts say how
to lengthen them: Blumenthal's (net-snmp's ``AES-192`` and ``AES-256``) and Reeder's for 3DES-EDE, which Cisco took up
(net-snmp's ``AES-192-C`` and ``AES-256-C``; pysnmp's plain names). A longer hash needs neither, and both agree.

Making a key hashes a megabyte: :class:`jbnet.snmp.keyring.KeyRing` keeps what was made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

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


class Extension(Enum):
    """How a localized key is made longer for AES-192 and AES-256."""

    BLUMENTHAL = "draft-blumenthal-aes-usm-04 section 3.1.2.1"
    REEDER = "draft-reeder-snmpv3-usm-3desede-00 section 2.1"


@dataclass(frozen=True, slots=True)
class PrivProtocol:
    """A privacy protocol: its cipher, the bytes of its key, and how these are made from a hash that is too short."""

    name: str
    cipher: str
    key_bytes: int
    extension: Extension = Extension.BLUMENTHAL


PRIV_PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        PrivProtocol("DES", "DES", 16),  # RFC 3414 section 8
        PrivProtocol("AES", "AES", 16),  # RFC 3826 (AES-128-CFB)
        PrivProtocol("AES192", "AES", 24),
        PrivProtocol("AES256", "AES", 32),
        PrivProtocol("AES192C", "AES", 24, Extension.REEDER),
        PrivProtocol("AES256C", "AES", 32, Extension.REEDER),
    )
}
_ALIASES = {"SHA1": "SHA", "AES128": "AES"}


def protocol_name(written: str) -> str:
    """Return the one spelling of a protocol's name: ``sha-256`` is SHA256, ``AES-128`` AES, ``AES-256-C`` AES256C."""
    name = written.upper().replace("-", "").replace("_", "")
    return _ALIASES.get(name, name)


def password_to_key(password: bytes, algorithm: str) -> bytes:
    """Return Ku: the hash of the password repeated to a megabyte (RFC 3414 A.2.1)."""
    repeated = password * (_MEGABYTE // len(password) + 1)
    return _hash(algorithm, repeated[:_MEGABYTE])


def localize(key: bytes, engine_id: bytes, algorithm: str) -> bytes:
    """Return Kul: the user's key as one engine knows it (RFC 3414 section 2.6)."""
    return _hash(algorithm, key + engine_id + key)


def privacy_key(localized: bytes, protocol: PrivProtocol, engine_id: bytes, algorithm: str) -> bytes:
    """Return the privacy key of an engine: its localized key, made longer where the cipher needs more of it."""
    key = localized
    while len(key) < protocol.key_bytes:
        if protocol.extension is Extension.REEDER:
            key += localize(password_to_key(key, algorithm), engine_id, algorithm)
        else:
            key += _hash(algorithm, key)
    return key[: protocol.key_bytes]


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
