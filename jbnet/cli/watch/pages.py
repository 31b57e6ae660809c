"""What stands on the pages of a list: the incidents by rank, and the groups of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jbnet.cli.board_text import Board, Translate, group_head, group_line, group_name
from jbnet.cli.columns import hanging
from jbnet.cli.watch.model import Model, PageKind, Target
from jbnet.cli.watch.picture import Picture
from jbnet.monitor.board import Entry, Group, everything, grouped, readable

SEVERITY_STYLES = {"critical": "bold red", "major": "yellow", "minor": "cyan", "warning": ""}
QUIET = "dim"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: its text, how it looks (a style of rich) and what it stands for."""

    said: str
    style: str = ""
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A page: the headings, which stay, and the lines, through which the cursor moves."""

    heads: Sequence[str]
    lines: Sequence[Line]

    @property
    def rows(self) -> list[Target | None]:
        """Return what each line stands for."""
        return [found.target for found in self.lines]


def filtered(model: Model, picture: Picture) -> tuple[Entry, ...]:
    """Return the incidents that the filter wants; all, where it cannot be read."""
    want = readable(model.filter, picture.network) or everything
    return tuple(filter(want, picture.entries))


def of_group(name: str, found: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the incidents of a group, by the name that its page has."""
    return tuple(entry for entry in found if "/".join(entry.group) == name)


def group_title(model: Model, picture: Picture, tr: Translate) -> str:
    """Return which group a list is of, with how many of all incidents it has; empty where it is of all."""
    target = model.page.target
    if target.kind is not PageKind.LIST or not target.name:
        return ""
    kind, _, what = target.name.partition("/")
    found = of_group(target.name, filtered(model, picture))
    name = group_name(tr, Group(kind, what, found), picture.network)
    return tr("group: {name} ({count} of {total}); Esc: back", name=name, count=len(found), total=len(picture.entries))


def list_content(model: Model, picture: Picture, tr: Translate, width: int) -> Content:
    """Return the page of incidents, or of one group of them."""
    found = filtered(model, picture)
    if name := model.page.target.name:
        found = of_group(name, found)
    board = Board(tr, found, picture.now, width)
    lines = [
        Line(said, _style(entry), Target(PageKind.INCIDENT, entry.incident.id))
        for entry, said in zip(found, board.lines, strict=True)
    ]
    rest = () if name else _rest(model, picture, tr, width)  # of the whole network, not of a group
    return Content((board.head,), [*lines, *(Line(said, QUIET) for said in rest)])


def groups_content(model: Model, picture: Picture, tr: Translate, width: int) -> Content:
    """Return the page of groups."""
    lines = [
        Line(
            group_line(tr, group, picture.now, width, picture.network),
            SEVERITY_STYLES[group.worst],
            Target(PageKind.LIST, f"{group.kind}/{group.what}"),
        )
        for group in grouped(filtered(model, picture))
    ]
    return Content((group_head(tr, width),), lines)


def _style(entry: Entry) -> str:
    return SEVERITY_STYLES[entry.incident.severity] if entry.calls else QUIET


def _rest(model: Model, picture: Picture, tr: Translate, width: int) -> Iterator[str]:
    """Yield what is not an incident and is to be known: the rest, counted."""
    summary = picture.summary or {}
    if not picture.entries and picture.summary is not None and not picture.blind:
        yield tr("no incident is open")
    elif model.filter and not filtered(model, picture):
        yield tr("no open incident is selected; Esc shows all")
    if unexplained := summary.get("unexplained"):
        names = ", ".join(unexplained)
        said = tr("silent, cause not known yet ({count}): {names}", count=len(unexplained), names=names)
        yield from hanging(said, 2, width)[:3]
    alarms = summary.get("alarms", ())
    backup = sum(alarm["rule"] == "on-backup" for alarm in alarms)
    fewer = sum(alarm["rule"] == "ways-left" for alarm in alarms)
    if backup or fewer:
        yield tr("sites on a backup line: {backup}; with fewer ways left: {fewer}", backup=backup, fewer=fewer)
    if closed := summary.get("sites", {}).get("closed"):
        yield tr("sites dark because they are closed: {count}", count=closed)
