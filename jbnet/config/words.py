"""What goes into a line: words that a platform has of its own, secrets, lengths it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from jbnet.config.intent import Intent
from jbnet.model.errors import TargetError
from jbnet.model.secrets import Secret
from jbnet.model.text import text
from jbnet.platforms.registry import Platform

_NAMED = re.compile(r"<secret:([a-z][a-z0-9-]*)>")
PEER_DESCRIPTION, FILTER, ROUTE_POLICY = 79, 31, 40
"""Characters that the strictest of the platforms takes: ``peer description`` of Comware, ``traffic classifier`` and
``route-policy`` of VRP."""
_UNSAFE = frozenset(" ?\"'\\%^`|")
"""What a command line takes for help, a quote, the end of a word or a pipe."""


def word_of(known: Platform, kind: str) -> str:
    """Return the platform's own word for something (``sha256``: ``sha2-256``). Raises TargetError: it has none."""
    word = known.words.get(kind)
    if word is None:
        hint = text("declare something that it has; docs/platforms.md has a table")
        raise TargetError("{platform} cannot do {what}", hint=hint, platform=known.title, what=kind)
    return word


def secret_in_line(name: str, secrets: Callable[[str], Secret] | None) -> str:
    """Return a secret's name as it is shown, one word as its value would be, or the value where it is revealed.

    Raises TargetError for a value that a command line would not take as one word.
    """
    if secrets is None:
        return f"<secret:{name}>"
    value = secrets(name).reveal()
    if not value or not value.isascii() or not value.isprintable() or _UNSAFE & set(value):
        hint = text("use letters, digits and plain signs without blanks and quotes")
        raise TargetError("the secret {name} cannot stand in a command line", hint=hint, name=name)
    return value


def revealed(config: str, secrets: Callable[[str], Secret]) -> str:
    """Return a rendered configuration with the values in place of the secrets' names: for the device alone.

    Call it as late as possible; what it returns is neither shown nor kept. Raises TargetError for a value that cannot
    stand in a line, and what ``secrets`` raises for one that is not there.
    """
    return _NAMED.sub(lambda match: secret_in_line(match[1], secrets), config)


def check_lengths(known: Platform, intent: Intent) -> None:
    """Raise TargetError for a name or description that the platform would cut or refuse."""
    for what, value, limit in _said(known, intent):
        if len(value) > limit:
            raise TargetError(
                "the {what} {value} has {length} characters; {platform} takes {limit}",
                what=text(what), value=value, length=len(value), platform=known.title, limit=limit,
            )  # fmt: skip
        if not value.isascii():
            raise TargetError("{platform} takes no {value} as a {what}", platform=known.title, value=value,
                              what=text(what))  # fmt: skip


def _said(known: Platform, intent: Intent) -> Iterator[tuple[str, str, int]]:
    """Yield what is named or described: its kind, the text, and how long it may be."""
    yield "host name", intent.hostname, known.max_hostname
    for port in intent.interfaces:
        yield "description", port.description, known.max_description
        yield "interface name", port.name, known.max_interface_name
    if known.loopback is None:  # FRR takes longer ones than any name can be
        return
    for peer in intent.bgp.neighbors if intent.bgp else ():
        yield "description", peer.description, PEER_DESCRIPTION
    yield from (("filter", found.name, FILTER) for found in intent.filters)
    yield from (("route policy", clause.name, ROUTE_POLICY) for clause in intent.route_maps)
