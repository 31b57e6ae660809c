"""What a router's zebra believes to have given the kernel, beside what the kernel has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jbnet.lab.lab import Lab

Hops = frozenset[tuple[str | None, str | None]]
"""Pairs of gateway and interface."""
KERNELS_OWN = ("connected", "local", "kernel")


def stale_routes(lab: Lab, devices: Iterable[str]) -> Iterator[str]:
    """Yield every route whose next hops in the kernel are not those that zebra shows as installed."""
    for device in devices:
        installed = _hops(_asked(lab, device, ["ip", "-j", "route"]))
        for prefix, believed in _believed(_asked(lab, device, ["vtysh", "-c", "show ip route json"])):
            found = installed.get(prefix, frozenset())
            if found != believed:
                yield f"{device}: {prefix}: zebra has {_named(believed)}, the kernel {_named(found)}"


def _asked(lab: Lab, device: str, command: list[str]) -> Any:
    return json.loads(lab.run(device, command).stdout)


def _believed(table: Mapping[str, list[dict[str, Any]]]) -> Iterator[tuple[str, Hops]]:
    for prefix, entries in table.items():
        for entry in entries:
            hops = [hop for hop in entry["nexthops"] if hop.get("fib")]
            if (
                entry.get("selected")
                and entry["protocol"] not in KERNELS_OWN
                and not any("blackhole" in h for h in hops)
            ):
                yield prefix.removesuffix("/32"), frozenset((hop.get("ip"), hop.get("interfaceName")) for hop in hops)


def _hops(routes: Iterable[Mapping[str, Any]]) -> dict[str, Hops]:
    """Return the kernel's routes as ip(8) lists them: several next hops, or the one that stands in the route itself."""
    return {
        "0.0.0.0/0" if route["dst"] == "default" else route["dst"]: frozenset(
            (hop.get("gateway"), hop.get("dev")) for hop in route.get("nexthops", [route])
        )
        for route in routes
    }


def _named(hops: Hops) -> str:
    return ", ".join(sorted(f"{gateway or 'none'} on {port}" for gateway, port in hops)) or "none"
