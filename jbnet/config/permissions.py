"""What declared permissions add to the filters of one office or partner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from jbnet.config.filters import Permit
from jbnet.model.network import Network


def permitted(network: Network, behind: Sequence[IPv4Network]) -> Iterator[Permit]:
    """Yield the inward rules of a filter with these prefixes behind it; the outward ones are they turned round.

    Somebody who may reach others sends to them; somebody who may be reached answers.
    """
    for permission in network.permissions.values():
        for source in permission.sources:
            for target in permission.targets:
                rule = Permit(permission.protocol, source, target, None, permission.port, permission.place)
                if _lies_in(source, behind):
                    yield rule
                if _lies_in(target, behind):
                    yield rule.back()


def _lies_in(prefix: IPv4Network, behind: Sequence[IPv4Network]) -> bool:
    return any(prefix.subnet_of(one) for one in behind)
