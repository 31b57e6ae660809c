"""A fence around all hosts of a site that hold a database: a local standby is shut in with the primary it follows.

It takes no writes while it follows; a hand that promotes it behind a failover would make two leaders. So its proof is
wanted as well as the primary's: its own ring, or its own server stopped and marked. A lease says nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from jbnet.model.network import Network
from jbnet.ports import Fence, FenceProof
from jbnet.recovery.observed import RingLook


class WholeFence:
    """Implements Fence over two others: ``fence`` is asked about hosts that may lead, ``plain`` about local standbys.

    Without a local standby it is ``fence``, and nothing else.
    """

    def __init__(self, network: Network, fence: Fence, plain: Fence):
        self._network = network
        self._fence = fence
        self._plain = plain

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        """Look only, at both."""
        return self._both(database, host, lambda fence, one: fence.check(database, one, patience))

    def glance(self, database: str, host: str) -> FenceProof:
        """Look as far as it takes to know whether something is left to do."""
        return self._both(database, host, lambda fence, one: fence.glance(database, one))

    def close(self, database: str, host: str) -> FenceProof:
        """Close both, side by side."""
        return self._both(database, host, lambda fence, one: fence.close(database, one))

    def open(self, database: str, host: str) -> FenceProof:
        """Open both."""
        return self._both(database, host, lambda fence, one: fence.open(database, one))

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        """Read the rings of one host."""
        return self._fence.rings(host, databases)

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        """Look for filters that are left around one host."""
        return self._fence.remains(host, databases)

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        """Ask the routers of all rings; one that filters around either filters."""
        found, local = dict(self._fence.filtered(database, host)), self._local(database, host)
        for router, filters in (self._plain.filtered(database, local) if local is not None else {}).items():
            known = (found.get(router, False), filters)
            found[router] = True if True in known else None if None in known else False
        return found

    def _local(self, database: str, host: str) -> str | None:
        declared = self._network.databases.get(database)
        return declared.local_standby if declared is not None and host == declared.primary else None

    def _both(self, database: str, host: str, ask: Callable[[Fence, str], FenceProof]) -> FenceProof:
        local = self._local(database, host)
        if local is None:
            return ask(self._fence, host)
        with ThreadPoolExecutor(1) as beside:
            other = beside.submit(ask, self._plain, local)
            return _joined(ask(self._fence, host), other.result())


def _joined(proof: FenceProof, local: FenceProof) -> FenceProof:
    """Return the proof of both: nothing of one of them proves the other."""
    by = f"{proof.by}; {local.host}: {local.by}" if proof.proved and local.proved else ""
    left = () if local.proved else ({"what": "local standby", "device": local.host, "holds": False},)
    return replace(proof, proved=proof.proved and local.proved, by=by,
                   observations=(*proof.observations, *local.observations, *left))  # fmt: skip
