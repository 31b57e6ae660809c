"""The one table of finding codes. A code never changes its meaning; a withdrawn code is not used again.

Each area has a module with its own ``RULES``; a new one is merged by one import and one word in ``_AREAS``.
JB1xx and JB2xx judge the declaration, JB3xx are standards, JB4xx what is declared beside the derived, JB7xx recovery.
"""

from __future__ import annotations

from jbnet.inventory.codes import (
    addresses,
    authentication,
    business,
    dns,
    encryption,
    exchange,
    files,
    hardware,
    line_settings,
    lines,
    network,
    ownership,
    permissions,
    places,
    plan,
    recovery,
    routes,
    schema,
    secrets,
    standards,
    traps,
    yaml_text,
)
from jbnet.inventory.codes.rule import Rule, rules

__all__ = ["RULES", "Rule"]

_AREAS = (
    yaml_text,
    traps,
    files,
    schema,
    addresses,
    plan,
    network,
    authentication,
    hardware,
    ownership,
    secrets,
    lines,
    line_settings,
    encryption,
    routes,
    permissions,
    places,
    business,
    dns,
    recovery,
    standards,
    exchange,
)

RULES: dict[str, Rule] = rules(*(rule for area in _AREAS for rule in area.RULES.values()))
