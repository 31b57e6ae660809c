"""A platform's configuration as a tree that can be compared by its lines, whatever the platform. Pure.

Lines stand without their secrets, which many systems show encrypted: two that differ in a secret only are the same.
"""

from __future__ import annotations

from jbnet.config.lines import paths_of
from jbnet.config.shown import bare
from jbnet.config.tree import ConfigTree, Patch, Path, parse, without_empty_ports
from jbnet.platforms.masking import masked
from jbnet.platforms.registry import platform

_HASH = "#"


def tree(name: str, config: str) -> ConfigTree:
    """Return what a configuration of the platform of that name says."""
    if platform(name).plain_secrets:
        return parse(masked(name, config))
    lines = paths_of(name, config) if platform(name).comment == _HASH else parse(config).paths
    return ConfigTree(without_empty_ports(_bare(name, lines)))


def bare_patch(name: str, patch: Patch) -> Patch:
    """Return a patch as trees of that platform have its lines."""
    return Patch(_bare(name, patch.removed), _bare(name, patch.added))


def _bare(name: str, lines: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(bare(name, path) for path in lines)
