"""Configurations of routing neighbours: who proves who he is, and what is learned from whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jbnet.model.findings import Place
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.standards.predicates.base import Verdict, unknown, violated
from jbnet.standards.predicates.configured import Configured, inapplicable, listed, passed, places, read_all
from jbnet.standards.world import World

if TYPE_CHECKING:  # as in ``configured``: a check never looks at a configuration
    from jbnet.config.audit.observed import Fact, Observed, Reading

_LOOPBACK = re.compile(r"(?:loopback|null)\d*$|lo$", re.IGNORECASE)
_WEAK = frozenset({"null", "none", "simple", "text", ""})
"""Words for no authentication, and for passwords that anyone on the line can read (RFC 2328, D.2)."""


_OSPF = ("ospf_ports", "ospf_networks", "ospf_silent", "ospf_port_keys", "ospf_area_keys")


class OspfAuthenticated(Configured):
    """OSPF neighbours prove who they are by a digest (RFC 2328, D.3; RFC 5709) wherever there may be any."""

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """The interface's own setting counts before its area's. Loopbacks have no neighbours."""
        known, missing = read_all(
            seen, "ospf_ports", "ospf_networks", "ospf_silent", "ospf_port_keys", "ospf_area_keys"
        )
        if missing is not None:
            return missing
        silent = known["ospf_silent"].by()
        speaking = [one for one in known["ospf_ports"].readings
                    if one.about not in silent and not _LOOPBACK.search(one.about)]  # fmt: skip
        by_port, by_area = known["ospf_port_keys"].by(), known["ospf_area_keys"].by()
        keys = {port.about: by_port.get(port.about) or by_area.get(port.value or "") for port in speaking}
        weak = [port for port in speaking if _is_weak(keys[port.about])]
        if weak:
            return violated(text("OSPF without authentication: {names}", names=listed([one.about for one in weak])),
                            places(weak))  # fmt: skip
        unclear = [one.about for one in known["ospf_networks"].readings if _is_weak(by_area.get(one.about))]
        if unclear:
            return unknown(text("interfaces in these areas are named by their networks alone: {names}",
                                names=listed(list(dict.fromkeys(unclear)))))  # fmt: skip
        if not speaking and not known["ospf_networks"].readings:
            return inapplicable(text("it has no OSPF neighbours"))
        shown = [one for one in keys.values() if one is not None]
        return passed(text("OSPF authenticated: {names}", names=listed(list(keys) or ["-"])), places(shown))


def _is_weak(reading: Reading | None) -> bool:
    return reading is None or (reading.value or "").lower() in _WEAK


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A BGP neighbour: where it is configured, and the group from which it has what it has not itself."""

    address: str
    places: tuple[Place, ...]
    group: str | None

    def own(self, fact: Fact) -> Reading | None:
        """Return what a fact says of it, or of its group."""
        found = fact.by()
        return found.get(self.address) or (found.get(self.group) if self.group is not None else None)


def _neighbours(seen: Observed, which: str) -> tuple[list[_Neighbour], Verdict | None]:
    """Return the neighbours, and the verdict where they are not known or there are none.

    One whose system nobody states is in an internal group: external ones cannot do without.
    """
    known, missing = read_all(seen, "bgp_as", "bgp_peers", "bgp_groups")
    own = {one.value for one in known["bgp_as"].readings} | {"internal", None}
    systems, groups = known["bgp_peers"].by(), known["bgp_groups"].by()
    named = {one.value for one in groups.values()}
    found = []
    for address in dict.fromkeys((*(name for name in systems if name not in named), *groups)):
        member = groups.get(address)
        group = member.value if member is not None else None
        said = systems.get(address) or (systems.get(group) if group is not None else None)
        if which == "all" or (said.value if said else None) not in own:
            lines = said or member
            found.append(_Neighbour(address, lines.places if lines else (), group))
    return found, missing or (None if found else inapplicable(text("it has no such BGP neighbours")))


def _names(neighbours: Sequence[_Neighbour]) -> Text:
    return listed([one.address for one in neighbours])


class BgpAuthenticated(Configured):
    """BGP neighbours share a key (RFC 2385, RFC 5925): the external ones, or all."""

    who: Literal["external", "all"] = "all"

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Which key it is cannot be seen; that of a group is its members'."""
        neighbours, missing = _neighbours(seen, self.who)
        if missing is not None:
            return missing
        keys = {one: one.own(seen.fact("bgp_keys")) for one in neighbours}
        bare = [one for one, key in keys.items() if key is None]
        if bare:
            said = text("BGP without authentication: {names}", names=_names(bare))
            return violated(said, [place for one in bare for place in one.places])
        said = text("BGP authenticated: {names}", names=_names(neighbours))
        return passed(said, places(key for key in keys.values() if key is not None))


class BgpFiltered(Configured):
    """What is learned from external BGP neighbours, and what is told to them, is filtered."""

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """A filter has to be there both ways; what it permits is the declaration's to say."""
        neighbours, missing = _neighbours(seen, "external")
        if missing is not None:
            return missing
        sides = {one: [one.own(seen.fact(name)) for name in ("bgp_in", "bgp_out")] for one in neighbours}
        bare = [one for one, filters in sides.items() if None in filters]
        if bare:
            said = text("BGP without filters both ways: {names}", names=_names(bare))
            return violated(said, [place for one in bare for place in one.places])
        shown = [side for filters in sides.values() for side in filters if side is not None]
        return passed(text("BGP filtered: {names}", names=_names(neighbours)), places(shown))


class BgpOpen(Configured):
    """External BGP neighbours are shut down where the declaration says so, and nowhere else (RFC 4486, 4)."""

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """A neighbour of a group that is shut down is; whether the session stands is no matter of configuration."""
        neighbours, missing = _neighbours(seen, "external")
        if missing is not None:
            return missing
        sessions = world.network.bgp_sessions
        meant = {str(one.peer_address) for one in sessions if one.device == device.name and one.shutdown}
        shut = {one: one.own(seen.fact("bgp_shut")) for one in neighbours}
        found = [one for one, said in shut.items() if said is not None and one.address not in meant]
        if found:
            said = text("BGP sessions that are shut down and not declared so: {names}", names=_names(found))
            return violated(said, [place for one in found for place in one.places])
        said = text("no BGP session is shut down but those that are declared so: {names}", names=_names(neighbours))
        return passed(said, [place for one in neighbours for place in one.places])
