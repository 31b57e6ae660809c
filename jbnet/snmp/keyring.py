"""Keys made once per password and engine, with what signs and encrypts by them."""

from __future__ import annotations

from jbnet.model.secrets import Secret
from jbnet.snmp.keys import AuthProtocol, PrivProtocol, Signer, localize, password_to_key, privacy_key
from jbnet.snmp.message import encode_community
from jbnet.snmp.pdu import Request
from jbnet.snmp.privacy import Privacy, privacy

# Far more engines than a collector has devices; forged discovery answers must not fill the memory.
_MOST_ENGINES = 20_000
_MOST_FRAMES = 4096


class KeyRing:
    """Signers and ciphers by password, protocol and engine. Holds secrets: shows none, and is never written down."""

    __slots__ = ("_ciphers", "_frames", "_signers", "_users")

    def __init__(self) -> None:
        self._users: dict[tuple[str, str], bytes] = {}
        self._signers: dict[tuple[str, str, bytes], Signer] = {}
        self._ciphers: dict[tuple[str, str, bytes, str], Privacy] = {}
        self._frames: dict[tuple[int, bytes, Request], Request] = {}

    def frame(self, version: int, community: bytes, asked: Request) -> Request:
        """Return the message of a community around a request. Polls repeat, so encodings are kept."""
        key = (version, community, asked)
        found = self._frames.get(key)
        if found is None:
            if len(self._frames) >= _MOST_FRAMES:
                self._frames.clear()
            found = self._frames[key] = encode_community(version, community, asked)
        return found

    def signer(self, secret: Secret, protocol: AuthProtocol, engine_id: bytes) -> Signer:
        """Return what signs for this engine."""
        key = (secret.reveal(), protocol.algorithm, engine_id)
        found = self._signers.get(key)
        if found is None:
            found = Signer(self.localized(secret, protocol, engine_id), protocol)
            self._signers[key] = found
        return found

    def privacy(self, secret: Secret, protocol: AuthProtocol, engine_id: bytes, priv: PrivProtocol) -> Privacy:
        """Return what encrypts for this engine."""
        key = (secret.reveal(), protocol.algorithm, engine_id, priv.name)
        found = self._ciphers.get(key)
        if found is None:
            found = privacy(priv, self.privacy_key(secret, protocol, engine_id, priv))
            self._ciphers[key] = found
        return found

    def privacy_key(self, secret: Secret, protocol: AuthProtocol, engine_id: bytes, priv: PrivProtocol) -> bytes:
        """Return the privacy key for this engine; it is localized with the authentication protocol's hash."""
        return privacy_key(self.localized(secret, protocol, engine_id), priv, engine_id, protocol.algorithm)

    def localized(self, secret: Secret, protocol: AuthProtocol, engine_id: bytes) -> bytes:
        """Return the key as this engine knows it (RFC 3414 section 2.6)."""
        if len(self._signers) > _MOST_ENGINES:
            self._signers.clear()
            self._ciphers.clear()
        key = (secret.reveal(), protocol.algorithm)
        if key not in self._users:
            self._users[key] = password_to_key(secret.reveal().encode(), protocol.algorithm)
        return localize(self._users[key], engine_id, protocol.algorithm)
