"""The lists below the picture of a site: agencies' premises and partners, with their lines."""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.model.network import Line, Network, Peer, Premises, Zone
from jbnet.model.text import Text, text
from jbnet.topology.diagrams.extent import fitted
from jbnet.topology.diagrams.page import Page
from jbnet.topology.diagrams.speech import Speech

MARGIN = 24.0
STOPS = ((0, 250), (260, 300), (570, 190), (770, 370), (1150, 460))
"""Where the columns of a list begin, and how wide they are."""

Row = tuple[str, str, str, str, str]


def draw_offices(page: Page, network: Network, home: str, speech: Speech, top: float) -> float:
    """List the premises at a site and the partners met there; return where the lists end."""
    premises = [_premises(network, p, speech) for p in network.premises.values() if p.site == home]
    met = [p for p in network.peers.values() if p.site == home and p.zone is Zone.EXTRANET]
    partners = [_partner(network, p, speech) for p in met]
    y = _draw_list(page, speech.say(text("Premises of agencies ({count})", count=len(premises))), premises, top)
    return _draw_list(page, speech.say(text("Partners ({count})", count=len(partners))), partners, y)


def _draw_list(page: Page, title: str, rows: Sequence[Row], top: float) -> float:
    if not rows:
        return top
    page.text(MARGIN, top + 16, title, 16, weight=700)
    y = top + 40
    for row in rows:
        for (x, room), part in zip(STOPS, row, strict=True):
            page.text(MARGIN + x, y, *fitted(part, room, 13.5, 9))
        y += 22
    return y + 6


def _premises(network: Network, office: Premises, speech: Speech) -> Row:
    agency = network.agencies.get(office.agency)
    named = speech.name(agency) if agency is not None else office.agency
    if office.line is None:
        return office.name, named, str(office.prefix), speech.say(text("in the site's own building")), ""
    return office.name, named, str(office.prefix), *_line(network, office.line, speech)


def _partner(network: Network, partner: Peer, speech: Speech) -> Row:
    prefixes = ", ".join(str(prefix) for prefix in partner.prefixes)
    line = _line(network, partner.line, speech) if partner.line is not None else ("", "")
    return partner.name, speech.name(partner), prefixes, *line


def _line(network: Network, line: Line, speech: Speech) -> tuple[str, str]:
    """Return carrier and number, bandwidth and payer."""
    carrier = network.carriers.get(line.carrier or "")
    first = (speech.name(carrier) if carrier is not None else line.carrier, line.line_number)
    bandwidth = [f"{line.bandwidth}M"] if line.bandwidth is not None else []
    payer: list[Text] = [text("paid by {payer}", payer=line.payer)] if line.payer else []
    second = [*bandwidth, *(speech.say(said) for said in payer)]
    return " · ".join(part for part in first if part), " · ".join(second)
