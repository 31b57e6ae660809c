"""``jbnet show prefix``: whose a prefix or an address is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_print import Record, Table, View
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.inventory.addresses.uses import Use
    from jbnet.inventory.declaration import Declaration
    from jbnet.model.network import Network


def known_prefixes(network: Network, declared: Declaration) -> list[Record]:
    """Return all blocks: what the plan gives by name, and what is recorded for sites, in the order of addresses."""
    from jbnet.inventory.addresses.uses import Kind, uses

    kinds = (Kind.SUPERNET, Kind.POOL, Kind.BLOCK, Kind.SERVICES, Kind.EXTRANET, Kind.RESERVED)
    found = [use for use in uses(network, declared) if use.kind in kinds]
    found.sort(key=lambda use: (use.prefix.network_address, use.prefix.prefixlen))
    return [_record(use) for use in found]


def _record(use: Use) -> dict[str, object]:
    return {"prefix": use.prefix, "kind": use.kind, "owner": use.owner, "home": use.home, "place": use.place}


def prefix_view(network: Network, declared: Declaration, asked: str) -> tuple[dict[str, object], View]:
    """Return what is shown of a prefix or address: whose it is, and what contains it from the supernet down.

    Raises UsageError when it is neither.
    """
    from jbnet.inventory.addresses.why import why

    answer = why(network, declared, asked)[0]
    last = answer.chain[-1] if answer.chain else None
    found: dict[str, object] = {
        "prefix": answer.asked, "free": answer.free, "kind": last.kind if last else None,
        "owner": last.owner if last else None, "home": last.home if last else None, "inside": answer.inside,
        "place": last.place if last else None,
    }  # fmt: skip
    rows = [
        (text("Prefix"), answer.asked),
        (text("State"), text("free") if answer.free else text("in use")),
        (text("Kind"), text(last.kind.value) if last else None),
        (text("Owner"), last.owner if last else None),
        (text("Home"), last.home if last else None),
        (text("Prefixes in use inside"), answer.inside or None),
        (text("Declared at"), last.place if last else None),
    ]
    chain = [_record(use) for use in answer.chain]
    return found, View(list(rows), [Table("chain", text("Contained in"), chain, _cells)])


def _cells(record: Record) -> tuple[object, ...]:
    return record["prefix"], record["kind"], record["owner"], record["place"]
