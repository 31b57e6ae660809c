"""Values of a YAML text changed in place: every other byte, comments and blank lines stay as they are.

Scalars are replaced where they stand; new keys are put after the last key of their mapping that holds no sites, new
sites after their last sibling, in its style. What cannot be done safely is refused (``CannotEdit``): the new text is
read again and must say exactly what was asked for.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from jbnet.inventory.exchange.style import in_block, in_flow, scalar
from jbnet.inventory.reading.source import read
from jbnet.inventory.report import Report
from jbnet.model.text import Text, text

Tree = Mapping[str, object]
"""Keys to new values; a mapping stands for changes within, a list or scalar for the value itself."""

SECTIONS = frozenset({"prefectures", "counties", "townships", "communities"})
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Whole(dict[str, object]):
    """A mapping that is put in the place of a scalar: what was written in short becomes written out."""


class CannotEdit(Exception):
    """The text is written in a way that is not changed safely. ``reason`` says which."""

    def __init__(self, reason: Text):
        self.reason = reason
        super().__init__(str(reason))


@dataclass(frozen=True, slots=True)
class _Splice:
    """Text put in the place of ``start`` to ``end``."""

    start: int
    end: int
    text: str


def edit(content: str, changes: Tree) -> str:
    """Return a YAML text with the changes made, and nothing else. Raises CannotEdit."""
    root = yaml.compose(content, Loader=_LOADER)
    if not isinstance(root, yaml.MappingNode):
        raise CannotEdit(text("the file is no mapping"))
    parts, at = [], 0
    for splice in sorted(_Editor(content).changed(root, changes), key=lambda s: s.start):
        parts += [content[at : splice.start], splice.text]
        at = splice.end
    found = "".join([*parts, content[at:]])
    if _data(found) != _merged(_data(content), changes):
        raise CannotEdit(text("the file is written in an unusual way"))
    return found


def _data(content: str) -> object:
    report = Report()
    source = read("", content, report)
    if source is None:
        raise CannotEdit(text("the file is written in an unusual way"))
    return source.data


def _merged(data: object, changes: Tree) -> object:
    """Return plain data with the changes made."""
    found = copy.copy(data) if isinstance(data, dict) else {}
    for key, value in changes.items():
        if isinstance(value, Whole):
            found[key] = dict(value)
        else:
            found[key] = _merged(found.get(key), value) if isinstance(value, Mapping) else value
    return found


class _Editor:
    """Finds what to put where in one text."""

    def __init__(self, content: str):
        self.content = content
        self.newline = "\r\n" if "\r\n" in content else "\n"

    def changed(self, node: yaml.MappingNode, changes: Tree) -> Iterator[_Splice]:
        """Yield the splices that make the changes within a mapping."""
        present = {key.value: value for key, value in node.value}
        added = {key: value for key, value in changes.items() if key not in present}
        for key, value in changes.items():
            if key in present:
                yield from self._replaced(present[key], value)
        sections = {key: value for key, value in added.items() if key in SECTIONS}
        others = {key: value for key, value in added.items() if key not in SECTIONS}
        for group in (others, sections):
            if group:
                yield self._added(node, group)

    def _replaced(self, node: yaml.Node, value: object) -> Iterator[_Splice]:
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(value, Whole) and isinstance(node, yaml.ScalarNode) and start != end:
            yield _Splice(start, end, in_flow(value))
        elif isinstance(value, Mapping):
            if not isinstance(node, yaml.MappingNode):
                raise CannotEdit(text("a mapping would stand where there is none"))
            yield from self.changed(node, value)
        elif isinstance(value, list):
            if not isinstance(node, yaml.SequenceNode) or not node.flow_style:
                raise CannotEdit(text("a list is not written in brackets"))
            yield _Splice(start, end, in_flow(value))
        elif not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">") or start == end:
            raise CannotEdit(text("a value is not written on one line"))
        else:
            yield _Splice(start, end, scalar(value, quote=node.style or ""))

    def _added(self, node: yaml.MappingNode, entries: Tree) -> _Splice:
        if node.flow_style:
            inside = ", ".join(f"{key}: {in_flow(value)}" for key, value in entries.items())
            if not node.value:
                return _Splice(node.start_mark.index + 1, node.start_mark.index + 1, inside)
            end = self._end(node.value[-1][1])
            return _Splice(end, end, f", {inside}")
        return self._added_in_block(node, entries)

    def _added_in_block(self, node: yaml.MappingNode, entries: Tree) -> _Splice:
        """Put entries after the last one, or where sites stand in the mapping and none is added, before these."""
        is_section = any(key in SECTIONS for key in entries)
        before = [value for key, value in node.value if is_section or key.value not in SECTIONS]
        if not before:
            raise CannotEdit(text("the mapping has no key of its own"))
        indent = node.value[0][0].start_mark.column
        like = next((v for _, v in reversed(node.value) if isinstance(v, yaml.MappingNode)), None)
        flow = like is not None and bool(like.flow_style)
        lines: list[str] = []
        for key, value in entries.items():
            if self._is_spaced(node) and isinstance(value, Mapping):
                lines.append("")
            lines += in_block(key, value, indent, self._step(node), flow=flow)
        return self._after_line(self._end(before[-1]), lines)

    def _after_line(self, index: int, lines: list[str]) -> _Splice:
        """Put lines after the line in which ``index`` stands."""
        end = self.content.find("\n", index)
        written = "".join(f"{line}{self.newline}" for line in lines)
        if end < 0:
            return _Splice(len(self.content), len(self.content), self.newline + written)
        return _Splice(end + 1, end + 1, written)

    def _is_spaced(self, node: yaml.MappingNode) -> bool:
        """Say whether the entries of a mapping are set apart by blank lines."""
        key, _ = node.value[-1]
        end = self.content.rfind("\n", 0, key.start_mark.index)
        begin = self.content.rfind("\n", 0, max(0, end)) + 1
        return len(node.value) > 1 and end > 0 and not self.content[begin:end].strip()

    def _step(self, node: yaml.MappingNode) -> int:
        """Return by how many blanks deeper a mapping stands in this one."""
        own = node.value[0][0].start_mark.column
        for _, value in node.value:
            if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
                return int(value.value[0][0].start_mark.column) - int(own)
        return 2

    def _end(self, node: yaml.Node) -> int:
        """Return where the text of a value ends, without what the parser passes over after it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(node, yaml.MappingNode) else last)
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            raise CannotEdit(text("a value is not written on one line"))
        return int(node.end_mark.index)
