"""Tables of ``jbnet address``, readable at 80 columns in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from jbnet.cli.columns import lines
from jbnet.inventory.addresses.uses import Kind, Use, below, uses
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.inventory.addresses.why import Answer
    from jbnet.inventory.declaration import Declaration
    from jbnet.model.network import Network, Site

KINDS = ("block", "own", "lan", "agency", "link", "loopback", "service", "extranet", "interface", "reserved")
WIDTH = 80
Row = dict[str, object]


def table(context: Context, headings: Sequence[Text], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table; columns are as wide as what they hold, the last one takes the rest."""
    entries = [[context.tr(heading) for heading in headings], *rows]
    widths = [max(cell_len(line[column]) for line in entries) for column in range(len(headings) - 1)]
    for line in entries:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=False)]
        begin = "  ".join([*padded, ""])
        yield from beside(begin.rstrip(), cell_len(begin), line[-1])


def beside(begin: str, width: int, last: str) -> Iterator[str]:
    """Yield a line and its last cell beside it, in its column; one that does not fit so stands below."""
    said = lines(last, WIDTH - width) if width < WIDTH else [last]
    if all(width + cell_len(line) <= WIDTH for line in said):
        yield (begin + " " * (width - cell_len(begin)) + said[0]).rstrip()
        yield from (" " * width + line for line in said[1:])
    else:
        yield begin
        yield from ("    " + line for line in lines(last, WIDTH - 4))


def listed(network: Network, declared: Declaration, kind: str, under: Site | None) -> list[Row]:
    """Return the prefixes of a kind as rows, of the whole network or of a site and all below it."""
    homes = below(network, under) if under else None
    found = [use for use in uses(network, declared) if _belongs(use, kind, network)]
    found = [use for use in found if homes is None or use.home in homes]
    found.sort(key=lambda use: (int(use.prefix.network_address), use.prefix.prefixlen))
    used = _given_out(network, declared) if kind == "block" else {}
    return [_row(use, network, used) for use in found]


def _belongs(use: Use, kind: str, network: Network) -> bool:
    if kind == "extranet":
        return use.kind is Kind.EXTRANET or (use.kind is Kind.LINK and use.owner in network.peers)
    if kind == "link":
        return use.kind is Kind.LINK and use.owner in network.circuits
    if kind == "service":
        return use.kind in (Kind.SERVICES, Kind.SERVICE)
    if kind == "block":
        return use.kind is Kind.BLOCK or use.kind is Kind.SERVICES or use.kind is Kind.EXTRANET
    return use.kind == Kind(kind)


def _row(use: Use, network: Network, used: dict[str, int]) -> Row:
    site = network.sites.get(use.home or "")
    own = site.own if site is not None and use.kind is Kind.BLOCK else None
    row: Row = {"prefix": str(use.prefix), "kind": use.kind.value, "owner": use.owner, "home": use.home}
    if use.kind is Kind.BLOCK:
        row |= {"name": use.owner, "block": str(use.prefix), "own": str(own or use.prefix)}
        row["used_percent"] = used.get(use.owner)
    row["place"] = str(use.place) if use.place else None
    return row


def _given_out(network: Network, declared: Declaration) -> dict[str, int]:
    """Return how much of each site's block is given out, in percent, by the site's name."""
    from jbnet.inventory.addresses.allocation import Rooms, recorded
    from jbnet.inventory.addresses.plan_fullness import fullness
    from jbnet.inventory.building.hierarchy import check_hierarchy
    from jbnet.inventory.report import Report

    if declared.addresses is None:
        return {}
    plan, record = declared.addresses.decl, recorded(declared)
    blocks = {**record.blocks, **{s.code: s.block for s in network.sites.values() if s.block is not None}}
    rooms = Rooms(check_hierarchy(declared, Report()), blocks, record, plan)
    found: dict[str, int] = {}
    for site in network.sites.values():
        if site.block is None or site.level.value not in plan.levels:
            continue
        share = fullness(plan, rooms, site.code, site.block, site.level)
        if share is not None:
            found[site.name] = share.percent
    return found


def list_lines(context: Context, rows: Sequence[Row], kind: str) -> Iterator[str]:
    """Yield the table of a list."""
    if kind == "block":
        headings = [text("Block"), text("Own prefix"), text("Used"), text("Name")]
        cells = [[str(r["prefix"]), str(r.get("own", "-")), _percent(r.get("used_percent")), str(r["owner"])]
                 for r in rows]  # fmt: skip
    else:
        headings = [text("Prefix"), text("Owner")]
        cells = [[str(r["prefix"]), str(r["owner"])] for r in rows]
    return table(context, headings, cells)


def _percent(value: object) -> str:
    return "-" if value is None else f"{value} %"


def why_lines(context: Context, answer: Answer) -> Iterator[str]:
    """Yield one answer: the verdict, then the chain from the supernet down with the rule and its place."""
    yield context.tr(answer.verdict)
    for use in answer.chain:
        prefix = f"  {use.prefix!s:<18} "
        yield from beside(prefix, len(prefix), f"{context.tr(text(use.kind.value))} {context.tr(text(use.owner))}")
        rule = context.tr(use.rule)
        where = str(use.place) if use.place else ""
        indent = " " * len(prefix)
        if cell_len(rule) + len(where) + len(indent) + 2 <= WIDTH or not where:
            yield from beside("", len(indent), f"{rule}  {where}".rstrip())
        else:
            yield from beside("", len(indent), rule)
            yield from beside("", len(indent), where)


def summary_lines(context: Context, answers: Sequence[Answer]) -> Iterator[str]:
    """Yield one line for each address of a device or site; `why ADDRESS` shows the whole chain of one."""
    rows = []
    for answer in answers:
        last = answer.chain[-1]
        rows.append((answer.asked.removesuffix("/32"), last.owner.rpartition(":")[2], context.tr(last.rule)))
    yield from table(context, [text("Address"), text("Where"), text("Why")], rows)
