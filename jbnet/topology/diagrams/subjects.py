"""What the pictures of levels can be about: the whole network, its backbone, the part below one site."""

from __future__ import annotations

from dataclasses import replace

from jbnet.model.errors import UsageError
from jbnet.model.network import Level, Network, Site
from jbnet.model.text import text
from jbnet.topology.diagrams.census import Column, cell, children_of, column, columns, subtree
from jbnet.topology.diagrams.drawing import Detail, Subject


def whole(network: Network) -> Subject:
    """Return the whole network as a subject."""
    return _above(network, columns(network))


def backbone(network: Network) -> Subject:
    """Return everything above the counties, with the lines' names."""
    heads = tuple(Column(found.site) for found in columns(network) if found.site is not None)
    found = _above(network, heads)
    homes = {*found.boxes, *(head.site.name for head in heads if head.site is not None)}
    devices = {*found.bars, *(d.name for d in network.devices.values() if d.home in homes)}
    circuits = tuple(c for c in found.circuits if {c.a.device, c.z.device} <= devices)
    return replace(found, captions=True, circuits=circuits)


def below(network: Network, top: Site) -> Subject:
    """Return a prefecture or county with all below it, and the devices that it hangs on as bars.

    Raises UsageError for a township or community: ``site:`` shows those.
    """
    if top.level is Level.PROVINCE:
        return whole(network)
    if top.level not in (Level.PREFECTURE, Level.COUNTY):
        hint = text("draw it with: jbnet map --view site:{site}", site=top.name)
        raise UsageError("{site} has no county or township below it to draw", hint=hint, site=top.name)
    children = children_of(network)
    shown, detail = column(children, top), Detail.TOWNSHIPS
    if top.level is Level.COUNTY:
        shown, detail = Column(None, (cell(children, top),)), Detail.COMMUNITIES
    homes = {site.name for site in subtree(children, top)}
    inside = {d.name for d in network.devices.values() if d.home in homes}
    circuits = tuple(c for c in network.circuits.values() if inside & {c.a.device, c.z.device})
    outside = {end for c in circuits for end in (c.a.device, c.z.device)} - inside
    return Subject((shown,), tuple(d for d in network.devices if d in outside), (), circuits, detail)


def _above(network: Network, shown: tuple[Column, ...]) -> Subject:
    """Return a subject with these columns below everything that is no site of a lower level."""
    lower = {s.name for s in network.sites.values() if s.level is not Level.PROVINCE}
    homes = {d.name: d.home for d in network.devices.values()}
    roots = {d.name for d in network.devices.values() if d.uplink is None and d.home not in network.peers}
    serving = {
        near
        for c in network.circuits.values()
        for near, far in ((c.a.device, c.z.device), (c.z.device, c.a.device))
        if homes[near] not in lower and homes[far] in lower
    }
    bars = tuple(d for d in network.devices if d in serving or (d in roots and homes[d] not in lower))
    left = dict.fromkeys(home for device, home in homes.items() if home not in lower and device not in bars)
    return Subject(shown, bars, tuple(left), tuple(network.circuits.values()))
