"""Failures by name: ``KIND:NAME``, and every single failure of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.topology.graph import FailureSet, expand, lines_of

Names = Callable[[Network], Iterable[str]]


def _srlgs(network: Network) -> Iterable[str]:
    carried = [*(c.srlgs for c in network.circuits.values()), *(line.srlgs for line in lines_of(network))]
    return dict.fromkeys([*network.srlgs, *(name for names in carried for name in names)])


def _carriers(network: Network) -> Iterable[str]:
    used = [*(c.carrier for c in network.circuits.values()), *(line.carrier for line in lines_of(network))]
    return dict.fromkeys([*network.carriers, *(name for name in used if name)])


def _underlays(network: Network) -> Iterable[str]:
    return dict.fromkeys([*network.underlays, *(c.underlay for c in network.circuits.values() if c.underlay)])


def _homes(network: Network) -> Iterable[str]:
    """Return the sites that house a device."""
    return dict.fromkeys(d.home for d in network.devices.values() if d.home in network.sites)


KINDS: Mapping[str, tuple[str, Names]] = {
    "circuit": ("circuits", lambda network: network.circuits),
    "device": ("devices", lambda network: network.devices),
    "site": ("sites", _homes),
    "location": ("sites", lambda network: network.locations),
    "peer": ("sites", lambda network: network.peers),
    "srlg": ("srlgs", _srlgs),
    "carrier": ("carriers", _carriers),
    "underlay": ("underlays", _underlays),
    "line": ("lines", lambda network: [line.name for line in lines_of(network)]),
    "premises": ("premises", lambda network: network.premises),
}
"""The kinds of what can fail: the field of a FailureSet, and the names that there are."""


def each(network: Network, kind: str) -> Iterator[tuple[str, FailureSet]]:
    """Yield every single failure of a kind with its name, expanded: as devices, circuits and lines.

    Raises UsageError for an unknown kind.
    """
    field, names = KINDS[_kind(kind)]
    known = names(network)
    if field in ("circuits", "devices", "lines"):
        yield from ((name, FailureSet.of(**{field: (name,)})) for name in known)
    elif field == "sites":
        yield from _each_home(network, known)
    elif field == "premises":
        lines = ((name, network.premises[name].line) for name in known)
        yield from ((name, FailureSet.of(lines=(line.name,) if line else ())) for name, line in lines)
    else:
        yield from ((name, expand(network, FailureSet.of(**{field: (name,)}))) for name in known)


def _each_home(network: Network, homes: Iterable[str]) -> Iterator[tuple[str, FailureSet]]:
    members: dict[str, list[str]] = {}
    for device in network.devices.values():
        members.setdefault(device.home, []).append(device.name)
    for home in homes:
        yield home, FailureSet.of(devices=members.get(home, ()))


def parse(network: Network, written: Iterable[str]) -> FailureSet:
    """Return what fails together from a list of ``KIND:NAME``. Raises UsageError with the nearest names."""
    found: dict[str, set[str]] = {}
    for item in written:
        kind, colon, name = item.partition(":")
        if not colon or not name:
            raise UsageError(
                "{item!r} is no failure", item=item, hint=text("write KIND:NAME, for example: circuit:xining-up1")
            )
        field, names = KINDS[_kind(kind)]
        _known(network, kind, name, names)
        found.setdefault(field, set()).add(name)
    return FailureSet.of(**found)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(
            "{kind!r} is no kind of failure", kind=kind, hint=text("one of: {kinds}", kinds=", ".join(KINDS))
        )
    return kind


def _known(network: Network, kind: str, name: str, names: Names) -> None:
    """Raise UsageError for a name that there is not, with the nearest ones, also those of another kind."""
    known = list(names(network)) + ([*network.sites] if kind == "site" else [])
    if name in known:
        return
    elsewhere = [f"{other}:{name}" for other, (_, held) in KINDS.items() if name in held(network)]
    near = elsewhere or [f"{kind}:{like}" for like in get_close_matches(name, sorted(known), n=3, cutoff=0.0)]
    if not near:
        raise UsageError("there is no {kind} in the network", kind=kind)
    raise UsageError(
        "there is no {kind} {name!r} in the network",
        kind=kind,
        name=name,
        hint=text("did you mean {like}?", like=", ".join(near)),
    )
