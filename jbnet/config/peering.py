"""BGP towards other networks (RFC 4271): one session a line, the main line preferred, filters both ways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network

from jbnet.config.intent import Bgp, Neighbor, PrefixEntry, RouteMapEntry
from jbnet.config.routing import Policy
from jbnet.inventory.proofs import internal_key, session_key
from jbnet.model.findings import Place
from jbnet.model.network import BgpSession, Device, Network

BEST_METRIC = 1000
"""A line's multi-exit discriminator is this minus its local preference: what we prefer, the peer prefers too."""


def peering(network: Network, device: Device) -> tuple[Bgp | None, Policy]:
    """Return the device's BGP process and its policy; None where no session ends on it."""
    ours = [s for s in network.bgp_sessions if s.device == device.name]
    theirs = [s for s in network.bgp_sessions if s.peer_device == device.name]
    if device.loopback is not None and ours:
        return _our_side(network, device, ours)
    if device.loopback is not None and theirs:
        return _their_side(network, device, theirs)
    return None, Policy()


def _our_side(network: Network, device: Device, sessions: Sequence[BgpSession]) -> tuple[Bgp, Policy]:
    assert device.loopback is not None  # noqa: S101  checked by the caller; for the type checker
    neighbors = (*_internal(network, device), *(_external(network, s) for s in sessions))
    process = Bgp(network.asn, device.loopback, (network.supernet,), neighbors, device.place)
    return process, _our_policy(network, sessions)


def _external(network: Network, session: BgpSession) -> Neighbor:
    description = f"{session.peer} {session.circuit}"
    inward, outward = _name(session.circuit, "IN"), _name(session.circuit, "OUT")
    place = network.circuits[session.circuit].place
    key = session_key(network, session)
    return Neighbor(
        session.peer_address, session.peer_asn, description, False, inward, outward, key, place, session.shutdown
    )


def _internal(network: Network, device: Device) -> Iterator[Neighbor]:
    """Yield the other routers of ours that have sessions with anybody: a full mesh."""
    others = sorted({s.device for s in network.bgp_sessions} - {device.name})
    for name in others:
        address = network.devices[name].loopback
        if address is not None:
            place = network.devices[name].place
            yield Neighbor(address, network.asn, name, internal=True, secret=internal_key(network), origin=place)


def _our_policy(network: Network, sessions: Sequence[BgpSession]) -> Policy:
    lists: list[PrefixEntry] = []
    for peer in sorted({s.peer for s in sessions}):
        place = network.peers[peer].place
        lists += _prefix_list(_name(peer, "IN"), network.peers[peer].prefixes, place)
        lists += _prefix_list(_name(peer, "OUT"), [network.supernet], place)
    maps = [entry for s in sessions for entry in _session_maps(s, network.circuits[s.circuit].place)]
    return Policy(tuple(lists), tuple(maps))


def _session_maps(session: BgpSession, place: Place | None) -> tuple[RouteMapEntry, RouteMapEntry]:
    preference = session.local_pref
    metric = max(0, BEST_METRIC - preference)
    return (
        RouteMapEntry(_name(session.circuit, "IN"), 10, _name(session.peer, "IN"), preference, origin=place),
        RouteMapEntry(_name(session.circuit, "OUT"), 10, _name(session.peer, "OUT"), metric=metric, origin=place),
    )


def _their_side(network: Network, device: Device, sessions: Sequence[BgpSession]) -> tuple[Bgp, Policy]:
    assert device.loopback is not None  # noqa: S101  checked by the caller; for the type checker
    peer = network.peers[device.home]
    assert peer.asn is not None  # noqa: S101  a session is declared only with a peer that has one
    inward, outward = _name(network.name, "IN"), _name(network.name, "OUT")
    neighbors = tuple(
        Neighbor(
            s.local_address, network.asn, f"{s.device} {s.circuit}", False, inward, outward, session_key(network, s)
        )
        for s in sessions
    )
    lists = (*_prefix_list(inward, [network.supernet]), *_prefix_list(outward, peer.prefixes))
    maps = (RouteMapEntry(inward, 10, inward), RouteMapEntry(outward, 10, outward))
    return Bgp(peer.asn, device.loopback, peer.prefixes, neighbors), Policy(lists, maps)


def _prefix_list(name: str, prefixes: Iterable[IPv4Network], place: Place | None = None) -> list[PrefixEntry]:
    return [PrefixEntry(name, 5 * number, prefix, origin=place) for number, prefix in enumerate(prefixes, 1)]


def _name(subject: str, direction: str) -> str:
    return f"{subject.upper()}-{direction}"
