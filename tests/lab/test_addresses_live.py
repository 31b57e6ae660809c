"""Service addresses that move one by one between two hosts with FRR: how one is announced says nothing of the others.

The router between prefers the old host by far: only one of type 1 wins over that of the old (RFC 2328, 16.4).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from eventually import eventually
from frr_net import FrrNet, Line, frr_net, routes_watched

from jbnet.adapters.routes import OspfRoutes, announcing, withdrawing

pytestmark = pytest.mark.lab
OLD, NEW, ROUTER = "one-db1", "two-db1", "mid-r1"
LOOPBACKS = {ROUTER: "10.1.0.3", OLD: "10.1.0.1", NEW: "10.1.0.2"}
TO_OLD, TO_NEW = "10.2.0.1", "10.2.0.3"
LINES = (
    Line((ROUTER, "p1"), (OLD, "up2"), "10.2.0.0"),
    Line((ROUTER, "p2"), (NEW, "up2"), "10.2.0.2", costs=(500, 10)),
)
ANNOUNCED = " redistribute connected route-map SERVICE\n"
DECLARED = ("ip prefix-list SERVICE seq 5 permit 10.3.0.0/24 le 32", "route-map SERVICE permit 10",
            "match ip address prefix-list SERVICE")  # fmt: skip
FIRST, SECOND, THIRD = ADDRESSES = ("10.3.0.1", "10.3.0.2", "10.3.0.3")


@pytest.fixture(scope="module")
def net() -> Iterator[FrrNet]:
    with frr_net(LOOPBACKS, LINES, {OLD: ANNOUNCED, NEW: ANNOUNCED}) as made:
        for host in (OLD, NEW):
            made.devices[host].vtysh("configure terminal", *DECLARED)
        assert eventually(lambda: all(made.next_hops(ROUTER, f"{LOOPBACKS[h]}/32") for h in (OLD, NEW)), 30)
        yield made


@pytest.fixture
def routes(net: FrrNet) -> Iterator[OspfRoutes]:
    """All three addresses are at the old host, as its own FRR announces them by declaration."""
    hosts = net.hosts()
    found = OspfRoutes(hosts)
    for address in ADDRESSES:
        found.withdraw(address, NEW)
        found.announce(address, OLD, prefer=False)
    assert eventually(lambda: {way(net, one) == {TO_OLD} for one in ADDRESSES} == {True}, 20)
    assert eventually(lambda: not net.externals(NEW), 20)
    yield found
    hosts.close_all()


def way(net: FrrNet, address: str) -> set[str]:
    return net.next_hops(ROUTER, f"{address}/32")


def types(net: FrrNet, host: str) -> dict[str, int]:
    return {address: kind for address, (kind, _) in net.externals(host).items()}


def test_one_of_three_addresses_moves_and_nobody_hears_of_the_others(net: FrrNet, routes: OspfRoutes) -> None:
    routes.announce(THIRD, NEW, prefer=True)  # it moved a moment ago, and its old host does not answer
    assert eventually(lambda: way(net, THIRD) == {TO_NEW}, 20)
    old, new = net.externals(OLD), net.externals(NEW)
    with routes_watched(net, ROUTER) as changed:
        routes.announce(FIRST, NEW, prefer=True)
        assert eventually(lambda: way(net, FIRST) == {TO_NEW}, 20)
        assert types(net, NEW) == {FIRST: 1, THIRD: 1}
        routes.withdraw(FIRST, OLD)
        routes.announce(FIRST, NEW, prefer=False)
        assert eventually(lambda: types(net, NEW) == {FIRST: 2, THIRD: 1}, 20)
        assert eventually(lambda: FIRST not in types(net, OLD), 20)
    assert way(net, FIRST) == {TO_NEW}
    assert way(net, SECOND) == {TO_OLD}
    assert way(net, THIRD) == {TO_NEW}
    assert [line for line in changed if FIRST in line]
    assert not [line for line in changed if SECOND in line or THIRD in line]
    assert net.externals(NEW)[THIRD] == new[THIRD], "announced anew, and so nobody's move"
    assert {a: net.externals(OLD)[a] for a in (SECOND, THIRD)} == {a: old[a] for a in (SECOND, THIRD)}


def test_addresses_that_move_side_by_side_keep_each_its_own_preference(net: FrrNet, routes: OspfRoutes) -> None:
    """The first and the second had an old host that let go, that of the third does not answer."""
    begin = threading.Barrier(3)

    def move(address: str, *, released: bool) -> None:
        begin.wait()
        routes.announce(address, NEW, prefer=True)
        if released:
            routes.withdraw(address, OLD)
            routes.announce(address, NEW, prefer=False)

    moves = [threading.Thread(target=move, args=(a,), kwargs={"released": a != THIRD}) for a in ADDRESSES]
    for one in moves:
        one.start()
    for one in moves:
        one.join()
    assert eventually(lambda: types(net, NEW) == {FIRST: 2, SECOND: 2, THIRD: 1}, 20)
    assert eventually(lambda: {way(net, one) == {TO_NEW} for one in ADDRESSES} == {True}, 20)
    assert types(net, OLD) == {THIRD: 2}


def test_when_none_is_preferred_any_more_the_host_runs_what_is_declared(net: FrrNet, routes: OspfRoutes) -> None:
    before = net.devices[NEW].running()
    for address in ADDRESSES:
        routes.announce(address, NEW, prefer=True)
    for address in ADDRESSES:
        routes.announce(address, NEW, prefer=False)
    said = "".join(f" ip address {address}/32\n" for address in ADDRESSES)
    after = net.devices[NEW].running()
    assert said in after
    assert after.replace(said, "") == before
    for address in ADDRESSES:
        routes.announce(address, NEW, prefer=True)
        routes.withdraw(address, NEW)
    assert net.devices[NEW].running() == before


def test_the_lines_of_a_hand_over_do_the_same_in_a_shell_of_frr(net: FrrNet, routes: OspfRoutes) -> None:
    """They are typed into a ``vtysh`` that waits, not given as arguments; whoever withdraws there tidies nothing."""
    device = net.devices[NEW]
    device.run("vtysh", stdin="\n".join(("configure terminal", *announcing(FIRST), "end", "")))
    assert eventually(lambda: types(net, NEW) == {FIRST: 1}, 20)
    device.run("vtysh", stdin="\n".join(("configure terminal", *withdrawing(FIRST), "end", "")))
    assert eventually(lambda: types(net, NEW) == {}, 20)
    routes.announce(SECOND, NEW, prefer=False)
    assert eventually(lambda: types(net, NEW) == {SECOND: 2}, 20), "a clause that asks a list without entries"
    assert "PREFERRED" not in device.running()
