"""Static routes that somebody declares, beside the derived ones; and those of them that OSPF announces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from jbnet.config.intent import Intent, Ospf, PrefixEntry, Redistribution, RouteMapEntry, StaticRoute
from jbnet.model.findings import Place
from jbnet.model.network import Device, Network
from jbnet.model.routes import Route
from jbnet.platforms.registry import Platform

ANNOUNCED = "ANNOUNCED"
"""The prefix list of declared routes that OSPF takes, and the route map where nothing else is taken from statics."""
_STEP = 10
"""Between the sequence numbers of a route map."""


def declared(network: Network, device: Device) -> tuple[Route, ...]:
    """Return the device's declared routes, in the order of the declaration."""
    return network.routes.get(device.name, ())


def announced(known: Platform, intent: Intent, routes: Sequence[Route]) -> Intent:
    """Return the configuration with the declared routes, and with OSPF bringing in those that are to be announced.

    Nothing else gets into OSPF by it: the process takes from static routes what a route map lets pass, and what is
    announced gets a clause of its own in it.
    """
    if not routes:
        return intent
    statics = (_static(route, known.static_preference) for route in routes)
    said = replace(intent, statics=(*intent.statics, *statics))
    chosen = {route.prefix: route.place for route in routes if route.announce}
    return _with_announced(said, said.ospf, chosen) if said.ospf is not None and chosen else said


def _with_announced(intent: Intent, ospf: Ospf, chosen: Mapping[IPv4Network, Place | None]) -> Intent:
    """Return the configuration with OSPF taking these prefixes from its static routes."""
    entries = (PrefixEntry(ANNOUNCED, 5 * n, prefix, origin=at) for n, (prefix, at) in enumerate(chosen.items(), 1))
    said = replace(intent, prefix_lists=(*intent.prefix_lists, *entries))
    place = next(iter(chosen.values()))
    taken = next((one.route_map for one in ospf.redistribute if one.protocol == "static"), None)
    if taken is not None:
        return replace(said, route_maps=tuple(_with_clause(said.route_maps, taken, place)))
    clause = RouteMapEntry(ANNOUNCED, _STEP, ANNOUNCED, origin=place)
    sources = (*ospf.redistribute, Redistribution("static", ANNOUNCED))
    return replace(said, route_maps=(*said.route_maps, clause), ospf=replace(ospf, redistribute=sources))


def _static(route: Route, usual: int) -> StaticRoute:
    """Return the route as it is configured; the system's own preference is not shown, and so not said."""
    distance = route.preference if route.preference != usual else None
    return StaticRoute(route.prefix, route.via, distance, route.place, route.description)


def _with_clause(entries: Sequence[RouteMapEntry], name: str, place: Place | None) -> Iterator[RouteMapEntry]:
    """Yield route maps with one more clause at the end of the one of that name."""
    last = [entry for entry in entries if entry.name == name][-1]
    for entry in entries:
        yield entry
        if entry is last:
            yield RouteMapEntry(name, last.seq + _STEP, ANNOUNCED, origin=place)
