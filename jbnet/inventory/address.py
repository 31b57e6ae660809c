"""Allocating addresses for `jbnet address`: the new text of topology/allocations.yaml. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.inventory.allocation import NoRoom, allocate, recorded, render
from jbnet.inventory.declaration import declare
from jbnet.inventory.hierarchy import check_hierarchy
from jbnet.inventory.report import Report
from jbnet.model.errors import AnswerIsNo
from jbnet.model.text import text

FILE = "topology/allocations.yaml"


@dataclass(frozen=True, slots=True)
class Allocation:
    """The new text of topology/allocations.yaml, and what is new in it: division code to block."""

    content: str
    added: Mapping[str, IPv4Network]


def allocation(files: Mapping[str, str]) -> Allocation:
    """Return blocks for all sites without one; every recorded block stays.

    Raises AnswerIsNo when the declaration cannot be read or a parent's block is full.
    """
    report = Report()
    declared = declare({FILE: "blocks: {}\n", **files}, report)
    sites = check_hierarchy(declared, report)
    if report.has_errors or declared.addresses is None:
        raise AnswerIsNo("addresses are not allocated: the declaration has errors", findings=report.sorted())
    existing = recorded(declared)
    codes = {site.name: site.decl.code for site in sites}
    try:
        blocks = allocate(sites, codes, existing, declared.addresses.decl)
    except NoRoom as error:
        raise AnswerIsNo(
            "no free /{length} is left for {site} in the block of {parent}",
            hint=text("give the level larger blocks in topology/addresses.yaml, or remove what is no longer used"),
            site=error.site,
            length=error.length,
            parent=error.parent or text("the network"),
        ) from error
    return Allocation(render(blocks), {code: block for code, block in blocks.items() if code not in existing})
