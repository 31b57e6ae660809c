"""How requests are wrapped and answers unwrapped; here by community (RFC 1157, RFC 1901). No clock, no I/O.

By user: :mod:`jbnet.snmp.usm`.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple, Protocol

from jbnet.snmp import message
from jbnet.snmp.faults import Fault
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.layout import Layout, Layouts
from jbnet.snmp.message import CommunityMessage, SecureMessage
from jbnet.snmp.pdu import Pdu, Request
from jbnet.snmp.types import SnmpTarget


class Action(Enum):
    """What to do with a request whose answer was no Response."""

    AGAIN = "send it once more, with what was learnt"
    IGNORE = "go on waiting"
    GIVE_UP = "it cannot succeed"


class Rejection(NamedTuple):
    """Why an answer is no result, and what follows."""

    action: Action
    fault: Fault


class Security(Protocol):
    """Wraps requests to one agent and unwraps its answers.

    ``layouts`` are those of answers that were checked by these credentials.
    """

    layouts: Layouts

    @property
    def ready(self) -> bool:
        """Say whether requests can be wrapped; if not, send ``opening`` first."""

    @property
    def can_probe(self) -> bool:
        """Say whether ``probe`` would tell a wrong privacy key from silence."""

    def opening(self, number: int) -> bytes:
        """Return the message that discovers the engine."""

    def wrap(self, asked: Request, number: int, now: float) -> bytes:
        """Return the message; ``number`` is request-id and msgID."""

    def probe(self, number: int, now: float) -> bytes:
        """Return an authenticated message without privacy."""

    def recognise(self, layout: Layout | None, data: bytes) -> Pdu | SecureMessage | None:
        """Return what is in a datagram which is like an earlier one: the Response (of the layout), or a message.

        None where it must be decoded in full.
        """

    def unwrap(self, received: CommunityMessage | SecureMessage, now: float, asked: Request | None) -> Pdu | Rejection:
        """Return the Response inside, or why there is none. ``asked``: the request that it seems to answer."""


class BadTarget(ValueError):
    """A target whose protocols or keys cannot be used."""


_COMMUNITY_VERSIONS = {"1": message.VERSION_1, "2c": message.VERSION_2C}


class CommunitySecurity:
    """SNMPv1 and v2c: the community is all there is."""

    ready = True
    can_probe = False

    def __init__(self, target: SnmpTarget, ring: KeyRing):
        if target.community is None:
            raise BadTarget(f"SNMPv{target.version} without a community")
        self._version = _COMMUNITY_VERSIONS[target.version]
        self._community = target.community.reveal().encode()
        self.layouts, self._ring = Layouts(), ring

    def opening(self, number: int) -> bytes:
        """Nothing is to be discovered."""
        raise BadTarget(f"a community discovers nothing (request {number})")

    def probe(self, number: int, now: float) -> bytes:
        """Nothing is to be told apart."""
        raise BadTarget(f"a community has no privacy to probe (request {number} at {now})")

    def wrap(self, asked: Request, number: int, now: float) -> bytes:
        """See Security."""
        del now
        return self._ring.frame(self._version, self._community, asked).with_id(number)

    def recognise(self, layout: Layout | None, data: bytes) -> Pdu | None:
        """See Security. Version and community are among the bytes that must be those of an earlier answer."""
        return layout.read(data) if layout is not None else None

    def unwrap(self, received: CommunityMessage | SecureMessage, now: float, asked: Request | None) -> Pdu | Rejection:
        """See Security."""
        del now
        if not isinstance(received, CommunityMessage) or received.version != self._version:
            return Rejection(Action.IGNORE, Fault.WRONG_VERSION)
        if received.community != self._community:
            return Rejection(Action.IGNORE, Fault.WRONG_COMMUNITY)
        if asked is not None:
            self.layouts.learn(asked, received.whole, received.pdu_at, received.pdu)
        return received.pdu
