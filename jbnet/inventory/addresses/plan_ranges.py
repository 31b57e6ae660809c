"""Address ranges that a private network must not use, or not without saying so (RFC 6890 and what it collects)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from jbnet.inventory.addresses.blocks import Outermost
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.model.findings import Place
from jbnet.model.text import text

_NET = IPv4Network
UNUSABLE: Mapping[IPv4Network, str] = {
    _NET("0.0.0.0/8"): "this network (RFC 791)",
    _NET("127.0.0.0/8"): "loopback (RFC 1122)",
    _NET("169.254.0.0/16"): "link-local (RFC 3927)",
    _NET("192.0.0.0/24"): "protocol assignments (RFC 6890)",
    _NET("192.0.2.0/24"): "documentation (RFC 5737)",
    _NET("198.51.100.0/24"): "documentation (RFC 5737)",
    _NET("203.0.113.0/24"): "documentation (RFC 5737)",
    _NET("224.0.0.0/4"): "multicast (RFC 5771)",
    _NET("240.0.0.0/4"): "reserved (RFC 1112)",
}
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15")))
"""RFC 1918, RFC 6598 (shared between an operator and its customers), RFC 2544 (benchmarks)."""


def check_ranges(declared: Declaration, report: Report) -> None:
    """Report prefixes in ranges that routers refuse, and public ones that ``public`` does not name."""
    usable = Outermost([*PRIVATE, *(declared.addresses.decl.public if declared.addresses else ())])
    for prefix, place, ours in _prefixes(declared):
        reserved = next((r for r in UNUSABLE if r.subnet_of(prefix) or prefix.subnet_of(r)), None)
        if reserved is not None:
            report.add(
                "JB211", "{prefix} touches {range}, which is {what}", place,
                prefix=prefix, range=reserved, what=text(UNUSABLE[reserved]),
            )  # fmt: skip
        elif ours and not usable.hold(prefix):
            report.add(
                "JB212", "{prefix} is public address space; if that is meant, name it under public in "
                "topology/addresses.yaml", place, prefix=prefix,
            )  # fmt: skip


def _prefixes(declared: Declaration) -> Iterator[tuple[IPv4Network, Place, bool]]:
    """Yield prefixes, where they are written, and whether they are ours (another's may be public)."""
    if declared.network is not None:
        yield declared.network.decl.supernet, declared.network.at("supernet"), True
    for name, peer in declared.peers.items():
        for index, prefix in enumerate(peer.decl.prefixes):
            yield prefix, declared.peers[name].at("prefixes", index), False
    for site in declared.sites.values():
        for kind, partner in site.decl.extranet.items():
            for index, prefix in enumerate((partner.prefixes or ()) if partner else ()):
                yield prefix, site.at("extranet", kind, "prefixes", index), False
