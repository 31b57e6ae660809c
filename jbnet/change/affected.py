"""The part of a network that a change can matter to, and that a rehearsal therefore builds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from jbnet.change.waves import depths, uppers
from jbnet.model.network import Network


def affected(network: Network, changed: Iterable[str]) -> frozenset[str]:
    """Return the devices that a change of ``changed`` can matter to, and all that stands between them and the core.

    These are the changed devices, what hangs below them, every device above any of those on any circuit, whoever
    shares a home with one of them, all that stands in locations (core, data centres, the NOC), and the routers of
    peers with a circuit to one of these. Where the routers of a home have no line between them, what hangs below comes
    along: it may be what joins them.
    """
    above = uppers(network)
    below: dict[str, list[str]] = {}
    for name, up in above.items():
        for upper in up:
            below.setdefault(upper, []).append(name)
    homes: dict[str, list[str]] = {}
    for device in network.devices.values():
        homes.setdefault(device.home, []).append(device.name)
    found = _spread(changed, lambda name: below.get(name, ()))
    found |= {name for home in network.locations for name in homes.get(home, ())}
    joining = {name: below.get(name, ()) for name in _unjoined(network, homes.values())}
    found = _spread(found, lambda name: (*above[name], *homes[network.devices[name].home], *joining.get(name, ())))
    return frozenset(found | set(_routers_of_peers(network, found)))


def dispensable(network: Network, part: Collection[str], changed: Collection[str]) -> Iterator[str]:
    """Yield the devices that a rehearsal can do without where memory is short, the least missed first.

    The outermost go first, and none goes before what hangs below it; the changed devices, all above them and what
    stands in locations stay.
    """
    above, depth = uppers(network), depths(network)
    kept = _spread(changed, lambda name: above.get(name, ()))
    kept |= {name for name in part if network.devices[name].home in network.locations}
    yield from sorted((name for name in part if name not in kept), key=lambda name: (-depth[name], name))


def _spread(begin: Iterable[str], nearby: Callable[[str], Iterable[str]]) -> set[str]:
    """Return all that can be come to from some devices."""
    found, todo = set[str](), list(begin)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += nearby(name)
    return found


def _unjoined(network: Network, homes: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the devices of homes whose own lines do not join all of them: they meet elsewhere, if at all."""
    beside: dict[str, list[str]] = {name: [] for name in network.devices}
    for circuit in network.circuits.values():
        one, other = circuit.a.device, circuit.z.device
        if network.devices[one].home == network.devices[other].home:
            beside[one].append(other)
            beside[other].append(one)
    for home in homes:
        if len(_spread(home[:1], beside.__getitem__)) < len(home):
            yield from home


def _routers_of_peers(network: Network, part: Collection[str]) -> Iterator[str]:
    for circuit in network.circuits.values():
        for end, other in ((circuit.a.device, circuit.z.device), (circuit.z.device, circuit.a.device)):
            if end in part and network.devices[other].home in network.peers:
                yield other
