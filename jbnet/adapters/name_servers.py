"""Name servers over TCP with dnspython: look-ups (RFC 1035) and signed changes (RFC 2136, RFC 8945)."""

from __future__ import annotations

import binascii
import time
from base64 import b64decode
from collections.abc import Callable, Sequence
from contextlib import closing
from socket import socket
from typing import TYPE_CHECKING, Final

from jbnet.adapters.dial import dial
from jbnet.inventory.building.dns import address_of
from jbnet.model.dns import DnsKind, DnsRecord, DnsZone
from jbnet.model.errors import CommandFailed, JbnetError, Unreachable
from jbnet.model.text import Text, text
from jbnet.ports.secrets import Secrets
from jbnet.recovery.name_moves import PROBE, Fate, NameSaid, NameUpdate

if TYPE_CHECKING:
    from dns.message import Message, QueryMessage
    from dns.update import UpdateMessage

ANSWER_S: Final = 4.0
"""For a connection and all that is asked over it. A server that stands still longer is silent in a recovery."""
OTHERWISE: Final = ("NXRRSET", "YXRRSET", "NXDOMAIN", "YXDOMAIN")
"""Codes by which a server says that what was expected does not hold (RFC 2136, 3.2.5)."""


class TcpNameServers:
    """Implements NameServers. ``addresses``: from a device's name to its addresses, which are tried side by side."""

    def __init__(self, addresses: Callable[[str], Sequence[str]], secrets: Secrets, seconds: float = ANSWER_S):
        self._addresses, self._secrets, self._seconds = addresses, secrets, seconds

    def look(self, zone: DnsZone, server: str, name: str) -> NameSaid:
        """Ask for the zone's serial and each type of record. Raises Unreachable and CommandFailed."""
        from dns.message import make_query

        end = time.monotonic() + self._seconds
        with closing(self._connected(zone, server)) as connection:

            def ask(what: str, kind: str) -> Message:
                query = make_query(f"{what}.", kind)
                query.flags = 0  # no recursion: what the server itself knows
                return _served(zone, server, _sent(query, connection, server, end))

            serial = _serial(zone, server, ask(zone.name, "SOA"))
            answers = {kind: ask(name, kind) for kind in DnsKind}
        found = {kind: _records(answer, name, kind) for kind, answer in answers.items()}
        ttls = [ttl for records, ttl in found.values() if records]
        return NameSaid(
            frozenset(one for records, _ in found.values() for one in records), max(ttls, default=None), serial
        )

    def update(self, zone: DnsZone, update: NameUpdate) -> Fate:
        """Send it to the primary, over a connection of its own. Raises Missing, Unreachable and CommandFailed."""
        from dns.rcode import to_text

        message = _message(zone, update, self._key(zone))
        end = time.monotonic() + self._seconds
        with closing(self._connected(zone, zone.primary)) as connection:
            answer = _sent(message, connection, zone.primary, end, zone)
        code = to_text(answer.rcode())
        if not answer.had_tsig:  # an answer that anybody could have sent proves nothing
            raise CommandFailed(
                "{server} answers a change of {zone} without a signature: {code}", server=zone.primary, zone=zone.name,
                code=code, hint=_key_hint(zone),
            )  # fmt: skip
        if code == "NOERROR":
            return Fate.MADE
        if code in OTHERWISE:
            return Fate.OTHERWISE
        raise CommandFailed("{server} refuses to change {name}: {code}", server=zone.primary, name=update.name,
                            code=code, hint=_refused_hint(zone, code))  # fmt: skip

    def _connected(self, zone: DnsZone, server: str) -> socket:
        known = [server] if address_of(server) is not None else self._addresses(server)
        found = dial(server, known, port=zone.port, timeout=self._seconds)
        found.setblocking(False)
        return found

    def _key(self, zone: DnsZone) -> bytes:
        try:
            return b64decode(self._secrets.get(zone.secret).reveal().strip(), validate=True)
        except binascii.Error:
            raise CommandFailed(
                "secret {name} is no key of TSIG: expected base64, as tsig-keygen prints it", name=zone.secret
            ) from None  # the library's exception may hold part of it


def _message(zone: DnsZone, update: NameUpdate, key: bytes) -> UpdateMessage:
    """Return the change as a message, signed when it is sent. What is expected has no TTL (RFC 2136, 2.4.2)."""
    from dns.name import from_text
    from dns.tsig import Key
    from dns.update import UpdateMessage

    keyname = from_text(f"{zone.key}.")
    message = UpdateMessage(f"{zone.name}.", keyring={keyname: Key(keyname, key, f"{zone.algorithm}.")},
                            keyname=keyname, keyalgorithm=f"{zone.algorithm}.")  # fmt: skip
    name = from_text(f"{update.name}.")
    for one in sorted(update.expected):
        message.present(name, one.kind.value, one.value)
    for kind in update.unexpected:
        message.absent(name, kind.value)
    if update.tried:
        for kind in update.tried:
            message.delete(name, kind.value, PROBE[kind])
        return message
    for kind in update.cleared:
        message.delete(name, kind.value)
    for one in sorted(update.wanted):
        message.add(name, update.ttl, one.kind.value, one.value)
    return message


def _sent(
    message: QueryMessage | UpdateMessage | Message,
    connection: socket,
    server: str,
    end: float,
    zone: DnsZone | None = None,
) -> Message:
    """Return the answer, its signature judged where the question had one."""
    from dns import exception, query, tsig
    from dns.message import UnknownTSIGKey

    try:
        return query.tcp(message, server, timeout=max(0.0, end - time.monotonic()), sock=connection)
    except (tsig.PeerError, tsig.BadSignature, tsig.BadKey, tsig.BadTime, tsig.BadAlgorithm, UnknownTSIGKey) as error:
        raise _key_refused(server, zone, error) from error
    except exception.Timeout as error:
        raise Unreachable("{server} does not answer on TCP: {tried}", server=server,
                          tried=text("no answer")) from error  # fmt: skip
    except (OSError, EOFError) as error:
        said = str(error) or type(error).__name__
        raise Unreachable("{server} ended the conversation: {reason}", server=server, reason=said) from error
    except (exception.DNSException, ValueError) as error:
        raise CommandFailed("{server} answers what cannot be read: {reason}", server=server,
                            reason=type(error).__name__) from error  # fmt: skip


def _key_refused(server: str, zone: DnsZone | None, error: Exception) -> JbnetError:
    from dns import tsig

    if zone is None:
        return CommandFailed(
            "{server} answers what cannot be read: {reason}", server=server, reason=type(error).__name__
        )
    if isinstance(error, tsig.PeerBadTime | tsig.BadTime):
        return CommandFailed("{server} refuses the key {key}: its clock and the one here differ", server=server,
                             key=zone.key, hint=text("set the clocks: TSIG allows for five minutes"))  # fmt: skip
    reasons = {
        tsig.PeerBadKey: text("it does not know it"),
        tsig.PeerBadSignature: text("it has another secret for it"),
        tsig.BadSignature: text("what it answered is not signed with it"),
    }
    reason = next((said for kind, said in reasons.items() if isinstance(error, kind)), text(type(error).__name__))
    return CommandFailed("{server} refuses the key {key}: {reason}", server=server, key=zone.key, reason=reason,
                         hint=_key_hint(zone))  # fmt: skip


def _key_hint(zone: DnsZone) -> Text:
    return text("compare name, algorithm ({algorithm}) and secret {secret} with the server's", algorithm=zone.algorithm,
                secret=zone.secret)  # fmt: skip


def _refused_hint(zone: DnsZone, code: str) -> Text:
    if code == "NOTAUTH":
        return text("it is not the primary of {zone}: correct inventory/, or make it one", zone=zone.name)
    return text("have the zone's update-policy there grant {key} this name", key=zone.key)


def _served(zone: DnsZone, server: str, answer: Message) -> Message:
    """Return an answer that the server gave from the zone itself. Raises CommandFailed for any other."""
    from dns.flags import AA
    from dns.rcode import to_text

    code = to_text(answer.rcode())
    if code not in ("NOERROR", "NXDOMAIN") or not answer.flags & AA:
        found = code if code not in ("NOERROR", "NXDOMAIN") else "no AA"
        raise CommandFailed("{server} does not serve {zone}: {code}", server=server, zone=zone.name, code=found)
    return answer


def _serial(zone: DnsZone, server: str, answer: Message) -> int:
    from dns.rdatatype import SOA

    for rrset in answer.answer:
        if rrset.rdtype == SOA and rrset.name.to_text(omit_final_dot=True).lower() == zone.name:
            return int(rrset[0].serial)
    raise CommandFailed("{server} does not serve {zone}: {code}", server=server, zone=zone.name, code="no SOA")


def _records(answer: Message, name: str, kind: DnsKind) -> tuple[tuple[DnsRecord, ...], int]:
    """Return the records of a type that the name itself has, and their TTL; a CNAME on the way is no address."""
    from dns.rdatatype import from_text

    wanted = from_text(kind.value)
    for rrset in answer.answer:
        if rrset.rdtype == wanted and rrset.name.to_text(omit_final_dot=True).lower() == name:
            return tuple(DnsRecord(kind, record.to_text().lower()) for record in rrset), rrset.ttl
    return (), 0
