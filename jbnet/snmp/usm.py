"""Security by user: the User-based Security Model of SNMPv3 (RFC 3414), as a non-authoritative engine."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest

from jbnet.snmp import keys, message
from jbnet.snmp.ber import BerError
from jbnet.snmp.envelope import Envelopes
from jbnet.snmp.faults import Fault
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.layout import Layout, Layouts
from jbnet.snmp.memory import DeviceMemory, Engine
from jbnet.snmp.message import AUTH, PRIV, REPORTABLE, CommunityMessage, SecureMessage
from jbnet.snmp.pdu import Pdu, PduType, Request, request
from jbnet.snmp.privacy import Privacy
from jbnet.snmp.security import Action, BadTarget, Rejection
from jbnet.snmp.types import Oid, SnmpTarget

TIME_WINDOW_S = 150  # RFC 3414 section 2.2.3
_ENGINE_ID_BYTES = range(1, 33)
_USM_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_REPORTS = {
    (*_USM_STATS, 1, 0): Fault.UNSUPPORTED_LEVEL,
    (*_USM_STATS, 2, 0): Fault.NOT_IN_TIME_WINDOW,
    (*_USM_STATS, 3, 0): Fault.UNKNOWN_USER,
    (*_USM_STATS, 4, 0): Fault.UNKNOWN_ENGINE,
    (*_USM_STATS, 5, 0): Fault.WRONG_DIGEST,
    (*_USM_STATS, 6, 0): Fault.DECRYPTION_ERROR,
}
_MOST_SCOPES = 64  # of one device
_DISCOVERY = request(PduType.GET, ())


class UserSecurity:
    """SNMPv3 with the User-based Security Model, as a non-authoritative engine.

    The engine's clock is taken from the discovery report as a guess, so that most devices cost one round trip to
    discover; only authenticated messages make it trusted (RFC 3414 section 3.2, step 7b).
    """

    def __init__(self, target: SnmpTarget, memory: DeviceMemory, ring: KeyRing, salt: Callable[[], int]):
        self._target, self._memory, self._ring, self._salt = target, memory, ring, salt
        self.layouts, self._envelopes = Layouts(), Envelopes()
        self._scopes: dict[Request, Request] = {}
        self._scopes_of = b""  # the engine that they are made for
        self._user = target.user.encode()
        self._auth = keys.AUTH_PROTOCOLS.get(keys.protocol_name(target.auth_protocol))
        self._priv = keys.PRIV_PROTOCOLS.get(keys.protocol_name(target.priv_protocol))
        self._check()
        self._level = (AUTH if self._auth else 0) | (PRIV if self._priv else 0)
        self._localized_for: bytes | None = None
        self._signer: keys.Signer | None = None
        self._privacy: Privacy | None = None

    def _check(self) -> None:
        target = self._target
        if target.auth_protocol and (self._auth is None or not target.auth_key or not target.auth_key.reveal()):
            raise BadTarget("an authentication protocol that is unknown, or without a key")
        if target.priv_protocol and (self._priv is None or not target.priv_key or not self._auth):
            raise BadTarget("a privacy protocol that is unknown, or without a key or authentication")
        if self._priv and target.priv_key and not target.priv_key.reveal():
            raise BadTarget("an empty privacy key")

    @property
    def ready(self) -> bool:
        """See Security."""
        return self._memory.engine is not None

    @property
    def can_probe(self) -> bool:
        """See Security."""
        return self.ready and bool(self._level & PRIV) and not self._memory.proven

    def opening(self, number: int) -> bytes:
        """Return the discovery of RFC 3414 section 4: no user, no engine, no variables."""
        scoped = message.encode_scoped(b"", _DISCOVERY).with_id(number)
        return message.encode_secure(SecureMessage(number, REPORTABLE, b"", 0, 0, b"", b"", 0, b"", scoped, b""))[0]

    def wrap(self, asked: Request, number: int, now: float) -> bytes:
        """See Security."""
        return self._wrap(asked, number, now, self._level)

    def probe(self, number: int, now: float) -> bytes:
        """See Security."""
        return self._wrap(_DISCOVERY, number, now, self._level & ~PRIV)

    def _wrap(self, asked: Request, number: int, now: float, level: int) -> bytes:
        engine = self._engine()
        boots, time = engine.boots, engine.time_at(now)
        scoped, salt = self._scoped(engine.id, asked).with_id(number), b""
        if level & PRIV and self._privacy:
            scoped, salt = self._privacy.encrypt(scoped, boots, time, self._salt())
        digest = bytes(self._signer.size) if level & AUTH and self._signer else b""
        whole, at = self._envelopes.wrap(
            SecureMessage(number, level | REPORTABLE, engine.id, boots, time, self._user, digest, 0, salt, scoped, b"")
        )
        if level & AUTH and self._signer:
            return whole[:at] + self._signer.digest(whole) + whole[at + len(digest) :]
        return whole

    def _scoped(self, engine_id: bytes, asked: Request) -> Request:
        """Return the scopedPDU around a request. Polls repeat, so encodings are kept."""
        found = self._scopes.get(asked)
        if found is None or engine_id != self._scopes_of:
            if engine_id != self._scopes_of or len(self._scopes) >= _MOST_SCOPES:
                self._scopes, self._scopes_of = {}, engine_id
            found = self._scopes[asked] = message.encode_scoped(engine_id, asked)
        return found

    def _engine(self) -> Engine:
        """Return the engine, with the keys localized for it."""
        engine = self._memory.engine
        if engine is None:
            raise BadTarget("no engine discovered yet")
        if self._localized_for != engine.id:
            self._localize(engine.id)
        return engine

    def _localize(self, engine_id: bytes) -> None:
        target = self._target
        if self._auth and target.auth_key:
            self._signer = self._ring.signer(target.auth_key, self._auth, engine_id)
            if self._priv and target.priv_key:
                self._privacy = self._ring.privacy(target.priv_key, self._auth, engine_id, self._priv)
        self._localized_for = engine_id

    def recognise(self, layout: Layout | None, data: bytes) -> SecureMessage | None:
        """See Security. The layout is that of the PDU inside: digest and privacy come first."""
        del layout
        return self._envelopes.read(data)

    def unwrap(self, received: CommunityMessage | SecureMessage, now: float, asked: Request | None) -> Pdu | Rejection:
        """See Security."""
        if not isinstance(received, SecureMessage):
            return Rejection(Action.IGNORE, Fault.WRONG_VERSION)
        if received.flags & AUTH and (fault := self._authenticate(received)):
            return Rejection(Action.IGNORE, fault)
        try:
            pdu = self._pdu(self._plain(received), asked)
        except BerError:
            return Rejection(Action.IGNORE, Fault.UNREADABLE)
        if pdu.kind == PduType.REPORT:
            return self._report(received, pdu, now)
        return self._response(received, pdu, now)

    def _pdu(self, plain: bytes, asked: Request | None) -> Pdu:
        """Return what is in a scopedPDU. Raises BerError."""
        layouts = self.layouts
        layout = layouts.known(asked) if asked is not None else None
        pdu = layout.read(plain) if layout is not None else None
        if asked is None:
            return message.decode_scoped(plain)[0]
        if pdu is None:
            pdu, at = message.decode_scoped(plain)
            layouts.learn(asked, plain, at, pdu)
        else:
            layouts.served(asked)
        return pdu

    def _authenticate(self, received: SecureMessage) -> Fault | None:
        """Check who signed (RFC 3414 section 3.2, steps 3 to 6)."""
        if self._memory.engine is None or received.engine_id != self._engine().id or received.user != self._user:
            return Fault.FOREIGN_ENGINE
        signer, size = self._signer, len(received.digest)
        if signer is None or size != signer.size:
            return Fault.BAD_DIGEST
        whole, at = received.whole, received.digest_at
        expected = signer.digest(whole[:at] + bytes(size) + whole[at + size :])
        return None if compare_digest(expected, received.digest) else Fault.BAD_DIGEST

    def _plain(self, received: SecureMessage) -> bytes:
        if not received.flags & PRIV:
            return received.scoped
        if self._privacy is None:
            raise BerError("encrypted, and no key")
        return self._privacy.decrypt(received.scoped, received.boots, received.time, received.salt)

    def _response(self, received: SecureMessage, pdu: Pdu, now: float) -> Pdu | Rejection:
        engine = self._engine()
        if received.flags & self._level != self._level:
            return Rejection(Action.IGNORE, Fault.LEVEL_TOO_LOW)
        if received.engine_id != engine.id or pdu.request_id != received.id:
            return Rejection(Action.IGNORE, Fault.FOREIGN_ENGINE)
        if self._level & AUTH:
            if engine.trusted and self._is_replay(received, engine, now):
                return Rejection(Action.IGNORE, Fault.REPLAYED)
            self._learn_time(received, engine, now)
        self._memory.proven = True
        self._envelopes.learn(received)
        return pdu

    @staticmethod
    def _is_replay(received: SecureMessage, engine: Engine, now: float) -> bool:
        if received.boots != engine.boots:
            return received.boots < engine.boots
        return received.time < engine.time_at(now) - TIME_WINDOW_S

    @staticmethod
    def _learn_time(received: SecureMessage, engine: Engine, now: float) -> None:
        if not engine.trusted or (received.boots, received.time) > (engine.boots, engine.time_at(now)):
            engine.boots, engine.time, engine.at, engine.trusted = received.boots, received.time, now, True

    def _report(self, received: SecureMessage, pdu: Pdu, now: float) -> Rejection:
        """Judge a report. Unauthenticated ones can be forged: they never make anything trusted."""
        fault = _REPORTS.get(pdu.varbinds[0].oid, Fault.UNKNOWN_REPORT) if pdu.varbinds else Fault.UNKNOWN_REPORT
        if fault == Fault.UNKNOWN_ENGINE:
            return self._discovered(received, now)
        if fault == Fault.NOT_IN_TIME_WINDOW:
            return self._set_clock(received, now)
        return Rejection(Action.GIVE_UP, fault)

    def _discovered(self, received: SecureMessage, now: float) -> Rejection:
        if len(received.engine_id) not in _ENGINE_ID_BYTES:
            return Rejection(Action.IGNORE, Fault.MALFORMED)
        engine = self._memory.engine
        if engine is None or engine.id != received.engine_id:
            self._memory.engine = Engine(received.engine_id, received.boots, received.time, now)
            self._memory.proven = False
        return Rejection(Action.AGAIN, Fault.UNKNOWN_ENGINE)

    def _set_clock(self, received: SecureMessage, now: float) -> Rejection:
        """Take the clock of a notInTimeWindows report: also a clock that went back, for some engines never count boots.

        The report answers a number that is open, so an old one played again does not get here.
        """
        engine = self._memory.engine
        if engine is None or received.engine_id != engine.id:
            return Rejection(Action.IGNORE, Fault.FOREIGN_ENGINE)
        authenticated = bool(received.flags & AUTH)
        if engine.trusted and not authenticated:
            return Rejection(Action.IGNORE, Fault.NOT_IN_TIME_WINDOW)
        back = engine.trusted and (received.boots, received.time) < (engine.boots, engine.time_at(now) - TIME_WINDOW_S)
        engine.boots, engine.time, engine.at, engine.trusted = received.boots, received.time, now, authenticated
        return Rejection(Action.AGAIN, Fault.CLOCK_BACKWARDS if back else Fault.NOT_IN_TIME_WINDOW)
