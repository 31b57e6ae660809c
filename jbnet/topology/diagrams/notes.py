"""What is written beside a picture: the toll of a failure, the map's legend and what the map leaves out."""

from __future__ import annotations

from dataclasses import replace

from jbnet.model.network import Level, Network, Zone
from jbnet.model.text import Text, text
from jbnet.topology.diagrams.census import count_levels
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.extent import Box, fitted
from jbnet.topology.diagrams.key import (
    Entry,
    carrier_entries,
    draw_key,
    map_entries,
    role_entries,
    single_entry,
    state_entries,
)
from jbnet.topology.diagrams.palette import SOFT
from jbnet.topology.diagrams.projection import Projection
from jbnet.topology.diagrams.sheets import Scene
from jbnet.topology.diagrams.speech import Speech

LATITUDE_KM = 111.2
"""Length of a degree of latitude."""


def toll(network: Network, condition: Condition, speech: Speech) -> str:
    """Return one line on whom a failure cuts off, by level; empty where nothing failed."""
    if condition.found is None:
        return ""
    counts = count_levels(network.sites[name] for name in condition.found.cut_off)
    said = text(
        "cut off: {prefectures} prefectures, {counties} counties, {townships} townships, {communities} communities",
        prefectures=counts[Level.PREFECTURE],
        counties=counts[Level.COUNTY],
        townships=counts[Level.TOWNSHIP],
        communities=counts[Level.COMMUNITY],
    )
    partners = [n for n in condition.found.others if n in network.peers and network.peers[n].zone is Zone.EXTRANET]
    named = [speech.home(network, home) for home in condition.found.others if home not in partners]
    counted = [speech.say(text("{count} partners", count=len(partners)))] if partners else []
    return " · ".join([speech.say(said), *named, *counted])


def draw_notes(scene: Scene, place: Box, projection: Projection) -> float:
    """Write the map's legend and notes; return where they end."""
    page, speech, network = scene.page, scene.speech, scene.network
    homes = {d.name: d.home for d in network.devices.values()}
    shown = [c for c in network.circuits.values() if {homes[c.a.device], homes[c.z.device]} <= page.spots.keys()]
    groups: list[list[Entry]] = [
        list(state_entries(scene.condition, speech)),
        list(carrier_entries(network, scene.palette, shown, speech)),
        list(role_entries(shown, speech)),
        [*map_entries(speech), single_entry(speech)],
    ]
    for group in groups:
        place = replace(place, y=draw_key(page, group, place) + 4) if group else place
    y = place.y + 14
    for note in _notes(scene, projection):
        said, size = fitted(speech.say(note), place.width, 13, 9)
        page.text(place.x, y, said, size, fill=SOFT)
        y += 20
    return y


def _notes(scene: Scene, projection: Projection) -> list[Text]:
    missing = count_levels(site for name, site in scene.network.sites.items() if name not in scene.page.spots)
    return [
        text(
            "Not drawn, no coordinates or no devices: {provinces} province, {prefectures} prefectures, "
            "{counties} counties, {townships} townships, {communities} communities.",
            provinces=missing[Level.PROVINCE],
            prefectures=missing[Level.PREFECTURE],
            counties=missing[Level.COUNTY],
            townships=missing[Level.TOWNSHIP],
            communities=missing[Level.COMMUNITY],
        ),
        text("Equirectangular, standard parallel {latitude:.1f}° N.", latitude=projection.parallel),
        text("Markers that would cover one another are moved apart."),
    ]
