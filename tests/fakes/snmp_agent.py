"""A small SNMP agent, made to misbehave: pure (bytes to bytes), and a UDP server around it."""

from __future__ import annotations

import socket
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from jbnet.model.secrets import Secret
from jbnet.snmp import ber, keys, message
from jbnet.snmp.ber import BerError, Tag
from jbnet.snmp.message import AUTH, PRIV, SecureMessage
from jbnet.snmp.pdu import Pdu, PduType, decode_varbinds, encode_pdu
from jbnet.snmp.privacy import Privacy, privacy
from jbnet.snmp.types import Oid, SnmpTarget, Value, VarBind

COMMUNITY = "public"
USM_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
IF_NAME: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
IF_IN: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)
OTHER: Oid = (1, 3, 6, 1, 2, 1, 14, 10, 1, 3)
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TABLE = (IF_NAME, IF_IN)


def mib(rows: int = 5) -> dict[Oid, tuple[int, Value]]:
    """Return sysUpTime.0, two columns of so many rows, and a table behind them that is in no test's interest."""
    content: dict[Oid, tuple[int, Value]] = {UPTIME: (Tag.TIME_TICKS, 4711), (1, 3, 6, 1, 9, 1, 0): (Tag.INTEGER, -1)}
    for row in range(1, rows + 1):
        content[*IF_NAME, row] = (Tag.OCTET_STRING, f"up{row}".encode())
        content[*IF_IN, row] = (Tag.COUNTER64, 2**63 + row)
    return content


def read_request(data: bytes, position: int, end: int) -> Pdu:
    """Decode a GET, GETNEXT or GETBULK, the two numbers of which land in error_status and error_index."""
    kind, position, stop = ber.read_header(data, position, end)
    number, position = ber.read_integer(data, position, stop)
    first, position = ber.read_integer(data, position, stop)
    second, position = ber.read_integer(data, position, stop)
    start, stop = ber.read(data, position, stop, ber.SEQUENCE)
    return Pdu(kind, number, first, second, tuple(decode_varbinds(data, start, stop)))


def community_answer(pdu: Pdu, community: str = COMMUNITY, version: int = message.VERSION_2C) -> bytes:
    """Return an SNMPv2c message with this PDU."""
    content = ber.encode_integer(version) + ber.encode(ber.OCTET_STRING, community.encode())
    return ber.encode(ber.SEQUENCE, content + encode_pdu(pdu))


class Agent:
    """A correct SNMPv2c agent. Tests override ``respond`` (the PDU) or ``replies`` (the datagrams)."""

    version = message.VERSION_2C

    def __init__(self, content: dict[Oid, tuple[int, Value]] | None = None):
        self.content = mib() if content is None else content
        self.requests: list[Pdu] = []

    def replies(self, datagram: bytes) -> list[bytes]:
        """Return what to send back."""
        start, end = ber.read(datagram, 0, len(datagram), ber.SEQUENCE)
        version, position = ber.read_integer(datagram, start, end)
        community, position = ber.read_bytes(datagram, position, end)
        asked = read_request(datagram, position, end)
        if community.decode() != COMMUNITY or version != self.version:
            return []
        self.requests.append(asked)
        answer = self.respond(asked)
        return [] if answer is None else [community_answer(answer, version=version)]

    def respond(self, asked: Pdu) -> Pdu | None:
        """Return the Response to a request, or None."""
        names = [varbind.oid for varbind in asked.varbinds]
        if asked.kind == PduType.GETBULK:
            return self.answer(asked, self.bulk(names, asked.error_status, asked.error_index))
        if asked.kind == PduType.GETNEXT:
            return self.answer(asked, [self.next(name) for name in names])
        return self.answer(asked, [self.exact(name) for name in names])

    @staticmethod
    def answer(asked: Pdu, varbinds: Sequence[VarBind], status: int = 0, index: int = 0) -> Pdu:
        """Return a Response."""
        return Pdu(PduType.RESPONSE, asked.request_id, status, index, tuple(varbinds))

    def exact(self, oid: Oid) -> VarBind:
        """Return the variable, or noSuchInstance."""
        return VarBind(oid, *self.content.get(oid, (Tag.NO_SUCH_INSTANCE, None)))

    def next(self, oid: Oid) -> VarBind:
        """Return the next variable, or endOfMibView."""
        ordered = sorted(self.content)
        at = bisect_right(ordered, oid)
        return self.exact(ordered[at]) if at < len(ordered) else VarBind(oid, Tag.END_OF_MIB_VIEW, None)

    def bulk(self, names: Sequence[Oid], non_repeaters: int, repetitions: int) -> list[VarBind]:
        """Return rows in the order of RFC 3416."""
        found = [self.next(name) for name in names[:non_repeaters]]
        cursors = list(names[non_repeaters:])
        for _ in range(repetitions):
            row = [self.next(cursor) for cursor in cursors]
            cursors = [varbind.oid for varbind in row]
            found += row
        return found


class OldAgent(Agent):
    """A correct SNMPv1 agent: no GETBULK, no Counter64, and one variable that is not there refuses all (RFC 1157)."""

    version = message.VERSION_1

    def __init__(self, content: dict[Oid, tuple[int, Value]] | None = None):
        given = mib() if content is None else content
        super().__init__({oid: typed for oid, typed in given.items() if typed[0] != Tag.COUNTER64})

    def respond(self, asked: Pdu) -> Pdu | None:
        """See Agent."""
        if asked.kind == PduType.GETBULK:
            return None
        answer = super().respond(asked)
        for at, varbind in enumerate(answer.varbinds if answer else (), 1):
            if varbind.tag in (Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW):
                return self.answer(asked, asked.varbinds, 2, at)
        return answer


@dataclass
class Engine(Agent):
    """A correct authoritative SNMPv3 engine with one user (RFC 3414 section 3.2)."""

    user: str = "noc"
    auth: str = "SHA"
    auth_password: str = "authentication"
    priv: str = "AES"
    priv_password: str = "encryption"
    engine_id: bytes = b"\x80\x00\x1f\x88\x04core-r1"
    boots: int = 7
    time: int = 1000
    content: dict[Oid, tuple[int, Value]] = field(default_factory=mib)
    requests: list[Pdu] = field(default_factory=list)
    reports: list[int] = field(default_factory=list)
    salt: int = 1

    def target(self, port: int = 161) -> SnmpTarget:
        """Return the target with the right keys."""
        auth_key, priv_key = Secret("auth", self.auth_password), Secret("priv", self.priv_password)
        return SnmpTarget("core-r1", "127.0.0.1", port, "3", None, self.user, self.auth, auth_key, self.priv, priv_key)

    def replies(self, datagram: bytes) -> list[bytes]:
        """See Agent."""
        asked = decode_asked(datagram)
        signed = bool(asked.flags & AUTH)
        if asked.engine_id != self.engine_id:
            return [self.report(asked, 4)]
        if asked.user != self.user.encode():
            return [self.report(asked, 3)]
        if signed and asked.digest != self.digest(asked.whole, asked.digest_at, len(asked.digest)):
            return [self.report(asked, 5)]
        if signed and (asked.boots != self.boots or abs(asked.time - self.time) > 150):
            return [self.report(asked, 2, flags=AUTH)]
        return self.serve(asked)

    def serve(self, asked: SecureMessage) -> list[bytes]:
        """Answer a request whose security is in order; what cannot be decrypted is dropped, as net-snmp does."""
        scoped = asked.scoped
        if asked.flags & PRIV:
            scoped = self.privacy().decrypt(scoped, asked.boots, asked.time, asked.salt)
        try:
            request = decode_scoped_request(scoped)
        except BerError:
            return []
        self.requests.append(request)
        if not asked.flags & PRIV:
            return [self.wrap(asked, self.answer(request, request.varbinds, 16), asked.flags)]
        answer = self.respond(request)
        return [] if answer is None else [self.wrap(asked, answer, asked.flags)]

    def report(self, asked: SecureMessage, number: int, flags: int = 0) -> bytes:
        """Return the report usmStats.number."""
        self.reports.append(number)
        counter = VarBind((*USM_STATS, number, 0), Tag.COUNTER32, len(self.reports))
        return self.wrap(asked, Pdu(PduType.REPORT, 0, 0, 0, (counter,)), flags)

    def wrap(self, asked: SecureMessage, pdu: Pdu, flags: int) -> bytes:
        """Return the message, encrypted and signed as ``flags`` say."""
        flags &= AUTH | PRIV
        context = ber.encode(ber.OCTET_STRING, self.engine_id) + b"\x04\x00"
        scoped, salt = ber.encode(ber.SEQUENCE, context + encode_pdu(pdu)), b""
        if flags & PRIV:
            self.salt += 1
            scoped, salt = self.privacy().encrypt(scoped, self.boots, self.time, self.salt)
        digest = bytes(keys.AUTH_PROTOCOLS[self.auth].digest_bytes) if flags & AUTH else b""
        user = self.user.encode() if flags & AUTH else asked.user
        plain = SecureMessage(
            asked.id, flags, self.engine_id, self.boots, self.time, user, digest, 0, salt, scoped, b""
        )
        whole, at = message.encode_secure(plain)
        return whole[:at] + self.digest(whole, at, len(digest)) + whole[at + len(digest) :] if digest else whole

    def digest(self, whole: bytes, at: int, size: int) -> bytes:
        """Return the digest of a message whose digest lies at ``at``."""
        protocol = keys.AUTH_PROTOCOLS[self.auth]
        signer = keys.Signer(self._key(self.auth_password), protocol)
        return signer.digest(whole[:at] + bytes(size) + whole[at + size :])

    def privacy(self) -> Privacy:
        """Return the cipher of the user."""
        protocol, algorithm = keys.PRIV_PROTOCOLS[self.priv], keys.AUTH_PROTOCOLS[self.auth].algorithm
        return privacy(protocol, keys.privacy_key(self._key(self.priv_password), protocol, self.engine_id, algorithm))

    def _key(self, password: str) -> bytes:
        algorithm = keys.AUTH_PROTOCOLS[self.auth].algorithm
        return keys.localize(_user_key(password, algorithm), self.engine_id, algorithm)


_made: dict[tuple[str, str], bytes] = {}


def _user_key(password: str, algorithm: str) -> bytes:
    if (password, algorithm) not in _made:
        _made[password, algorithm] = keys.password_to_key(password.encode(), algorithm)
    return _made[password, algorithm]


def decode_asked(datagram: bytes) -> SecureMessage:
    """Decode a request of SNMPv3 up to its scoped PDU."""
    decoded = message.decode_message(datagram)
    assert isinstance(decoded, SecureMessage)
    return decoded


def decode_scoped_request(scoped: bytes) -> Pdu:
    """Decode the request in a scoped PDU."""
    start, end = ber.read(scoped, 0, len(scoped), ber.SEQUENCE)
    _, position = ber.read_bytes(scoped, start, end)
    _, position = ber.read_bytes(scoped, position, end)
    return read_request(scoped, position, end)


class UdpAgent:
    """A UDP server on loopback around ``replies``. ``with`` starts and stops it."""

    def __init__(self, replies: Callable[[bytes], list[bytes]], address: str = "127.0.0.1"):
        self._replies = replies
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(self._family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.address, self.port = self.socket.getsockname()[:2]
        self.clients: list[tuple[str, int]] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._closing = False

    def __enter__(self) -> UdpAgent:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        with socket.socket(self._family, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", (self.address, self.port))
        self._thread.join()
        self.socket.close()

    def target(self, **changes: object) -> SnmpTarget:
        """Return an SNMPv2c target for this server."""
        plain = SnmpTarget("agent", self.address, self.port, community=Secret("community", COMMUNITY))
        return replace(plain, **changes)  # type: ignore[arg-type]  # any of its fields

    def _serve(self) -> None:
        while not self._closing:
            datagram, client = self.socket.recvfrom(65535)
            if datagram:
                self.clients.append(client)
                for reply in self._replies(datagram):
                    self.socket.sendto(reply, client)
