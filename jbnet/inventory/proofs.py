"""How the two ends of a circuit, and of a BGP session, prove who they are."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.model.authentication import Algorithm, OspfKeys, Proof
from jbnet.model.lines import Circuit
from jbnet.model.network import BgpSession, Network
from jbnet.platforms.registry import platform


def keys_of(network: Network, circuit: Circuit, area: str) -> OspfKeys | None:
    """Return the declared keys of a circuit in an OSPF area: the first that fit; None: it has none."""
    declared = network.authentication.ospf if network.authentication is not None else ()
    found = next((keys for keys in declared if keys.fits(circuit, area)), None)
    return found if found is not None and found.keys else None


def common(network: Network, circuit: Circuit, keys: OspfKeys) -> Algorithm | None:
    """Return the first declared algorithm that the systems at both ends have; None: there is none."""
    ends = [platform(network.devices[end.device].platform) for end in (circuit.a, circuit.z)]
    return next((one for one in keys.algorithms if all(one in end.ospf_keys for end in ends)), None)


def proof_of(network: Network, circuit: Circuit, area: str) -> Proof | None:
    """Return how both ends of a circuit sign their OSPF packets; None: they do not.

    Where they have no declared algorithm in common it is the first one, which rendering then refuses.
    """
    keys = keys_of(network, circuit, area)
    if keys is None:
        return None
    return Proof(common(network, circuit, keys) or keys.algorithms[0], keys.of_area(area), keys.place)


def session_key(network: Network, session: BgpSession) -> str | None:
    """Return the name of the secret that a session with a peer is signed with."""
    return network.authentication.peers.get(session.peer) if network.authentication is not None else None


def internal_key(network: Network) -> str | None:
    """Return the name of the secret that sessions among our own routers are signed with."""
    return network.authentication.internal if network.authentication is not None else None


def routing_secrets(network: Network) -> Iterator[str]:
    """Yield the names of all secrets that routers share with each other; a name may come twice."""
    for circuit, area in spoken(network):
        proof = proof_of(network, circuit, area)
        yield from (key.secret for key in proof.keys) if proof is not None else ()
    if network.authentication is not None and network.bgp_sessions:
        yield from filter(None, (internal_key(network), *(session_key(network, s) for s in network.bgp_sessions)))


def spoken(network: Network) -> Iterator[tuple[Circuit, str]]:
    """Yield the circuits over which OSPF is spoken, and the area of each."""
    for circuit in network.circuits.values():
        areas = {network.devices[end.device].interface(end.interface).area for end in (circuit.a, circuit.z)
                 if end.device in network.devices}  # fmt: skip
        if len(areas) == 1 and (area := areas.pop()) is not None:
            yield circuit, area
