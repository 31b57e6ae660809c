"""``jbnet show costs``: what lines cost a month, and whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_print import Rows, plain, table
from jbnet.inventory.costs import By, Cost, monthly_costs
from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Network


def print_costs(context: Context, network: Network, by: str) -> None:
    """Print the monthly costs by key, the highest first, and their sum. Raises UsageError for an unknown ``by``."""
    if by not in list(By):
        raise UsageError("{by} is not one of {known}", by=by, known=", ".join(By))
    found = monthly_costs(network, By(by))
    total = Cost(None, sum(c.lines for c in found), sum(c.unpriced for c in found), sum(c.yuan for c in found))
    context.emit({"by": by, "costs": plain(found), "total": plain(total)})
    if context.json:
        return
    rows: Rows = [(text("what"), "", text("lines"), text("yuan a month"))]
    rows += [(*_named(network, cost, By(by)), str(cost.lines), f"{cost.yuan:,}") for cost in found]
    rows.append((text("all"), "", str(total.lines), f"{total.yuan:,}"))
    table(context, rows)
    if total.unpriced:
        context.say("without a known cost: {count} lines", count=total.unpriced)


def _named(network: Network, cost: Cost, by: By) -> tuple[str | Text, str]:
    if cost.key is None:
        return text("not said"), ""
    if by is By.LEVEL:
        return text(cost.key), ""
    carrying = network.underlays if cost.underlay else network.carriers
    owner = carrying.get(cost.key) if by is By.CARRIER else network.sites.get(cost.key)
    return cost.key, owner.name_zh if owner else ""
