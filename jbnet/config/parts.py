"""What the configuration of a router with FRR consists of: FRR's own lines, and a file of strongSwan an encrypted line.

It is one text. Whatever plans, compares, masks, keeps or puts back a configuration sees the files as sections of it
(``swanctl NAME``); only who lays them on a device takes them apart. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jbnet.config.swanctl import printed

HEADING = "swanctl "
"""How the section of a file begins; behind it stands the file's name without its ending."""
LEAVING = "exit"
END = "end"


@dataclass(frozen=True, slots=True)
class Parts:
    """``routing`` is what FRR reads, ``tunnels`` what strongSwan reads, by the name of the line that it encrypts."""

    routing: str
    tunnels: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """Return the one text."""
        if not self.tunnels:
            return self.routing
        sections = "".join(section(name, content) for name, content in sorted(self.tunnels.items()))
        lines = self.routing.splitlines(keepends=True)
        end = lines.pop() if lines and lines[-1].strip() == END else ""
        return "".join([*lines, sections, end])


def parts(config: str) -> Parts:
    """Return the parts of a configuration. Of a section that stands there twice the later one counts."""
    if HEADING not in config:
        return Parts(config)
    routing: list[str] = []
    tunnels: dict[str, str] = {}
    lines = iter(config.splitlines())
    for line in lines:
        if line.startswith(HEADING):
            tunnels[line.removeprefix(HEADING).strip()] = printed("\n".join(_inside(lines)))
        else:
            routing.append(line)
    return Parts("".join(f"{line}\n" for line in routing), tunnels)


def section(name: str, content: str) -> str:
    """Return a file as a section of the configuration."""
    inside = "".join(f" {line}\n" for line in printed(content).splitlines())
    return f"{HEADING}{name}\n{inside}{LEAVING}\n"


def named(headings: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the encrypted lines among headings of a configuration."""
    return tuple(heading.removeprefix(HEADING) for heading in headings if heading.startswith(HEADING))


def _inside(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines of a section; it ends with the next line that is not indented, which should be its ``exit``."""
    for line in lines:
        if not line.startswith(" "):
            return
        yield line
