"""Lab scales: how much of the network the live copy builds (topology/lab.yaml)."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.partner_hosts import eligible, host_name, with_partner_hosts
from jbnet.inventory.reading.source import read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report, nearest
from jbnet.inventory.schema import inventory as schema
from jbnet.model.errors import AnswerIsNo, UsageError
from jbnet.model.findings import Place
from jbnet.model.network import Network
from jbnet.model.text import text

FILE = "topology/lab.yaml"


def scale_devices(network: Network, files: Mapping[str, str], scale: str) -> frozenset[str]:
    """Return the names of the devices of a scale. Raises UsageError for an unknown scale."""
    report = Report()
    source = read(FILE, files.get(FILE, ""), report)
    lab = validate(source, schema.LabFile, report, set()) if source else None
    if lab is None:
        raise AnswerIsNo("{file} has errors", file=FILE, findings=report.sorted())
    if scale not in lab.scales:
        like = nearest(scale, lab.scales) or ", ".join(sorted(lab.scales))
        raise UsageError("there is no lab scale {scale}", hint=text("did you mean {like}?", like=like), scale=scale)
    return _devices(network, lab.scales[scale])


def _devices(network: Network, chosen: schema.ScaleDecl) -> frozenset[str]:
    homes = {*chosen.locations, *chosen.peers, *chosen.sites}
    homes |= {site.name for site in network.sites.values() if site.level.value in chosen.levels}
    hosts = map(host_name, chosen.partners)
    return frozenset(
        (*hosts, *(d.name for d in network.devices.values() if d.home in homes and d.role not in chosen.without))
    )


def check_scales(declared: Declaration, network: Network, report: Report) -> None:
    """Report names in topology/lab.yaml that are not declared, and devices of a scale that hang in the air."""
    if declared.lab is None:
        return
    for scale, decl in declared.lab.decl.scales.items():
        for kind, section, names, known in (
            ("location", "locations", decl.locations, network.locations),
            ("peer", "peers", decl.peers, network.peers),
            ("site", "sites", decl.sites, network.sites),
            ("partner", "partners", decl.partners, eligible(network)),
            ("role", "without", decl.without, network.roles),
        ):
            for index, name in enumerate(names):
                if name not in known:
                    place = declared.lab.at("scales", scale, section, index)
                    dangling(report, kind, name, known, place, declared)
        chosen = _devices(network, decl)
        _check_ways_up(with_partner_hosts(network, chosen), chosen, declared.lab.key_at("scales", scale), scale, report)


def _check_ways_up(network: Network, chosen: frozenset[str], place: Place, scale: str, report: Report) -> None:
    """Report each device of a scale none of whose circuits upwards leads to another device of it."""
    above: dict[str, set[str]] = {}
    for circuit in network.circuits.values():
        above.setdefault(circuit.z.device, set()).add(circuit.a.device)
    for name in sorted(chosen & network.devices.keys()):
        if network.devices[name].uplink is not None and not above.get(name, set()) & chosen:
            report.add(
                "JB150", "the scale {scale} has {device} without what is above it", place, scale=scale, device=name
            )
