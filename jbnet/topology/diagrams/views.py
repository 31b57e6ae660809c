"""The views by name, and each in every language: SVG page, DOT, Mermaid, data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jbnet.model.errors import UsageError
from jbnet.model.network import Network, Site
from jbnet.model.text import Text, text
from jbnet.topology.diagrams import subjects
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.document import Data, map_document
from jbnet.topology.diagrams.dot import write_dot
from jbnet.topology.diagrams.geography import draw_geography
from jbnet.topology.diagrams.graphs import Part, backbone_part, below_part, everything, home_part
from jbnet.topology.diagrams.levels import draw_levels
from jbnet.topology.diagrams.mermaid import MOST_DEVICES, write_mermaid
from jbnet.topology.diagrams.outline import read_outlines
from jbnet.topology.diagrams.page import Page
from jbnet.topology.diagrams.site_view import draw_site_view
from jbnet.topology.diagrams.speech import Speech

WHOLE = ("levels", "geography", "backbone")
OF_ONE = ("site", "under")


@dataclass(frozen=True, slots=True)
class View:
    """``kind`` is one of WHOLE, or one of OF_ONE with the ``name`` of a site, location or peer."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


def view_of(written: str) -> View:
    """Return the view that somebody named. Raises UsageError."""
    kind, _, name = written.partition(":")
    if (kind in WHOLE and ":" not in written) or (kind in OF_ONE and name):
        return View(kind, name)
    hint = text("one of: {views}", views="levels, geography, backbone, site:NAME, under:SITE")
    raise UsageError("{view!r} is no view", view=written, hint=hint)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A view of a network in a condition. ``geo`` is the text of outline files by name (view ``geography``)."""

    network: Network
    view: View
    speech: Speech
    condition: Condition = field(default_factory=Condition)
    geo: Mapping[str, str] = field(default_factory=dict)

    def page(self) -> Page:
        """Return the picture. Raises UsageError for an unknown name or an outline that cannot be read."""
        network, speech, condition = self.network, self.speech, self.condition
        if self.view.kind == "site":
            return draw_site_view(network, self._home(), speech=speech, condition=condition)
        if self.view.kind == "geography":
            outlines = [outline for file, content in self.geo.items() for outline in read_outlines(file, content)]
            return draw_geography(network, outlines, self._title(), speech=speech, condition=condition)
        subject = {
            "levels": lambda: subjects.whole(network),
            "backbone": lambda: subjects.backbone(network),
            "under": lambda: subjects.below(network, self._site()),
        }[self.view.kind]()
        return draw_levels(network, subject, self._title(), speech=speech, condition=condition)

    def dot(self) -> str:
        """Return the view in DOT."""
        return write_dot(self.network, self._part(), speech=self.speech, condition=self.condition)

    def mermaid(self) -> str:
        """Return the view as a Mermaid flowchart. Raises UsageError where it is too large to be read."""
        part = self._part()
        if self.view.kind == "under" and part.devices > MOST_DEVICES:
            part = below_part(self.network, self._site().name, fold=True)
        return write_mermaid(self.network, part, speech=self.speech, condition=self.condition)

    def document(self) -> Data:
        """Return the view as data, with where its picture has everything."""
        return map_document(self.network, self._part(), self.page(), view=str(self.view), condition=self.condition)

    def _part(self) -> Part:
        if self.view.kind == "site":
            return home_part(self.network, self._home())
        if self.view.kind == "under":
            return below_part(self.network, self._site().name)
        return backbone_part(self.network) if self.view.kind == "backbone" else everything(self.network)

    def _title(self) -> Text:
        network = self.speech.name(self.network)
        if self.view.kind == "under":
            return text("{network}: {site} and all below it", network=network, site=self.speech.name(self._site()))
        titles = {
            "levels": text("{network}: the levels of the network", network=network),
            "geography": text("{network}: sites and lines on the map", network=network),
            "backbone": text("{network}: the backbone", network=network),
        }
        return titles[self.view.kind]

    def _site(self) -> Site:
        found = self._sites().get(self.view.name)
        if found is None:
            raise self._unknown("site", list(self.network.sites))
        return found

    def _home(self) -> str:
        network, name = self.network, self.view.name
        if name in network.locations or name in network.peers:
            return name
        found = self._sites().get(name)
        if found is None:
            raise self._unknown("site", [*network.sites, *network.locations, *network.peers])
        return found.name

    def _sites(self) -> Mapping[str, Site]:
        """Return the sites by name, by code and by Chinese name; a name goes before the others."""
        sites = self.network.sites.values()
        return {s.name_zh: s for s in sites} | {s.code: s for s in sites} | {s.name: s for s in sites}

    def _unknown(self, kind: str, known: list[str]) -> UsageError:
        from difflib import get_close_matches

        like = ", ".join(get_close_matches(self.view.name, known, n=3, cutoff=0.0))
        hint = text("did you mean {like}?", like=like)
        return UsageError("there is no {kind} {name!r} in the network", kind=kind, name=self.view.name, hint=hint)
