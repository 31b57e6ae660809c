"""A view as data, schema ``jbnet/map/1``: nodes are homes with where they were drawn, edges are circuits."""

from __future__ import annotations

from jbnet.inventory.cables import is_cable
from jbnet.model.network import Circuit, Network, Termination
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.graphs import Part
from jbnet.topology.diagrams.page import Page

SCHEMA = "jbnet/map/1"
Data = dict[str, object]


def map_document(network: Network, part: Part, page: Page, *, view: str, condition: Condition) -> Data:
    """Return the view as plain data; docs/map.md describes it. Lengths are px of the SVG of the same view."""
    return {
        "view": view,
        "network": {"name": network.name, "name_zh": network.name_zh},
        "page": {"width": page.width, "height": round(page.height, 1)},
        "nodes": [_node(network, part, home, page, condition) for home in part.homes],
        "edges": [_edge(network, circuit, condition) for circuit in part.circuits],
    }


def _node(network: Network, part: Part, home: str, page: Page, condition: Condition) -> Data:
    spot = page.spots.get(home)
    at = {"x": round(spot[0], 1), "y": round(spot[1], 1)} if spot is not None else {"x": None, "y": None}
    common = {"name": home, **_place(network, home), **at, "state": str(condition.of(home))}
    devices = [network.devices[name] for name in part.homes[home]]
    return {
        **common,
        "folded": part.folded.get(home, 0),
        "devices": [{"name": d.name, "role": d.role, "platform": d.platform} for d in devices],
    }


def _place(network: Network, home: str) -> Data:
    site = network.sites.get(home)
    if site is None:
        found = network.locations.get(home) or network.peers[home]
        kind = "location" if home in network.locations else "peer"
        return {"kind": kind, "name_zh": found.name_zh, "site": found.site}
    return {
        "kind": "site",
        "name_zh": site.name_zh,
        "level": str(site.level),
        "code": site.code,
        "parent": site.parent,
        "status": str(site.status),
        "lon": site.lon,
        "lat": site.lat,
    }


def _edge(network: Network, circuit: Circuit, condition: Condition) -> Data:
    return {
        "name": circuit.name,
        "a": _end(network, circuit.a),
        "z": _end(network, circuit.z),
        "role": str(circuit.role),
        "carrier": circuit.carrier,
        "underlay": circuit.underlay,
        "cable": is_cable(network, circuit),
        "bandwidth": circuit.bandwidth,
        "latency_ms": circuit.latency_ms,
        "srlgs": list(circuit.srlgs),
        "failed": circuit.name in condition.dead,
    }


def _end(network: Network, end: Termination) -> Data:
    return {"home": network.devices[end.device].home, "device": end.device, "interface": end.interface}
