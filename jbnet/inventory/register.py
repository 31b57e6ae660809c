"""The register of administrative divisions, beside the declaration: what one has and the other lacks."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field

from jbnet.model.network import Level, Network, Site

LIMIT = 32_000_000
"""Bytes of a register; that of all 44,703 townships of China has three million."""


@dataclass(frozen=True, slots=True)
class Division:
    """A row of the division register."""

    code: str
    level: Level
    name_zh: str


@dataclass(frozen=True, slots=True)
class Register:
    """The division register against the declaration, by division code."""

    divisions: Mapping[str, Division] = field(default_factory=dict)

    def undeclared(self, network: Network) -> list[Division]:
        """Return the divisions that no site stands for, by code."""
        codes = {site.code for site in network.sites.values()}
        return [division for code, division in sorted(self.divisions.items()) if code not in codes]

    def unlisted(self, network: Network) -> list[Site]:
        """Return the sites whose code the register does not have."""
        return [site for site in network.sites.values() if site.code not in self.divisions]


def read_register(content: str) -> Register:
    """Return the register: CSV with a header and the columns ``code``, ``level`` and ``name_zh`` at least.

    Raises ValueError for a file that is no such register, with the line.
    """
    rows = csv.DictReader(content.removeprefix("\ufeff").splitlines())
    found: dict[str, Division] = {}
    try:
        for row in rows:
            code = row["code"]
            found[code] = Division(code, Level(row["level"]), row["name_zh"] or "")
    except (KeyError, ValueError, csv.Error) as error:  # csv.Error: a field longer than the reader takes
        raise ValueError(f"line {rows.line_num}: {error}") from error
    return Register(found)
