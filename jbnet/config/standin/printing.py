"""The configuration of the router with FRR that stands in for another (``platforms/frr/standin.j2``)."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from jbnet.config.standin.facts import RoutingText
from jbnet.platforms.registry import LAB_PLATFORM
from jbnet.platforms.routing_facts import Usual

_FARTHEST = 254


def printed(hostname: str, facts: RoutingText, usual: Usual) -> str:
    """Return the text. ``facts`` are translated; ``usual`` is what the other does where nobody said otherwise."""
    internal, external = facts.ospf.distances if facts.ospf else (None, None)
    bgp = (facts.bgp.distances if facts.bgp else None) or usual.bgp
    return _template().render(
        hostname=hostname,
        facts=facts,
        usual=usual,
        distances=(internal or usual.ospf, external or usual.ospf_external),
        bgp_distances=tuple(min(distance, _FARTHEST) for distance in bgp),
    )


@cache
def _template() -> Template:
    source = resources.files("jbnet.platforms").joinpath(LAB_PLATFORM, "standin.j2").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                              keep_trailing_newline=True,
                              autoescape=False)  # noqa: S701  router configuration, not HTML  # fmt: skip
    return environment.from_string(source)
