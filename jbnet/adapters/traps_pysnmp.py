"""The part of the trap receiver that speaks to pysnmp 7.1: engine, users, transport, and its values made ours."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import encoder  # type: ignore[import-untyped]  # it ships no types
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config, engine
from pysnmp.entity.rfc3413 import ntfrcv

from jbnet.snmp import ber, keys
from jbnet.snmp.ber import BerError
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.message import SecureMessage, decode_message
from jbnet.snmp.types import SnmpTarget, VarBind

_AUTH = {
    "": config.USM_AUTH_NONE,
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "": config.USM_PRIV_NONE,
    "DES": config.USM_PRIV_CBC56_DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES192C": config.USM_PRIV_CFB192_AES,
    "AES256C": config.USM_PRIV_CFB256_AES,
}
_MOST_ENGINES = 8192  # forged notifications must not fill the memory with engines
_BOOTS_EPOCH, _BOOTS_STEP_S = 1_577_836_800, 10  # 2020; a restart is a larger number of boots (RFC 3414 section 2.2)


@dataclass(frozen=True, slots=True)
class Notification:
    """A verified trap or inform."""

    source: str
    varbinds: tuple[VarBind, ...]


class Receiver:
    """One pysnmp engine. ``accept`` and ``refuse`` are called in the event loop's thread."""

    def __init__(
        self, senders: Sequence[SnmpTarget], accept: Callable[[Notification], None], refuse: Callable[[], None]
    ):
        self._senders, self._accept, self._refuse = senders, accept, refuse
        self._users = {sender.user: sender for sender in reversed(senders) if sender.version == "3"}
        self._known: set[tuple[bytes, str]] = set()
        self._ring = KeyRing()
        self._engine: Any = None
        self._taken = False

    async def open(self, loop: asyncio.AbstractEventLoop, opened: Sequence[socket.socket]) -> None:
        """Make the engine and let it read from the sockets, one of IPv4 and one of IPv6 at most."""
        self._engine = engine.SnmpEngine()
        self._count_boots()
        communities = {sender.community.reveal() for sender in self._senders if sender.community is not None}
        for index, community in enumerate(sorted(communities)):
            config.add_v1_system(self._engine, f"community{index}", community)
        for name in self._users:
            self._add_user(name, bytes(self._engine.snmpEngineID))
        transports = [self._transport(loop, one) for one in opened]
        ntfrcv.NotificationReceiver(self._engine, self._notified)
        while any(transport.transport is None for transport in transports):
            await asyncio.sleep(0)

    def _transport(self, loop: asyncio.AbstractEventLoop, opened: socket.socket) -> Any:
        """Let the engine read from one socket."""
        newer = opened.family == socket.AF_INET6
        transport = _Transport6(self, loop=loop) if newer else _Transport(self, loop=loop)
        domain = udp6.DOMAIN_NAME if newer else udp.DOMAIN_NAME
        config.add_transport(self._engine, domain, transport.open_server_mode(sock=opened))
        return transport

    def close(self) -> None:
        """Close transport and dispatcher."""
        if self._engine is not None and self._engine.transport_dispatcher is not None:
            self._engine.close_dispatcher()

    def handle(self, datagram: bytes, process: Callable[[], None]) -> None:
        """Prepare for an SNMPv3 sender that is seen for the first time, and let pysnmp ``process`` the datagram."""
        self._taken = False
        try:
            self._introduce(datagram)
            process()
        except Exception:  # noqa: BLE001  whatever pysnmp makes of hostile bytes must not end the receiver
            self._taken = False
        if not self._taken:
            self._refuse()

    def _count_boots(self) -> None:
        """Give the engine more boots than it had in an earlier run; pysnmp forgets them, senders of informs do not."""
        (boots,) = self._engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineBoots")
        boots.syntax = boots.syntax.clone(int(time.time() - _BOOTS_EPOCH) // _BOOTS_STEP_S)

    def _introduce(self, datagram: bytes) -> None:
        try:
            received = decode_message(datagram)
        except BerError:  # SNMPv2c notifications among them: no user to introduce
            return
        if isinstance(received, SecureMessage):
            name = received.user.decode("utf-8", "replace")
            known = (received.engine_id, name) in self._known
            if name in self._users and received.engine_id and not known and len(self._known) < _MOST_ENGINES:
                self._add_user(name, received.engine_id)

    def _add_user(self, name: str, engine_id: bytes) -> None:
        user = self._users[name]
        auth, priv = keys.protocol_name(user.auth_protocol), keys.protocol_name(user.priv_protocol)
        protocol, cipher = keys.AUTH_PROTOCOLS.get(auth), keys.PRIV_PROTOCOLS.get(priv)
        localized = {}
        if protocol and user.auth_key:
            localized["authKey"] = self._ring.localized(user.auth_key, protocol, engine_id)
            if cipher and user.priv_key:
                localized["privKey"] = self._ring.privacy_key(user.priv_key, protocol, engine_id, cipher)
        config.add_v3_user(
            self._engine,
            name,
            authProtocol=_AUTH[auth],
            privProtocol=_PRIV[priv],
            securityEngineId=engine_id,
            authKeyType=config.USM_KEY_TYPE_LOCALIZED,
            privKeyType=config.USM_KEY_TYPE_LOCALIZED,
            **localized,
        )
        self._known.add((engine_id, name))

    def _notified(self, snmp_engine: Any, _state: Any, _id: Any, _name: Any, varbinds: Any, _context: Any) -> None:
        context = snmp_engine.observer.get_execution_context("rfc3412.receiveMessage:request")
        self._taken = True
        self._accept(Notification(str(context["transportAddress"][0]), tuple(_ours(varbinds))))


class _Shown:
    """A transport of pysnmp, with each datagram shown to the receiver first."""

    _callback_function: Callable[..., None]

    def __init__(self, receiver: Receiver, loop: asyncio.AbstractEventLoop):
        super().__init__(loop=loop)  # type: ignore[call-arg]  # of pysnmp's class, which stands beside this one
        self._receiver = receiver

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:  # noqa: N803  pysnmp's name
        self._receiver.handle(datagram, lambda: self._callback_function(self, transportAddress, datagram))


class _Transport(_Shown, udp.UdpAsyncioTransport):  # type: ignore[misc]  # its base has no types
    """Over IPv4."""


class _Transport6(_Shown, udp6.Udp6AsyncioTransport):  # type: ignore[misc]  # its base has no types
    """Over IPv6."""


def _ours(varbinds: Iterable[tuple[Any, Any]]) -> Iterable[VarBind]:
    """Make pysnmp's values ours by way of their encoding; what SNMP has no type for is left out."""
    for name, value in varbinds:
        encoded = encoder.encode(value)
        try:
            tag, start, stop = ber.read_header(encoded, 0, len(encoded))
            yield VarBind(tuple(name), tag, ber.decode_value(encoded, tag, start, stop))
        except BerError:
            continue
