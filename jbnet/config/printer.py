"""From an Intent to a platform's text, by the platform's templates (Jinja2, StrictUndefined)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from ipaddress import IPv4Network

from jinja2 import Environment, FunctionLoader, StrictUndefined

from jbnet.config import trace
from jbnet.config.intent import Intent
from jbnet.config.words import algorithm_of, check_lengths, secret_in_line, word_of
from jbnet.model.errors import TargetError
from jbnet.model.secrets import Secret
from jbnet.model.text import text
from jbnet.platforms.registry import Platform, platform

Reveal = Callable[[str], Secret]
"""What gives the secret of a name: ``Secrets.get``."""


def print_intent(platform_name: str, intent: Intent, secrets: Reveal | None = None) -> str:
    """Return the intent as a complete configuration text, in the order in which the device shows it.

    Raises TargetError for a platform that jbnet has no templates for, and for what the platform cannot say.
    """
    return _print(_rendered(platform_name), intent, secrets, traced=False)


def trace_intent(platform_name: str, intent: Intent) -> tuple[trace.TracedLine, ...]:
    """Return the same text line by line, each with the template and the declaration that it comes from."""
    known = _rendered(platform_name)
    return tuple(trace.unmarked(_print(known, intent, None, traced=True), ending=f"{known.name}.yaml"))


def _telling(secrets: Reveal | None) -> Callable[[str], str]:
    return lambda name: secret_in_line(name, secrets)


def _rendered(platform_name: str) -> Platform:
    known = platform(platform_name)
    if not known.is_rendered:
        hint = text("see what its copy in a lab runs: jbnet render SELECTOR --as-lab")
        raise TargetError("configurations of {platform} are not rendered yet", hint=hint, platform=known.title)
    return known


def _print(known: Platform, intent: Intent, secrets: Reveal | None, *, traced: bool) -> str:
    check_lengths(known, intent)
    environment = _environment(known.name, traced)
    sections = [s for s in known.sections if s.needs is None or getattr(intent, s.needs)]
    said = {"intent": intent, "secret": _telling(secrets)}
    texts = (environment.get_template(s.template).render(said, section=_noun(intent, s.needs)) for s in sections)
    return "".join(texts) + known.ending


def _noun(intent: Intent, needs: str | None) -> object:
    """Return the noun that a section prints, as far as it is one: where its lines come from."""
    if needs == "snmp" and intent.management is not None:
        return intent.management.snmp
    return getattr(intent, needs) if needs else None


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
def _environment(platform_name: str, traced: bool) -> Environment:
    known = platform(platform_name)

    def source(name: str) -> str:
        """Return a template: of the platform itself, or ``OTHER/NAME`` of another whose syntax it shares."""
        path = name if "/" in name else f"{platform_name}/{name}"
        content = resources.files("jbnet.platforms").joinpath(path).read_text(encoding="utf-8")
        return trace.marked(path, content) if traced else content

    environment = Environment(
        loader=FunctionLoader(source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  router configuration, not HTML
    )
    environment.globals["word"] = lambda kind: word_of(known, kind)
    environment.globals["algorithm"] = lambda proof: algorithm_of(known, proof)
    environment.globals["origin"] = trace.origin
    environment.filters["wildcard"] = _wildcard
    environment.filters["clock"] = _clock
    environment.filters["place"] = _place
    return environment


def _wildcard(prefix: IPv4Network) -> str:
    """Return source and inverted mask as access lists have them: ``10.0.0.0 0.0.0.255``, a host with 0."""
    return f"{prefix.network_address} {prefix.hostmask if prefix.prefixlen < 32 else 0}"


def _clock(minutes: int) -> str:
    """Return a distance in time as hours, minutes and seconds: ``08:00:00``."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{hours:02}:{rest:02}:00"


def _place(prefix: IPv4Network) -> str:
    """Return a network as extended lists of IOS have it: ``host 10.0.0.1``, or address and inverted mask."""
    if prefix.prefixlen == prefix.max_prefixlen:
        return f"host {prefix.network_address}"
    return f"{prefix.network_address} {prefix.hostmask}"
