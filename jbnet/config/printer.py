"""From an Intent to a platform's text, by the platform's templates (Jinja2, StrictUndefined)."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from jbnet.config.intent import Intent
from jbnet.model.errors import TargetError
from jbnet.model.text import text
from jbnet.platforms.registry import platform


def print_intent(platform_name: str, intent: Intent) -> str:
    """Return the intent as a complete configuration text, in the order in which the device shows it.

    Raises TargetError for a platform that jbnet has no templates for.
    """
    known = platform(platform_name)
    if not known.is_rendered:
        hint = text("see what its copy in a lab runs: jbnet render SELECTOR --as-lab")
        raise TargetError("configurations of {platform} are not rendered yet", hint=hint, platform=known.title)
    environment = _environment(known.name)
    sections = [s for s in known.sections if s.needs is None or getattr(intent, s.needs)]
    return "".join(environment.get_template(s.template).render(intent=intent) for s in sections) + known.ending


def daemons(platform_name: str, intent: Intent) -> tuple[str, ...]:
    """Return the daemons that a device with this intent runs, for platforms that are made of daemons."""
    wanted = {
        "always": True,
        "ospf": intent.ospf is not None,
        "bgp": intent.bgp is not None,
        "bfd": any(port.bfd for port in intent.interfaces),
    }
    needs = platform(platform_name).daemons
    return tuple(name for feature, names in needs.items() if wanted[feature] for name in names)


@cache
def _environment(platform_name: str) -> Environment:
    return Environment(
        loader=PackageLoader("jbnet.platforms", platform_name),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  router configuration, not HTML
    )
