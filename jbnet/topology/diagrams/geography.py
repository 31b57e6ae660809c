"""The map: the province's outline, sites and data centres at their coordinates, circuits as lines.

Equirectangular with one standard parallel (``projection``). Where sites crowd, an inset shows them magnified, and
their names stand there alone. What has no coordinates is not drawn but counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.topology.diagrams.chart import LONG, Chart, Strand, at_scale
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.extent import Box, fitted
from jbnet.topology.diagrams.ink import Paint, element
from jbnet.topology.diagrams.marks import cross, rectangle
from jbnet.topology.diagrams.notes import LATITUDE_KM, draw_notes, toll
from jbnet.topology.diagrams.outline import Outline
from jbnet.topology.diagrams.page import Layer, Page
from jbnet.topology.diagrams.palette import FILLS, INK, PAPER, RED, Palette
from jbnet.topology.diagrams.placement import Wanted
from jbnet.topology.diagrams.projection import Bounds, Projection, fit
from jbnet.topology.diagrams.sheets import INSETS, Scene, Sheet, inset_of, uplinks_of
from jbnet.topology.diagrams.speech import Speech
from jbnet.topology.diagrams.spots import Rank, Spot, apart, spots

MARGIN = 24.0
PANEL = 600.0
"""Width of the right part of the page: the inset and the legend."""
HEAD = 84.0
TALLEST = 1180.0
SCALES_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def draw_geography(
    network: Network, outlines: Sequence[Outline], title: Text, *, speech: Speech, condition: Condition | None = None
) -> Page:
    """Return the map. Raises UsageError where no site has coordinates."""
    found = spots(network)
    if not found:
        hint = text("give sites lon: and lat: in inventory/, in degrees")
        raise UsageError("there is nothing to put on a map: no site has coordinates", hint=hint)
    page = Page(speech.say(title), speech.say(_described(network, found)))
    page.text(MARGIN, 44, page.title, 28, weight=700)
    shown = condition or Condition()
    scene = Scene(page, network, speech, shown, Palette(network), uplinks_of(network), outlines, found)
    if said := toll(network, shown, speech):
        page.text(MARGIN, 70, said, 16, weight=700, fill=RED)
    area, projection = _main_area(outlines, found)
    end = _draw_maps(scene, area, projection)
    end = draw_notes(scene, Box(area.right + 20, end + 18, PANEL, 0), projection)
    _draw_scale(page, projection, area)
    page.height = max(area.bottom, end) + MARGIN
    return page


def _described(network: Network, found: Sequence[Spot]) -> Text:
    drawn = sum(spot.home in network.sites for spot in found)
    sites = len(network.sites)
    return text("{drawn} of {sites} sites drawn at their coordinates", drawn=drawn, sites=sites)


def _main_area(outlines: Sequence[Outline], found: Sequence[Spot]) -> tuple[Box, Projection]:
    """Return the left part of the page, as high as its width and the country's shape make it."""
    corners = [corner for outline in outlines for ring in outline.rings for corner in ring]
    bounds = Bounds.of([*corners, *((spot.lon, spot.lat) for spot in found)]).grown(0.12)
    width = 1920 - 2 * MARGIN - PANEL - 20
    across, high = bounds.size
    area = Box(MARGIN, HEAD, width, min(TALLEST, max(720.0, width * high / across)))
    return area, fit(bounds, area)


def _draw_maps(scene: Scene, area: Box, projection: Projection) -> float:
    """Draw the map, then an inset where sites crowd, then one where they crowd in the inset; return where they end."""
    sheet = Sheet(area, projection)
    top = HEAD
    for number, tallest in enumerate((*INSETS, 0.0)):
        inset = inset_of(scene, sheet, Box(area.right + 20, top, PANEL, tallest), number) if tallest else None
        _draw_sheet(scene, sheet, inset)
        if inset is None:
            return sheet.area.bottom if number else HEAD
        sheet, top = inset, inset.area.bottom + 14
    return top


def _draw_sheet(scene: Scene, sheet: Sheet, inset: Sheet | None) -> None:
    """Draw one map. Of what an inset shows only dots are drawn, and on the whole map the core's name."""
    at = at_scale(scene.found, sheet.projection)
    inner = {spot.home for spot in at if inset is not None and inset.shows(spot) and spot.rank is not Rank.BELOW}
    outer = [spot for spot in at if spot.home not in inner and sheet.shows(spot)]
    loud = apart(outer, gap=3.0 if sheet.window is None else 10.0)
    moved = {spot.home: spot for spot in loud}
    clip = f"url(#{sheet.clip})" if sheet.clip else None
    chart = scene.chart(sheet.area, sheet.projection, [moved.get(spot.home, spot) for spot in at], clip)
    _draw_ground(scene, sheet, chart)
    peers = _draw_peers(scene, sheet.area) if sheet.window is None else {}
    strands = chart.strands({home: (box.x + box.width / 2, box.bottom) for home, box in peers.items()})
    chart.draw_strands(strands)
    quiet = [spot for spot in chart.spots.values() if spot.home in inner and sheet.shows(spot)]
    chart.draw_spots(quiet, quiet=True)
    chart.draw_spots(loud)
    _draw_names(scene, chart, Names(sheet, inset, loud, quiet, strands, tuple(peers.values())))


def _draw_ground(scene: Scene, sheet: Sheet, chart: Chart) -> None:
    """Draw the outline, and around an inset its frame."""
    if sheet.clip:
        frame = rectangle(sheet.area)
        scene.page.add(Layer.GROUND, element("clipPath", frame, id=sheet.clip), rectangle(sheet.area, fill=PAPER))
        scene.page.add(Layer.MARKS, rectangle(sheet.area, fill="none", stroke=INK, stroke_width=1.6))
    chart.draw_outline(scene.outlines)


@dataclass(frozen=True, slots=True)
class Names:
    """What is to be labelled on one map, and what labels keep clear of."""

    sheet: Sheet
    inset: Sheet | None
    loud: Sequence[Spot]
    quiet: Sequence[Spot]
    strands: Sequence[Strand]
    obstacles: Sequence[Box]


def _draw_names(scene: Scene, chart: Chart, names: Names) -> None:
    """Write the labels of one map."""
    obstacles, extra = list(names.obstacles), []
    labelled = list(names.loud)
    if names.sheet.window is None:
        extra += _line_labels(names.strands)
        labelled = [*(spot for spot in names.quiet if spot.rank is Rank.CORE), *labelled]
    if names.inset is not None and names.inset.window is not None:
        frame = _frame(names.inset.window, names.sheet.projection)
        obstacles.append(frame)
        dashed: Paint = {"stroke": INK, "stroke_width": 1.2, "stroke_dasharray": "3 3"}
        scene.page.add(Layer.LINES, rectangle(frame, fill="none", **dashed))
        whole = names.sheet.window is None
        said = scene.speech.say(text("enlarged at the right") if whole else text("enlarged below"))
        extra.append(Wanted(said, (frame.right, frame.bottom), 0, 13))
    chart.draw_labels(labelled, extra, obstacles, names.strands)


def _frame(window: Bounds, projection: Projection) -> Box:
    x, y = projection.point(window.west, window.north)
    right, bottom = projection.point(window.east, window.south)
    return Box(x, y, right - x, bottom - y)


def _draw_peers(scene: Scene, area: Box) -> dict[str, Box]:
    """Draw the peers with devices as boxes in the upper right corner: they lie elsewhere."""
    housing = dict.fromkeys(d.home for d in scene.network.devices.values() if d.home in scene.network.peers)
    found = {}
    for i, home in enumerate(housing):
        box = Box(area.right - 330, area.y + 8 + 44 * i, 322, 34)
        state = scene.condition.of(home)
        outline: Paint = {"stroke": INK, "stroke_width": 1.5, "stroke_dasharray": "10 3"}
        scene.page.add(Layer.BOXES, rectangle(box, rx=6, fill=FILLS[state], **outline))
        said, size = fitted(scene.speech.home(scene.network, home), box.width - 14, 15, 10)
        scene.page.text(box.middle[0], box.y + 22, said, size, anchor="middle", weight=700, halo=True)
        scene.page.spots[home] = box.middle
        if state == "cut-off":
            scene.page.add(Layer.SIGNS, cross(box.x + 4, box.y + 4, 7))
        found[home] = box
    return found


def _line_labels(strands: Sequence[Strand]) -> list[Wanted]:
    """Return labels for the long lines between centres: name, bandwidth, round trip."""
    found = []
    for n, strand in enumerate(s for s in strands if s.rank <= Rank.CENTRE):
        (x1, y1), (x2, y2) = strand.ends
        if hypot(x2 - x1, y2 - y1) < LONG:
            continue
        circuit, share = strand.circuit, 0.45 if n % 2 else 0.6
        said = [circuit.name] + ([f"{circuit.bandwidth}M"] if circuit.bandwidth is not None else [])
        said += [f"{circuit.latency_ms:.0f}ms"] if circuit.latency_ms >= 1 else []
        found.append(Wanted(" ".join(said), (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share), 11, 14, 700))
    return found


def _draw_scale(page: Page, projection: Projection, area: Box) -> None:
    """Draw a bar of so many kilometres at the lower left (true north to south everywhere)."""
    kilometre = projection.scale / LATITUDE_KM
    shown = max((km for km in SCALES_KM if km * kilometre <= 160), default=SCALES_KM[0])
    length = shown * kilometre
    x, y = area.x + 8, area.bottom - 14
    d = f"M{x:.1f} {y - 5:.1f}v10m0 -5h{length:.1f}m0 -5v10"
    page.add(Layer.LINES, element("path", d=d, stroke=INK, stroke_width=1.4, fill="none"))
    page.text(x, y - 8, f"{shown} km", 13)
