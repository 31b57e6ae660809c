"""The outward nouns of SNMP: what is asked of whom, and what came back. ``jbnet.ports`` hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from jbnet.model.secrets import Secret

Oid = tuple[int, ...]
Value = int | bytes | tuple[int, ...] | None


class VarBind(NamedTuple):
    """One variable of an SNMP answer (RFC 3416).

    ``oid`` is a tuple of sub-identifiers; ``value`` is an int (Integer32, Counter, Gauge, TimeTicks), bytes
    (OCTET STRING, IpAddress, Opaque), a tuple (OBJECT IDENTIFIER) or None (NULL, noSuchObject, noSuchInstance,
    endOfMibView); ``tag`` is the BER tag of the value (:class:`jbnet.snmp.ber.Tag`).
    """

    oid: Oid
    tag: int
    value: Value


@dataclass(frozen=True, slots=True)
class SnmpTarget:
    """An agent: where it is and how to speak to it.

    ``version`` is ``1``, ``2c`` or ``3``. ``address`` is an IPv4 or IPv6 address as text. ``auth_protocol`` is one of
    MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512 (RFC 3414, RFC 7860), ``priv_protocol`` DES, AES (RFC 3414,
    RFC 3826), AES-192, AES-256, AES-192-C or AES-256-C (:mod:`jbnet.snmp.keys`); empty means none. Keys are passwords
    of 8 characters or more.
    """

    name: str
    address: str
    port: int = 161
    version: str = "2c"
    community: Secret | None = None
    user: str = ""
    auth_protocol: str = ""
    auth_key: Secret | None = None
    priv_protocol: str = ""
    priv_key: Secret | None = None


@dataclass(frozen=True, slots=True)
class SnmpAnswer:
    """What polling one agent gave.

    ``error`` is empty on success. Otherwise it names what went wrong (``timeout``, ``wrongDigest``,
    ``unknownUserName``, ``genErr``, ...: docs/snmp.md lists all) and ``varbinds`` holds what came before: what is
    missing there is unknown, not absent. ``rtt_s`` is the shortest round trip of the exchange in seconds. ``broken``:
    the columns and scalars that did not come whole, where the rest did; empty with an error: any of them.
    """

    target: str
    varbinds: tuple[VarBind, ...] = ()
    error: str = ""
    rtt_s: float | None = None
    broken: tuple[Oid, ...] = ()


@dataclass(frozen=True, slots=True)
class Trap:
    """A notification (trap or inform) that came in. It is a reason to look at the device, never a verdict.

    ``source`` is the sender's address (IPv4 or IPv6), ``oid`` the value of snmpTrapOID.0, ``varbinds`` all variables
    of it, ``received_at`` seconds on the monotonic clock. A trap of SNMPv1 is given as RFC 3584 section 3.1 makes it
    one of SNMPv2. ``agent`` is the agent-addr that it names (snmpTrapAddress.0), which differs from ``source`` behind
    a proxy or address translation; empty where none is named.
    """

    source: str
    oid: Oid
    varbinds: tuple[VarBind, ...]
    received_at: float
    agent: str = ""
