"""A fence whose proof may also be an expired lease. What is seen positively is tried first, and preferred."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jbnet.model.network import Network
from jbnet.ports import Fence, FenceProof
from jbnet.recovery.observed import RingLook
from jbnet.services.database_cluster import cluster
from jbnet.services.recover.leasing import LeaseLook, Leasing

BY_LEASE = "lease expired"


class LeaseFence:
    """Implements Fence over another one and a lease."""

    def __init__(self, network: Network, fence: Fence, leasing: Leasing):
        self._network = network
        self._fence = fence
        self._leasing = leasing

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        """Look only: the fence, and whether the lease was taken from this host."""
        return self._or_lease(self._fence.check(database, host, patience))

    def glance(self, database: str, host: str) -> FenceProof:
        """Look as far as it takes to know whether something is left to do."""
        return self._or_lease(self._fence.glance(database, host))

    def close(self, database: str, host: str) -> FenceProof:
        """Close the fence; where it is not proved, wait for the lease and take it.

        What was seen to accept a connection disproves everything, the lease too.
        """
        other = self._other(database, host)
        self._leasing.look(database, host, other)  # from now on its silence is counted
        proof = self._fence.close(database, host)
        if proof.proved:
            self._leasing.give(database, host, other)
            return proof
        if _is_disproved(proof):
            return _with(proof, self._leasing.look(database, host, other), other)
        return _with(proof, self._leasing.replace(database, host, other), other)

    def open(self, database: str, host: str) -> FenceProof:
        """Open the fence; the lease is the watchdogs' affair."""
        return self._fence.open(database, host)

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        """Read the rings."""
        return self._fence.rings(host, databases)

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        """Look for filters that are left."""
        return self._fence.remains(host, databases)

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        """Ask the routers of the rings."""
        return self._fence.filtered(database, host)

    def _or_lease(self, proof: FenceProof) -> FenceProof:
        if proof.proved:
            return proof
        other = self._other(proof.database, proof.host)
        return _with(proof, self._leasing.look(proof.database, proof.host, other), other)

    def _other(self, database: str, host: str) -> str:
        return cluster(self._network, database, host).other


def _is_disproved(proof: FenceProof) -> bool:
    return any(seen.get("outcome") == "accepted" for seen in proof.observations)


def _with(proof: FenceProof, look: LeaseLook, by: str) -> FenceProof:
    """Return the proof with what was seen of the lease; proved, where it was taken and nothing speaks against it.

    ``by``: the host that would take it.
    """
    seen = {"what": "lease", "device": proof.host, "by": by, **look.facts()}
    found = replace(proof, observations=(*proof.observations, seen))
    if not look.granted or _is_disproved(proof):
        return found
    return replace(found, proved=True, by=BY_LEASE)
