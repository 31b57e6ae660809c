"""The picture of one site, data centre or peer: its devices as cards, every interface a row, lines to the neighbours.

Lines towards the core leave a card at the left, all others at the right. Agencies' premises are listed below.
"""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.network import Circuit, Device, Interface, Network, Site, Termination
from jbnet.model.text import text
from jbnet.topology.diagrams.carried import carried, spoken
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.extent import Box, fitted
from jbnet.topology.diagrams.ink import element
from jbnet.topology.diagrams.key import carrier_entries, draw_key, role_entries, state_entries
from jbnet.topology.diagrams.marks import cross, mark, rectangle
from jbnet.topology.diagrams.offices import draw_offices
from jbnet.topology.diagrams.page import Layer, Page
from jbnet.topology.diagrams.palette import FAINT, INK, PAPER, SHADE_2, SOFT, Palette, dashes
from jbnet.topology.diagrams.speech import LEVEL, Speech
from jbnet.topology.diagrams.wires import caption_of

WIDTH = 1780.0
NEAR = 230.0
"""Width of a neighbour's box."""
LINE = 420.0
"""Length of a line: its name and carrier stand on it."""
CARD = 432.0
ROW = 38.0
HEAD = 62.0
MARGIN = 24.0


@dataclass(frozen=True, slots=True)
class Port:
    """An interface with its circuit and the end at the neighbour's."""

    interface: Interface
    circuit: Circuit
    far: Termination


@dataclass
class SiteView:
    """A picture of one home under construction."""

    page: Page
    network: Network
    speech: Speech
    palette: Palette
    condition: Condition


def draw_site_view(network: Network, home: str, *, speech: Speech, condition: Condition | None = None) -> Page:
    """Return the picture of a site, location or peer by name."""
    page = Page(
        speech.home(network, home),
        speech.say(text("devices, interfaces and circuits of {home}", home=home)),
        width=WIDTH,
    )
    view = SiteView(page, network, speech, Palette(network), condition or Condition())
    page.text(MARGIN, 44, page.title, 28, weight=700)
    y = _facts(view, home, 70.0)
    devices = [device for device in network.devices.values() if device.home == home]
    for device in devices:
        y = _draw_card(view, device, y) + 26
    if not devices:
        page.text(MARGIN, y + 20, speech.say(text("no equipment of its own")), 16, fill=SOFT)
        y += 40
    y = draw_offices(page, network, home, speech, y)
    names = {device.name for device in devices}
    shown = [c for c in network.circuits.values() if names & {c.a.device, c.z.device}]
    entries = [*state_entries(view.condition, speech), *carrier_entries(network, view.palette, shown, speech)]
    page.height = (
        draw_key(page, [*entries, *role_entries(shown, speech)], Box(MARGIN, y + 10, WIDTH - 2 * MARGIN, 0)) + 20
    )
    page.spots[home] = (WIDTH / 2, 70.0)
    return page


def _facts(view: SiteView, home: str, top: float) -> float:
    """Write what else is declared of a site; return where it ends."""
    site = view.network.sites.get(home)
    facts = _site_facts(view, site) if site is not None else []
    for i, fact in enumerate(facts):
        said, size = fitted(fact, WIDTH - 2 * MARGIN, 14, 10)
        view.page.text(MARGIN, top + 4 + 21 * i, said, size, fill=SOFT)
    return top + 21 * len(facts) + 14


def _site_facts(view: SiteView, site: Site) -> list[str]:
    speech = view.speech
    above = speech.home(view.network, site.parent) if site.parent else "-"
    level = speech.say(LEVEL[site.level])
    status = speech.say(text(site.status.value))
    first = [f"{site.name} · {site.name_zh} · {site.code} · {level} · {above} · {status}"]
    block = [str(site.block)] if site.block is not None else []
    contact = [site.contact.name, site.contact.phone or ""] if site.contact is not None else []
    second = " · ".join(part for part in (*block, site.address or "", *contact, site.opening_hours or "") if part)
    return [*first, second] if second else first


def _ports(view: SiteView, device: Device) -> tuple[list[Port], list[Port], list[Interface]]:
    """Return the ports towards the core, those away from it or beside, and the interfaces without a circuit."""
    up, down, rest = [], [], []
    for interface in device.interfaces:
        circuit = view.network.circuits.get(interface.circuit or "")
        if circuit is None:
            rest.append(interface)
        elif circuit.z.device == device.name and view.network.devices[circuit.a.device].home != device.home:
            up.append(Port(interface, circuit, circuit.a))
        else:
            down.append(Port(interface, circuit, circuit.a if circuit.z.device == device.name else circuit.z))
    return up, down, rest


def _draw_card(view: SiteView, device: Device, top: float) -> float:
    up, down, rest = _ports(view, device)
    left = MARGIN + NEAR + LINE
    rows = max(len(up), len(down))
    box = Box(left, top, CARD, HEAD + ROW * rows + 22 * len(rest) + 10)
    page = view.page
    page.add(Layer.BOXES, rectangle(box, rx=6, fill=PAPER, stroke=INK, stroke_width=1.8))
    page.add(Layer.BOXES, rectangle(Box(box.x, box.y, box.width, HEAD - 8), rx=6, fill=SHADE_2, stroke=INK))
    page.text(box.x + 14, box.y + 24, device.name, 18, weight=700)
    facts = (device.role, device.platform, str(device.loopback or ""), f"AS {device.asn}" if device.asn else "")
    page.text(box.x + 14, box.y + 44, " · ".join(fact for fact in facts if fact), 13, fill=SOFT)
    if view.condition.found is not None and device.name in view.condition.found.devices:
        page.add(Layer.SIGNS, cross(box.right - 22, box.y + 26, 12))
    for i, port in enumerate(up):
        _draw_port(view, port, box, box.y + HEAD + ROW * (i + 0.5), leftward=True)
    for i, port in enumerate(down):
        _draw_port(view, port, box, box.y + HEAD + ROW * (i + 0.5), leftward=False)
    for i, interface in enumerate(rest):
        y = box.y + HEAD + ROW * rows + 22 * i + 14
        page.text(box.x + 14, y, f"{interface.name}  {interface.address or ''}", 13.5, fill=SOFT)
    return box.bottom


def _draw_port(view: SiteView, port: Port, card: Box, y: float, *, leftward: bool) -> None:
    """Draw a row: the interface in the card, the line with what it is, the neighbour's device and interface."""
    page, circuit = view.page, port.circuit
    near = card.x if leftward else card.right
    far = near - LINE if leftward else near + LINE
    anchor, inward = ("start", 12) if leftward else ("end", -12)
    said = f"{port.interface.name}  {port.interface.address or ''}"
    page.text(near + inward, y + 5, *fitted(said, CARD / 2 - 16, 14, 9), anchor=anchor)
    neighbour = Box(far - NEAR if leftward else far, y - 15, NEAR, 30)
    page.add(Layer.BOXES, rectangle(neighbour, rx=4, fill=PAPER, stroke=INK, stroke_width=1.1))
    named = fitted(f"{port.far.device}  {port.far.interface}", NEAR - 16, 14, 9)
    page.text(neighbour.middle[0], y + 5, *named, anchor="middle")
    _draw_line(view, circuit, (near, y), (far, y))
    caption = fitted(_caption(view, circuit), LINE - 24, 13, 9)
    page.text((near + far) / 2, y - 6, *caption, anchor="middle")


def _draw_line(view: SiteView, circuit: Circuit, start: tuple[float, float], end: tuple[float, float]) -> None:
    look = view.palette.of(circuit)
    dead = circuit.name in view.condition.dead
    d = f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"
    colour = FAINT if dead else look.colour
    line = element("path", d=d, stroke=colour, stroke_width=2.4, stroke_dasharray=dashes(circuit), fill="none")
    title = element("title", caption_of(circuit))
    view.page.add(Layer.LINES, element("g", title, line, data_circuit=circuit.name))
    middle = start[0] + (end[0] - start[0]) * 0.93, start[1]
    if dead:
        view.page.add(Layer.SIGNS, cross(*middle, 7))
    elif look.marked:
        view.page.add(Layer.MARKS, mark(look.shape, *middle, 4.5, fill=look.colour, stroke=PAPER))


def _caption(view: SiteView, circuit: Circuit) -> str:
    said = [circuit.name]
    said += [f"{circuit.bandwidth}M"] if circuit.bandwidth is not None else []
    said += [f"{circuit.latency_ms:.0f}ms"] if circuit.latency_ms >= 1 else []
    said += [spoken(view.network, carried(view.network, circuit), view.speech), circuit.line_number or ""]
    return " · ".join(part for part in said if part)
