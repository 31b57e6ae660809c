"""What each network operating system can do, read from ``jbnet/platforms/*.yaml`` (data, no code)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from jbnet.model.errors import UsageError
from jbnet.model.text import text
from jbnet.platforms.package_data import parsed


@dataclass(frozen=True, slots=True)
class Section:
    """A template of the platform; printed only where the intent's attribute ``needs`` is not empty."""

    template: str
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class PlatformEncryption:
    """How a system encrypts a line: by a tunnel over which routing runs.

    ``tunnel`` is the name of the tunnel's interface with ``{number}`` in it; None: the interface bears the circuit's
    name, and the host makes it. ``sections`` are headings of what is said of one tunnel beside its interface, with
    ``{name}`` and ``{number}``, in the order in which they refer to each other. ``lines`` are beginnings of what is
    said on its interface, in the order in which it is typed; both ends of a circuit must share them.
    """

    tunnel: str | None = None
    sections: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Platform:
    """A network operating system: what it is called, and what it can do.

    ``commit_timer`` says where the clock of a trial commit runs: ``native`` (the system has trial commits, ``trial``
    is the command), ``device`` (a process on it), ``reboot`` (it can only plan a restart). ``negation`` is the word
    that takes a line back. ``replace`` is ``whole`` where a candidate is always a whole configuration, else
    ``lines``. ``daemons`` maps a feature to the processes that it needs (only where the system is made of processes).
    ``loopback`` is the name of its first loopback interface; None: interfaces bear the declaration's logical names.
    ``loopback_first``: it shows loopbacks before other interfaces. ``static_preference`` is what a static route has
    when nothing is said; it is not shown. ``zones``: agencies and partners end on it. ``shared`` are beginnings of an
    interface's lines that both ends of a line must share (addresses, area, timers, authentication, MTU).
    ``ospf_keys`` are the algorithms by which it signs OSPF packets, each with the most characters of its keys;
    ``ospf_rollover`` those of them with which it takes a second key beside the first while keys are changed, one an
    ``ospf_key_line`` (group ``id``); ``bgp_key``: the most characters of a BGP session's key. ``plain_secrets``: it
    shows secrets as they were typed. ``words`` are its own words for what is declared, ``lacks`` what it cannot do of
    what jbnet would say, and what it does instead. ``max_*`` are in characters.
    """

    name: str
    title: str
    vendor: str
    family: str
    driver: str
    comment: str
    negation: str
    commit_timer: str
    replace: str
    max_interface_name: int
    sections: tuple[Section, ...]
    daemons: Mapping[str, tuple[str, ...]]
    trial: str | None = None
    ending: str = ""
    loopback: str | None = None
    loopback_first: bool = False
    static_preference: int = 1
    zones: bool = False
    shared: tuple[str, ...] = ()
    ospf_keys: Mapping[str, int] = field(default_factory=dict)
    ospf_rollover: tuple[str, ...] = ()
    ospf_key_line: str = ""
    bgp_key: int = 0
    plain_secrets: bool = False
    max_hostname: int = 63
    max_description: int = 200
    encryption: PlatformEncryption | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_rendered(self) -> bool:
        """Say whether jbnet can print configurations for it."""
        return bool(self.sections)


LAB_PLATFORM = "frr"
"""What the copy of every device runs in a lab."""


@cache
def platform(name: str) -> Platform:
    """Return the platform. Raises UsageError for one that jbnet has no data for."""
    data = resources.files("jbnet.platforms").joinpath(f"{name}.yaml")
    if not data.is_file():
        raise UsageError(
            "platform {name} is not known; known: {known}",
            name=name,
            known=", ".join(names()),
            hint=text("add {name}.yaml to jbnet/platforms", name=name),
        )
    return _platform(parsed(data.read_text(encoding="utf-8")))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all known platforms."""
    files = {entry.name for entry in resources.files("jbnet.platforms").iterdir()}
    return tuple(sorted(name for name in files if f"{name}.yaml" in files))  # others are of all platforms: facts.yaml


def _platform(data: dict[str, Any]) -> Platform:
    sections = tuple(Section(**section) for section in data.pop("sections", ()))
    needed = {feature: tuple(programs) for feature, programs in data.pop("daemons", {}).items()}
    shared = tuple(data.pop("shared", ()))
    encryption = data.pop("encryption", None)
    if encryption is not None:
        several: dict[str, Any] = {key: tuple(encryption.pop(key, ())) for key in ("sections", "lines")}
        encryption = PlatformEncryption(**encryption, **several)
    return Platform(sections=sections, daemons=needed, shared=shared, encryption=encryption, **data)
