"""Static routes that run and do not follow from the rest of a draft: they are declared, where that can be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import ValidationError

from jbnet.config.adopt.facts import Problem, Running, RunningRoute
from jbnet.config.render import intent
from jbnet.inventory.building.routes import neighbour
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.inventory.rules import routes as rules
from jbnet.inventory.rules.world import World
from jbnet.inventory.schema.routes import DISCARD, RouteDecl
from jbnet.model.network import Device, Network
from jbnet.model.routes import Route
from jbnet.model.text import Text, text
from jbnet.platforms.registry import platform


def undeclared(network: Network, device: Device, running: Running) -> tuple[list[RunningRoute], list[Problem]]:
    """Return the routes to be declared beside the drafted device, and those that cannot be, each with its reason.

    Raises TargetError where the device cannot be rendered.
    """
    usual = platform(device.platform).static_preference
    derived = {(one.prefix, one.via, one.distance or usual) for one in intent(network, device).statics}
    taken: list[RunningRoute] = []
    problems: list[Problem] = []
    for route in running.routes:
        if (route.prefix, route.via, route.preference or usual) in derived:
            continue
        reason = _why_not(network, device, route, taken)
        if reason is None:
            taken.append(route)
        else:
            said = text("the route to {prefix} is not declared: {reason}", prefix=route.prefix, reason=reason)
            problems.append(Problem(running.at(route.line), said))
    return taken, problems


def _why_not(network: Network, device: Device, route: RunningRoute, taken: list[RunningRoute]) -> Text | None:
    """Return why ``jbnet check`` would refuse the route; None: it would not."""
    via = str(route.via or DISCARD)
    try:
        RouteDecl.model_validate({"prefix": str(route.prefix), "next_hop": via, "preference": route.preference,
                                  "description": route.description or None})  # fmt: skip
    except ValidationError:
        return text("its preference or its description cannot be written")
    if route.via is not None and neighbour(network, device, via) is None:
        return text("its next hop stands on no link that is declared")
    report = Report()
    known = tuple(_declared(device, one) for one in (*taken, route))
    rules.check(World(Declaration(), replace(network, routes={device.name: known}), {}, report))
    return next(_refusals(report), None)


def _refusals(report: Report) -> Iterator[Text]:
    return (finding.text for finding in report.sorted() if finding.severity == "error")


def _declared(device: Device, route: RunningRoute) -> Route:
    return Route(device.name, route.prefix, route.via, str(route.via or DISCARD), route.preference, route.description)
