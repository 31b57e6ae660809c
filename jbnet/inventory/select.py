"""Selectors (design section 6): ``level=county,phase=1+location:golmud-dc``.

``,`` (and) binds tighter than ``+`` (or). A term is ``key=value``, ``under:CODE``, ``site:NAME``,
``location:NAME``, ``peer:NAME`` or ``device:NAME``. A site means the devices that it houses, not those of a
location that lies in it. ``all`` means every device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from jbnet.inventory.report import nearest
from jbnet.model.errors import UsageError
from jbnet.model.network import Device, Network, Site
from jbnet.model.text import Text, text

Terms = frozenset[str]
ALL = "all"
"""The selector of every device."""

_SITE_KEYS: dict[str, Callable[[Site], str]] = {
    "level": lambda site: site.level.value,
    "phase": lambda site: str(site.phase),
    "status": lambda site: site.status.value,
    "archetype": lambda site: site.archetype or "",
    "parent": lambda site: site.parent or "",
}
_DEVICE_KEYS: dict[str, Callable[[Device], str]] = {
    "role": lambda device: device.role,
    "platform": lambda device: device.platform,
}
_NAME = re.compile(r"[\w.-]+")
"""What could be a device's name: a term without a key that is one was meant as one."""
_KINDS = ("under", "site", "location", "peer", "device")
_FEW = 12
"""Values that are all named to who gave another one."""


def select(network: Network, selector: str) -> tuple[Device, ...]:
    """Return the devices that a selector picks, in the order of the declaration.

    Raises UsageError for a term that cannot be read and for a name that is not declared.
    """
    chosen: set[str] = set()
    for alternative in selector.split("+"):
        parts = [_term(network, term.strip()) for term in alternative.split(",")]
        chosen |= set.intersection(*parts)
    return tuple(device for name, device in network.devices.items() if name in chosen)


def some(devices: Iterable[Device], selector: str) -> tuple[Device, ...]:
    """Return the devices that are left of a selection, which must not be none: nothing done is no success.

    Raises UsageError; not for ``all``, which is everybody there is.
    """
    found = tuple(devices)
    if not found and selector.strip() != ALL:
        raise UsageError("no device of ours is selected", hint=text("servers and devices of partners are not asked"))
    return found


def _term(network: Network, term: str) -> set[str]:
    if term == ALL:
        return set(network.devices)
    kind, colon, name = term.partition(":")
    if colon and kind in _KINDS:
        return _named(network, kind, name)
    key, equals, value = term.partition("=")
    if equals:
        return _keyed(network, key, value)
    if term in network.devices:
        return {term}
    if _NAME.fullmatch(term):
        _named(network, "device", term)
    raise UsageError(
        "the selector term {term} cannot be read",
        hint=text("write key=value, under:CODE, site:NAME, location:NAME, peer:NAME, device:NAME or all"),
        term=repr(term),
    )


def _named(network: Network, kind: str, name: str) -> set[str]:
    if not name:
        written = f"{kind}:{'CODE' if kind == 'under' else 'NAME'}"
        hint = text("write {term}, or all", term=written)
        raise UsageError("the selector term {term} names nothing", hint=hint, term=f"{kind}:")
    if kind == "under":
        return _housed(network, _under(network, name))
    known: dict[str, Collection[str]] = {
        "site": network.sites, "location": network.locations, "peer": network.peers, "device": network.devices
    }  # fmt: skip
    other = next((one for one, names in known.items() if name in names and name not in known[kind]), None)
    if other is not None:
        raise UsageError("there is no {kind} {name}", kind=text(kind), name=name,
                         hint=text("did you mean {like}?", like=f"{other}:{name}"))  # fmt: skip
    _known(kind, name, known[kind])
    return {name} if kind == "device" else _housed(network, {name})


def _keyed(network: Network, key: str, value: str) -> set[str]:
    if key in _SITE_KEYS:
        read_site = _SITE_KEYS[key]
        values = {read_site(site) for site in network.sites.values()}
        homes = {name for name, site in network.sites.items() if read_site(site) == value}
        _known(key, value, values)
        return _housed(network, homes)
    if key in _DEVICE_KEYS:
        read_device = _DEVICE_KEYS[key]
        known = {*(read_device(device) for device in network.devices.values())}
        _known(key, value, known | set(network.roles) if key == "role" else known)
        return {name for name, device in network.devices.items() if read_device(device) == value}
    _known("selector key", key, [*_SITE_KEYS, *_DEVICE_KEYS])
    return set()


def _under(network: Network, code: str) -> set[str]:
    """Return the site of that code (or name) and all below it."""
    root = next((site.name for site in network.sites.values() if code in (site.code, site.name)), None)
    if root is None:
        codes = [site.code for site in network.sites.values()]
        _known("site", code, codes if code.isdigit() else network.sites)
    below = {root}
    for site in network.sites.values():  # parents stand before their children
        if site.parent in below:
            below.add(site.name)
    return {name for name in below if name is not None}


def _housed(network: Network, homes: set[str]) -> set[str]:
    return {name for name, device in network.devices.items() if device.home in homes}


def _known(kind: str, name: str, known: Collection[str]) -> str:
    if name in known:
        return name
    raise UsageError("there is no {kind} {name}", hint=_instead(name, known), kind=text(kind), name=name)


def _instead(name: str, known: Collection[str]) -> Text | None:
    """Return the nearest name, or else all of them where they are few."""
    like = nearest(name, known)
    if like:
        return text("did you mean {like}?", like=like)
    given = sorted(value for value in known if value)
    return text("there are: {names}", names=", ".join(given)) if 0 < len(given) <= _FEW else None
