"""Name servers: what each says of a name, and changes at the primary."""

from __future__ import annotations

from typing import Protocol

from jbnet.model.dns import DnsZone
from jbnet.recovery.name_moves import Fate, NameSaid, NameUpdate


class NameServers(Protocol):
    """Name servers of declared zones, asked directly over TCP (RFC 7766). Every call has a time-out of its own."""

    def look(self, zone: DnsZone, server: str, name: str) -> NameSaid:
        """Return what one server says of a name, from its own data. Raises Unreachable, and CommandFailed where it
        does not serve the zone.
        """

    def update(self, zone: DnsZone, update: NameUpdate) -> Fate:
        """Send a signed change to the primary (RFC 2136, RFC 8945); it is made as a whole or not at all.

        Raises Unreachable (it may have been made all the same), Missing (no key), and CommandFailed where the server
        refuses the key or the change.
        """
