"""YAML text to plain data with the place of every key and value. Never constructs objects from the text.

``compose()`` gives nodes with marks; scalars are resolved here, by YAML 1.2's core schema rather than
1.1's: ``yes`` and ``no`` are text, ``010`` and ``12:30`` are text, so a code never turns into a number silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from jbnet.inventory.report import Report
from jbnet.model.findings import Place

Path = tuple[str | int, ...]

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(_TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map"))
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?\Z")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEPTH = 60
_BRACKETS = re.compile(r"[\[\]{}]")
_STEEP = re.compile(rf"(?:[-?:][ \t]+){{{_DEPTH},}}|^ {{{_DEPTH * 4},}}[^ ]", re.MULTILINE)
UNDECODABLE = "\ufffd"
"""What a reader of files puts where bytes are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as data. ``data`` holds dict, list, str, int, float, bool and None only."""

    file: str
    data: object
    keys: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    values: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    lost: frozenset[str] = frozenset()
    """Keys below a key that stood twice: names that may be referred to."""
    broken: frozenset[Path] = frozenset()
    """Where something was reported and left out: what is missing there is no second finding."""

    def place(self, path: Path = ()) -> Place:
        """Return where the value at ``path`` stands, or the nearest place around it."""
        while path:
            found = self.values.get(path)
            if found is not None:
                return found
            path = path[:-1]
        return Place(self.file)

    def has(self, path: Path) -> bool:
        """Say whether something is written at ``path``."""
        return path in self.values

    def key_place(self, path: Path) -> Place:
        """Return where the key at the end of ``path`` stands, or the nearest place around it."""
        return self.keys.get(path) or self.place(path)


def read(file: str, content: str, report: Report) -> Source | None:
    """Parse one file; None when it is not YAML. Findings go to ``report``; what could be read is kept."""
    if UNDECODABLE in content:
        place = _position(file, content, content.index(UNDECODABLE))
        report.add("JB108", "not UTF-8 text from here on", place)
        return None
    deep = _too_deep(content)
    if deep is not None:
        report.add("JB109", "nested deeper than {limit} levels", _position(file, content, deep), limit=_DEPTH)
        return None
    try:
        node = yaml.compose(content, Loader=_LOADER)
    except yaml.YAMLError as error:
        _report_syntax(file, content, error, report)
        return None
    reader = _Reader(file, report)
    data = reader.convert(node, (), 0) if node is not None else None
    return Source(file, data, reader.keys, reader.values, frozenset(reader.lost), frozenset(reader.broken))


def _too_deep(content: str) -> int | None:
    """Return where brackets, dashes or indentation nest absurdly: the C parser recurses on the C stack."""
    depth = 0
    for bracket in _BRACKETS.finditer(content):
        depth = max(0, depth + (1 if bracket.group() in "[{" else -1))
        if depth > _DEPTH:
            return bracket.start()
    steep = _STEEP.search(content)
    return steep.start() if steep else None


def _report_syntax(file: str, content: str, error: yaml.YAMLError, report: Report) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        odd = yaml.reader.Reader.NON_PRINTABLE.search(content)
        place = _position(file, content, odd.start()) if odd else Place(file)
        report.add("JB101", "a character that YAML does not allow", place)
        return
    place = Place(file, mark.line + 1, mark.column + 1)
    problem = str(getattr(error, "problem", None) or error)
    lines = content.splitlines()
    at_mark = lines[mark.line][: mark.column + 1] if mark.line < len(lines) else ""
    if "\\t" in problem or at_mark.endswith("\t") or at_mark.strip(" ").startswith("\t"):
        report.add("JB102", "a tab in the indentation; use spaces", place)
    else:
        report.add("JB101", "not YAML: {problem}", place, problem=problem)


def _position(file: str, content: str, offset: int) -> Place:
    before = content[: max(0, offset)]
    return Place(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


class _Reader:
    """Turns nodes into data; remembers places and reports what is not allowed."""

    def __init__(self, file: str, report: Report) -> None:
        self.file = file
        self.report = report
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.broken: set[Path] = set()
        self.lost: set[str] = set()
        self._seen: set[int] = set()

    def convert(self, node: yaml.Node, path: Path, depth: int) -> object:
        """Return the node as data. A node met a second time is an alias: reported, not expanded."""
        place = self._place(node)
        self.values[path] = place
        if depth > _DEPTH:
            self.report.add("JB109", "nested deeper than {limit} levels", place, limit=_DEPTH)
            self.broken.add(path)
            return None
        if id(node) in self._seen:
            here = self.keys.get(path) or self.values.get(path[:-1], place)
            self.report.add("JB104", "an alias of an anchor; write the value out", here, [place])
            self.broken.add(path)
            return None
        self._seen.add(id(node))
        if node.tag not in _PLAIN_TAGS:
            self.report.add("JB104", "the tag {tag} is not used here", place, tag=node.tag.removeprefix(_TAG))
            self.broken.add(path)
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.convert(child, (*path, index), depth + 1) for index, child in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if key_node.tag == _TAG + "merge":
                self.report.add("JB104", "merging with << is not used; write the keys out", place)
                self.broken.add(path)
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self.report.add("JB107", "a key must be text, not a list or a mapping", place)
                self.broken.add(path)
                continue
            key = str(key_node.value)
            if key in found:
                self.report.add("JB103", "{key} stands twice in this mapping", place, [self.keys[*path, key]], key=key)
                self._lose(value_node)
                continue
            self.keys[*path, key] = place
            found[key] = self.convert(value_node, (*path, key), depth + 1)
        return found

    def _lose(self, node: yaml.Node) -> None:
        """Remember the keys of a mapping that is left out."""
        pending, met = [node], set()
        while pending:
            current = pending.pop()
            if isinstance(current, yaml.MappingNode) and id(current) not in met:
                met.add(id(current))
                self.lost.update(str(key.value) for key, _ in current.value if isinstance(key, yaml.ScalarNode))
                pending += [value for _, value in current.value]

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    value = str(node.value)
    if node.tag == _TAG + "str":
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INT.match(value) and len(value) < 20:
        return int(value)
    if _FLOAT.match(value):
        return float(value)
    return value
