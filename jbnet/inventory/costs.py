"""What lines cost a month, counted by carrier, payer or level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jbnet.inventory.cables import is_cable
from jbnet.model.lines import Circuit, Line
from jbnet.model.network import Network


class By(StrEnum):
    """What costs are counted by."""

    CARRIER = "carrier"
    PAYER = "payer"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class Cost:
    """``key`` is a carrier, a site or a level, or None where the line names none. ``yuan`` is the sum a month.

    By carrier, what no carrier leases out and an underlay carries stands under the underlay: ``key`` is its name, and
    ``underlay`` is true. ``unpriced`` counts the leased lines of this key whose cost is not known: they are in
    ``lines`` and not in the sum.
    """

    key: str | None
    lines: int
    unpriced: int
    yuan: int
    underlay: bool = False


def leased(network: Network) -> Iterator[Circuit | Line]:
    """Yield everything that somebody pays for: circuits that are no cables of ours, lines to premises and partners."""
    for circuit in network.circuits.values():
        if circuit.monthly_cost or not is_cable(network, circuit):
            yield circuit
    lines = [*(p.line for p in network.premises.values()), *(p.line for p in network.peers.values())]
    yield from (line for line in lines if line is not None)


def monthly_costs(network: Network, by: By) -> list[Cost]:
    """Return the costs by key, the highest first."""
    sums: dict[tuple[str | None, bool], tuple[int, int, int]] = {}
    for line in leased(network):
        key = _key(network, line, by)
        lines, unpriced, total = sums.get(key, (0, 0, 0))
        sums[key] = (lines + 1, unpriced + (line.monthly_cost is None), total + (line.monthly_cost or 0))
    costs = [Cost(key, *counted, underlay=underlay) for (key, underlay), counted in sums.items()]
    return sorted(costs, key=lambda cost: (-cost.yuan, cost.key or ""))


def _key(network: Network, line: Circuit | Line, by: By) -> tuple[str | None, bool]:
    """Return what a line is counted under, and whether that is an underlay."""
    if by is By.CARRIER:
        under = line.underlay if isinstance(line, Circuit) and line.carrier is None else None
        return line.carrier or under, under is not None
    if by is By.PAYER:
        return line.payer, False
    site = network.sites.get(line.payer or "")
    return (site.level.value if site is not None else None), False
