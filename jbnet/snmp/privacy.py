"""Privacy of scoped PDUs: CBC-DES (RFC 3414 section 8) and CFB128-AES (RFC 3826). Salts come in as arguments."""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from jbnet.snmp.ber import BerError
from jbnet.snmp.keys import PrivProtocol

_SALT_BYTES = 8
_DES_BLOCK = 8


class Privacy(Protocol):
    """Encrypts and decrypts with one localized key. ``salt`` must never repeat for a key."""

    def encrypt(self, plain: bytes, boots: int, time: int, salt: int) -> tuple[bytes, bytes]:
        """Return the cipher text and the privacy parameters to send with it."""

    def decrypt(self, secret: bytes, boots: int, time: int, parameters: bytes) -> bytes:
        """Return the plain text (with padding). Raises BerError where the parameters cannot be right."""


class AesPrivacy:
    """usmAesCfb128Protocol: the vector is engine boots, engine time and a salt of 64 bits.

    AES-192 and AES-256 differ from it by the key alone.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes):
        self._key = algorithms.AES(key)

    def encrypt(self, plain: bytes, boots: int, time: int, salt: int) -> tuple[bytes, bytes]:
        """See Privacy."""
        parameters = (salt & 0xFFFFFFFFFFFFFFFF).to_bytes(_SALT_BYTES, "big")
        return self._cipher(boots, time, parameters).encryptor().update(plain), parameters

    def decrypt(self, secret: bytes, boots: int, time: int, parameters: bytes) -> bytes:
        """See Privacy."""
        if len(parameters) != _SALT_BYTES:
            raise BerError("privacy parameters of AES are 8 bytes")
        return self._cipher(boots, time, parameters).decryptor().update(secret)

    def _cipher(self, boots: int, time: int, parameters: bytes) -> Cipher[CFB]:
        return Cipher(self._key, CFB((boots << 32 | time).to_bytes(8, "big") + parameters))


class DesPrivacy:
    """usmDESPrivProtocol: the vector is the key's second half, exclusive-or engine boots and a salt of 32 bits."""

    __slots__ = ("_key", "_pre_iv")

    def __init__(self, key: bytes):
        # Three times the same key is DES: the library has no single DES of its own any more.
        self._key = TripleDES(key[:8] * 3)
        self._pre_iv = int.from_bytes(key[8:16], "big")

    def encrypt(self, plain: bytes, boots: int, time: int, salt: int) -> tuple[bytes, bytes]:
        """See Privacy. The plain text is padded to whole blocks."""
        del time
        parameters = (boots << 32 | salt & 0xFFFFFFFF).to_bytes(_SALT_BYTES, "big")
        padded = plain + bytes(-len(plain) % _DES_BLOCK)
        return self._cipher(parameters).encryptor().update(padded), parameters

    def decrypt(self, secret: bytes, boots: int, time: int, parameters: bytes) -> bytes:
        """See Privacy."""
        del boots, time
        if len(parameters) != _SALT_BYTES or len(secret) % _DES_BLOCK:
            raise BerError("privacy parameters of DES are 8 bytes, its text whole blocks")
        return self._cipher(parameters).decryptor().update(secret)

    def _cipher(self, parameters: bytes) -> Cipher[modes.CBC]:
        vector = self._pre_iv ^ int.from_bytes(parameters, "big")
        return Cipher(self._key, modes.CBC(vector.to_bytes(_SALT_BYTES, "big")))


def privacy(protocol: PrivProtocol, key: bytes) -> Privacy:
    """Return the protocol's implementation with the key of :func:`jbnet.snmp.keys.privacy_key`."""
    return DesPrivacy(key) if protocol.cipher == "DES" else AesPrivacy(key)
