"""From the draft to the files of a workspace. What no configuration shows is marked as to be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from jbnet.config.adopt.draft import LOCATION, PEER, Draft, DraftCircuit, DraftDevice, DraftHome
from jbnet.config.adopt.drafting import PROVINCE
from jbnet.config.adopt.facts import RunningRoute
from jbnet.config.adopt.space import Room
from jbnet.inventory.addresses import allocation
from jbnet.inventory.declaration import declare
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import AllocationsFile
from jbnet.inventory.schema.routes import DISCARD
from jbnet.model.levels import Level
from jbnet.platforms.registry import platform

UNKNOWN = "unknown"
"""The carrier of lines of which nobody said whose they are."""
ALLOCATIONS = "topology/allocations.yaml"
_HEADS = {
    "inventory/network.yaml": "Drafted by jbnet adopt. To be said: its name, its province, who carries its lines.",
    "inventory/roles.yaml": "Drafted by jbnet adopt: a role for each platform. To be said: what devices are for.",
    "inventory/adopted.yaml": "Drafted by jbnet adopt. To be said: names (name_zh), codes, which lines are whose.",
    "topology/addresses.yaml": "Drafted by jbnet adopt: the plan lies where nothing runs, what runs stands below it.",
    "topology/routing.yaml": "Drafted by jbnet adopt from the areas and costs that run.",
    "topology/hardware.yaml": "Drafted by jbnet adopt: the ports that were seen. To be said: which models these are.",
    "topology/lab.yaml": "Drafted by jbnet adopt.",
}
_SECTION = {
    Level.PREFECTURE: "prefectures", Level.COUNTY: "counties", Level.TOWNSHIP: "townships",
    Level.COMMUNITY: "communities",
}  # fmt: skip


def files(draft: Draft, room: Room) -> dict[str, str]:
    """Return the files of the declaration by path, but for the one that says who decides about what. Raises NoRoom."""
    found: dict[str, object] = {
        "inventory/network.yaml": _network(draft, room),
        "inventory/roles.yaml": {"roles": _roles(draft)},
        "inventory/adopted.yaml": _homes(draft),
        "topology/addresses.yaml": _addresses(draft, room),
        "topology/routing.yaml": _routing(draft),
        "topology/hardware.yaml": {"device_types": _device_types(draft)},
        "topology/lab.yaml": {"scales": {"all": _scale(draft)}},
    }
    found |= _sites(draft)
    texts = {file: written(said, _HEADS.get(file, _HEADS["inventory/adopted.yaml"])) for file, said in found.items()}
    blocks = {draft.homes[name].code: block for name, block in room.known.items()}
    return {**texts, ALLOCATIONS: _allocations(texts, blocks)}


class _Writer(yaml.SafeDumper):
    """Writes no anchors: the declaration has none."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def written(said: object, head: str) -> str:
    """Return YAML with a line of comment above it."""
    body = yaml.dump(said, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
    return f"# {head}\n{body}"


def _network(draft: Draft, room: Room) -> dict[str, object]:
    found: dict[str, object] = {
        "network": {
            "name": draft.name, "name_zh": draft.name, "asn": draft.asn, "supernet": str(room.supernet),
        },
        "provinces": {PROVINCE: {"code": "99", "name_zh": draft.name}},
    }  # fmt: skip
    if any(circuit.leased for home in draft.homes.values() for circuit in home.circuits.values()):
        found["carriers"] = {UNKNOWN: {"name_zh": "待确认"}}
    vlans = {
        port.vpn: port.vlan
        for device in draft.devices.values() if device.running
        for port in device.running.ports.values() if port.vpn and port.vlan and port.vlan > 1
    }  # fmt: skip
    vrfs = {name.lower(): {"rd": rd, "vlan": vlans[name]} for name, rd in draft.vrfs.items() if name in vlans}
    return {**found, **({"vrfs": vrfs} if vrfs else {})}


def _roles(draft: Draft) -> dict[str, object]:
    known = sorted({d.running.platform for d in draft.devices.values() if d.running})
    roles: dict[str, object] = {
        f"{name}-router": {"platform": name, "device_type": f"adopted-{name}", "monitored": name in draft.agents}
        for name in known
    }
    if any(home.kind == PEER for home in draft.homes.values()):
        roles["peer-router"] = {"managed": False, "monitored": False}
    return roles


def _homes(draft: Draft) -> dict[str, object]:
    """Return locations and peers."""
    found: dict[str, dict[str, object]] = {"locations": {}, "peers": {}}
    for home in draft.homes.values():
        if home.kind == LOCATION:
            found["locations"][home.name] = {"name_zh": home.name, "site": PROVINCE, **_equipment(home)}
        elif home.kind == PEER:
            found["peers"][home.name] = {"name_zh": home.name, "asn": home.asn, **_equipment(home)}
    return {section: homes for section, homes in found.items() if homes}


def _sites(draft: Draft) -> dict[str, object]:
    """Return a file for each site that does not stand inside another, with all that stands in it.

    Keys of townships are their own only within a county, so each such file holds one site.
    """
    below: dict[str, list[DraftHome]] = {}
    for home in draft.homes.values():
        if isinstance(home.kind, Level):
            below.setdefault(home.parent or PROVINCE, []).append(home)
    return {
        f"inventory/sites/{home.name}.yaml": {_SECTION[home.kind]: {home.key: {"parent": parent, **_site(home, below)}}}
        for parent, homes in below.items()
        for home in homes
        if isinstance(home.kind, Level) and not _stands_inside(home, draft.homes.get(parent))
    }


def _stands_inside(home: DraftHome, parent: DraftHome | None) -> bool:
    """Say whether a site is written inside the one above: that of the level just above."""
    return parent is not None and home.rank == parent.rank + 1 and parent.kind is not LOCATION


def _site(home: DraftHome, below: Mapping[str, list[DraftHome]]) -> dict[str, object]:
    unequipped = {} if home.devices else {"status": "register"}
    found: dict[str, object] = {"code": home.code, "name_zh": home.key, **unequipped, **_equipment(home)}
    inside = [lower for lower in below.get(home.name, ()) if _stands_inside(lower, home)]
    if inside and isinstance(inside[0].kind, Level):
        found[_SECTION[inside[0].kind]] = {lower.key: _site(lower, below) for lower in inside}
    return found


def _equipment(home: DraftHome) -> dict[str, object]:
    found: dict[str, object] = {}
    if home.devices:
        found["devices"] = {suffix: _device(device) for suffix, device in home.devices.items()}
    if home.circuits:
        found["circuits"] = {key: _circuit(circuit) for key, circuit in home.circuits.items()}
    return found


def _device(device: DraftDevice) -> dict[str, object]:
    routes = [_route(route) for route in device.routes]
    return {
        "role": device.role,
        **({"ports": dict(device.ports)} if device.ports else {}),
        **({"routes": routes} if routes else {}),
    }


def _route(route: RunningRoute) -> dict[str, object]:
    found: dict[str, object] = {"prefix": str(route.prefix), "next_hop": str(route.via or DISCARD)}
    found |= {"preference": route.preference} if route.preference is not None else {}
    return {**found, **({"description": route.description} if route.description else {})}


def _circuit(circuit: DraftCircuit) -> dict[str, object]:
    found: dict[str, object] = {"from": circuit.from_, "to": circuit.to}
    found |= {"role": "backup"} if circuit.backup else {}
    found |= {"bandwidth": circuit.bandwidth} if circuit.bandwidth else {}
    return {**found, **({"carrier": UNKNOWN} if circuit.leased else {})}


def _addresses(draft: Draft, room: Room) -> dict[str, object]:
    devices = [d for home in draft.homes.values() for d in home.devices.values()]
    found: dict[str, object] = {
        "services": str(room.services),
        "pools": [str(pool) for pool in room.pools],
        "levels": {level.value: {"block": block, "own": own} for level, (block, own) in room.levels.items()},
        "scheme": {"links": {"part": 3, "of": 4, "up": room.up, "pair": room.pair}},
        "locations": _texts(room.locations),
        "peers": _texts(room.peers),
        "exceptions": {d.name: _texts(d.exceptions) for d in devices if d.exceptions},
        "lans": {d.name: _texts(d.lans) for d in devices if d.lans},
    }
    return {key: said for key, said in found.items() if said or key == "levels"}


def _texts(said: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in said.items()}


def _routing(draft: Draft) -> dict[str, object]:
    main, backup = draft.costs
    return {
        "areas": {"backbone": "0.0.0.0", "level": "prefecture",  # noqa: S104  an area, not an address to bind to
                  "speakers": [level.value for level in draft.speakers]},
        "costs": {"primary": main, "backup": backup},
        "local_pref": {"primary": 200, "backup": 100},
    }  # fmt: skip


def _device_types(draft: Draft) -> dict[str, object]:
    ports: dict[str, dict[str, None]] = {}
    for device in draft.devices.values():
        if device.running:
            ports.setdefault(device.running.platform, {}).update(dict.fromkeys(device.ports.values()))
    return {
        f"adopted-{name}": {
            "vendor": platform(name).vendor, "model": platform(name).title, "platforms": [name],
            **({"ports": {"lan": list(seen)}} if seen else {}),
        }
        for name, seen in sorted(ports.items())
    }  # fmt: skip


def _scale(draft: Draft) -> dict[str, object]:
    said: dict[str, Iterable[str]] = {
        "locations": [h.name for h in draft.homes.values() if h.kind == LOCATION],
        "peers": [h.name for h in draft.homes.values() if h.kind == PEER],
        "levels": [level.value for level in _SECTION if draft.sites(level)],
    }
    return {key: names for key, names in said.items() if names}


def _allocations(texts: Mapping[str, str], known: Mapping[str, object]) -> str:
    """Return the record of the sites' blocks. Raises NoRoom."""
    declared = declare(texts, Report())
    record = AllocationsFile.model_validate({"blocks": _texts(known)})
    if declared.addresses is None:
        return allocation.render(record)
    blocks = allocation.allocate(list(declared.sites.values()), record, declared.addresses.decl)
    return allocation.render(AllocationsFile.model_validate({"blocks": _texts(blocks)}))
