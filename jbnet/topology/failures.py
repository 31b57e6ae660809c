"""Failures by name: ``KIND:NAME``, and every single failure of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.model.text import Text, text
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
    "silent": ("silent", lambda network: network.circuits),
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
"""The kinds of what can fail: the field of a FailureSet, and the names that there are. ``silent`` is a circuit, too."""

_SUGGESTED: Mapping[str, Names] = {kind: names for kind, (_, names) in KINDS.items() if kind != "silent"}
"""What a name alone may mean: a circuit as such, not one that is silent."""

_HELD: Mapping[str, str] = {"location": "locations", "peer": "peers", "silent": "circuits"}
"""Where the network holds what a kind names, for kinds whose field of a FailureSet is another's."""


def each(network: Network, kind: str) -> Iterator[tuple[str, FailureSet]]:
    """Yield every single failure of a kind with its name, expanded: as devices, circuits and lines.

    Raises UsageError for an unknown kind.
    """
    field, names = KINDS[_kind(kind)]
    known = names(network)
    if field in ("circuits", "silent", "devices", "lines"):
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
            raise _without_kind(network, item)
        field, names = KINDS[_kind(kind)]
        found.setdefault(field, set()).add(_known(network, kind, name, names))
    return FailureSet.of(**found)


def called(network: Network, kind: str, name: str) -> str | None:
    """Return the name of what bears a name, a code or a Chinese name; None where nothing of the kind does.

    Raises UsageError when several bear it.
    """
    held: Mapping[str, object] = getattr(network, _HELD.get(kind, KINDS[kind][0]), {})
    if name in held or name in KINDS[kind][1](network):
        return name
    found = [key for key, it in held.items() if name in (getattr(it, "code", None), getattr(it, "name_zh", None))]
    if len(found) > 1:
        raise UsageError("{name} is the name of several: {names}", name=name, names=", ".join(found[:5]))
    return found[0] if found else None


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise UsageError(
            "{kind!r} is no kind of failure", kind=kind, hint=text("one of: {kinds}", kinds=", ".join(KINDS))
        )
    return kind


def _without_kind(network: Network, item: str) -> UsageError:
    """Return what is said of a name alone: the kind that it lacks, or how a failure is written."""
    name = item.strip(":")
    known = {f"{kind}:{held}": held for kind, names in _SUGGESTED.items() for held in names(network)}
    near = _elsewhere(network, name) or _like(known, name)
    hint = _did_you_mean(near) if near else text("write KIND:NAME; KIND is one of: {kinds}", kinds=", ".join(KINDS))
    return UsageError("{item!r} is no failure", item=item, hint=hint)


def _known(network: Network, kind: str, name: str, names: Names) -> str:
    """Return the name meant. Raises UsageError with the nearest ones, also those of another kind."""
    if (meant := called(network, kind, name)) is not None:
        return meant
    known = {f"{kind}:{held}": held for held in names(network)}
    if not known:
        raise UsageError("there is no {kind} in the network", kind=kind)
    near = _elsewhere(network, name) or _like(known, name)
    hint = _did_you_mean(near) if near else None
    raise UsageError("there is no {kind} {name!r} in the network", kind=kind, name=name, hint=hint)


def _elsewhere(network: Network, name: str) -> list[str]:
    """Return everything of that very name, each with its kind."""
    if not name:
        return []
    found = ((kind, called(network, kind, name)) for kind in _SUGGESTED)
    return [f"{kind}:{meant}" for kind, meant in found if meant is not None]


def _like(known: Mapping[str, str], name: str) -> list[str]:
    """Return the three nearest of the failures known, as written; what is not alike is no suggestion."""
    near = get_close_matches(name, sorted(set(known.values())), n=3)
    return [written for like in near for written, held in known.items() if held == like][:3]


def _did_you_mean(near: Iterable[str]) -> Text:
    return text("did you mean {like}?", like=", ".join(near))
