"""What partners bring to a lab: the configuration of their hosts, and the filters at their ports as nftables rules.

On a router in the field a partner's filter is an access list of its system. The lab's routers run FRR, which has none;
so the kernel filters there, by the same rules (``jbnet.config.zones``). They belong to the box as its cables do: they
are put in place at each boot, before any daemon, and nothing that is deployed changes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jbnet.config.bootstrap import bootstrap
from jbnet.config.filters import Filter, Permit
from jbnet.config.zones import partner_filters
from jbnet.model.network import Device, Network

TABLE = "ip jbnet_partners"
OWN = "OWN"


def partner_config(network: Network, device: Device) -> str:
    """Return the frr.conf of a partner's host: its line, a default route over it, and its own address to ask from.

    The hand-over link is announced to nobody, so what leaves must bear an address of the partner's networks.
    """
    first = bootstrap(network, device)
    end = first.rindex("end\n")
    return (
        f"{first[:end]}interface lo\n ip address {device.loopback}/32\nexit\n!\n"
        f"route-map {OWN} permit 10\n set src {device.loopback}\nexit\n!\nip protocol static route-map {OWN}\n!\nend\n"
    )


def filters_of(network: Network, device: Device) -> str:
    """Return the rules for nft at the ports of partners that have a host; empty where there is none."""
    found = partner_filters(network, device)
    return "".join(_table(found)) if found else ""


def _table(found: Mapping[str, tuple[Filter, Filter]]) -> Iterator[str]:
    """Yield the table. A filter returns what it lets pass, because a packet may meet two: one in, one out."""
    yield f"table {TABLE} {{\n"
    for port, (inward, outward) in found.items():
        yield _chain(f"in_{port}", inward.rules)
        yield _chain(f"out_{port}", outward.rules)
    into = [f'iifname "{port}" jump in_{port}' for port in found]
    out = [f'oifname "{port}" jump out_{port}' for port in found]
    yield _hook("input", into)
    yield _hook("forward", [*into, *out])
    yield "}\n"


def _chain(name: str, rules: Iterable[Permit]) -> str:
    lines = "".join(f"    {_rule(rule)} return\n" for rule in rules)
    return f"  chain {name} {{\n{lines}    drop\n  }}\n"


def _hook(hook: str, lines: Iterable[str]) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"  chain {hook} {{\n    type filter hook {hook} priority 0; policy accept;\n{body}  }}\n"


def _rule(rule: Permit) -> str:
    """Return what nft matches of a rule (nft(8)): protocol, addresses, ports."""
    words = [f"ip saddr {rule.source} ip daddr {rule.destination}"]
    if rule.source_port is None and rule.destination_port is None:
        words += [] if rule.protocol == "ip" else [f"ip protocol {rule.protocol}"]
    if rule.source_port is not None:
        words.append(f"{rule.protocol} sport {rule.source_port}")
    if rule.destination_port is not None:
        words.append(f"{rule.protocol} dport {rule.destination_port}")
    return " ".join(words)
