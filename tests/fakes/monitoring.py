"""A monitor over a simulated network, with a real store; run as a program it polls until it is killed."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.monitor.checks import Check, Checks, Reads
from jbnet.ports import Clock, Prober, Store, TrapSource
from jbnet.services.watch.monitor import Monitor
from jbnet.services.watch.ruling import Ruling


class FakeSecrets:
    """Every secret is there."""

    def get(self, name: str) -> Secret:
        return Secret(name, "not-so-secret")


def all_checks(network: Network, every_s: float = 1.0) -> Checks:
    """Everything is read from everybody."""
    roles = frozenset(network.roles)
    return Checks(tuple(Check(str(reads), reads, roles, every_s) for reads in Reads))


def make_monitor(
    net: SimNet,
    store: Path | Store,
    *,
    clock: Clock | None = None,
    checks: Checks | None = None,
    prober: Prober | None = None,
    traps: TrapSource | None = None,
    ruling: Ruling | None = None,
) -> Monitor:
    """Return a monitor of a simulated network; not started."""
    return Monitor(
        net.network,
        checks or all_checks(net.network),
        net,
        SqliteStore(store) if isinstance(store, Path) else store,
        clock or FakeClock(),
        FakeSecrets(),
        prober=prober,
        traps=traps,
        ruling=ruling,
    )


def main(path: str, cuts: Iterable[str]) -> None:
    """Poll as fast as it goes, saying the number of each round that is kept, until somebody kills this process."""
    net = SimNet(small())
    clock = FakeClock()
    monitor = make_monitor(net, Path(path), clock=clock)
    monitor.start()
    while True:
        clock.sleep(1)
        turn = monitor.poll_once()
        print(turn.summary.round, len(turn.outcome.book.incidents.open), flush=True)
        net.cut = set(cuts) if turn.summary.round >= 3 else set()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
