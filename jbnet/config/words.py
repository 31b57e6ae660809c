"""What goes into a line: words that a platform has of its own, secrets, lengths it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from jbnet.config.intent import Intent
from jbnet.model.authentication import Proof
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


def algorithm_of(known: Platform, proof: Proof) -> str:
    """Return by what OSPF packets are signed. Raises TargetError: no such algorithm there, or not so many keys."""
    if proof.algorithm not in known.ospf_keys:
        raise TargetError(
            "{platform} cannot sign OSPF packets with {algorithm}", platform=known.title, algorithm=proof.algorithm,
            hint=text("add one to algorithms in topology/routing.yaml: {known}", known=", ".join(known.ospf_keys)),
        )  # fmt: skip
    if len(proof.keys) > 1 and proof.algorithm not in known.ospf_rollover:
        raise TargetError(
            "{platform} takes one OSPF key at a time with {algorithm}; {count} are declared",
            platform=known.title, algorithm=proof.algorithm, count=len(proof.keys),
        )  # fmt: skip
    return proof.algorithm


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


def revealed(config: str, secrets: Callable[[str], Secret], most: Mapping[str, int] = MappingProxyType({})) -> str:
    """Return a rendered configuration with the values in place of the secrets' names: for the device alone.

    Call it as late as possible; what it returns is neither shown nor kept. ``most``: how many characters secrets may
    have that the device would cut (``jbnet.config.render.key_lengths``). Raises TargetError for a value that cannot
    stand in a line or is longer, and what ``secrets`` raises for one that is not there.
    """

    def value(match: re.Match[str]) -> str:
        said = secret_in_line(match[1], secrets)
        if len(said) > most.get(match[1], len(said)):
            hint = text("shorten it; a device would cut it, and its neighbours would not know it")
            raise TargetError("the secret {name} has {length} characters; the key that it is may have {limit}",
                              hint=hint, name=match[1], length=len(said), limit=most[match[1]])  # fmt: skip
        return said

    return _NAMED.sub(value, config)


def key_lengths(known: Platform, intent: Intent) -> Mapping[str, int]:
    """Return how many characters the secrets that are keys of routing may have on the platform, by name."""
    found: dict[str, int] = {}
    proofs = [port.proof for port in intent.interfaces if port.proof is not None]
    said = [(key.secret, known.ospf_keys.get(proof.algorithm, 0)) for proof in proofs for key in proof.keys]
    said += [(p.secret, known.bgp_key) for p in (intent.bgp.neighbors if intent.bgp else ()) if p.secret is not None]
    for name, limit in said:
        found[name] = min(limit, found.get(name, limit))
    return found


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
