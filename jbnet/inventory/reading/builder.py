"""From the parser's events to data and the places of its keys and values, without recursion.

Events, unlike nodes, come one by one: an alias is an event, not a second copy, and depth is counted before the
parser has used any stack for it.
"""

from __future__ import annotations

from typing import Any, Final

from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from jbnet.inventory.reading import marks as placed
from jbnet.inventory.reading.frame import LEFT_OUT, Frame
from jbnet.inventory.reading.marks import Path
from jbnet.inventory.reading.prune import names_in
from jbnet.inventory.reading.scalar_event import is_boring, judge, place_of_event
from jbnet.inventory.reading.scalars import resolve, shorten
from jbnet.inventory.report import FileReport
from jbnet.model.findings import Place

DEPTH: Final = 60
MOST_VALUES: Final = 500_000
"""Keys and values of one file; a national network of 45,000 sites has fewer in all its files."""
LONGEST_KEY: Final = 200
"""Characters of a key: names are made of names, so a long one above many costs the product."""
_TAG: Final = "tag:yaml.org,2002:"
_TEXT: Final = _TAG + "str"
_KINDS: Final = ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
_PLAIN_TAGS: Final = frozenset(_TAG + kind for kind in _KINDS)


class Builder:
    """Builds the data of one document and reports what is not allowed."""

    def __init__(self, report: FileReport) -> None:
        self.report = report
        self.file = report.file
        self.data: object = None
        self.marks: object = None
        self.values = 0
        """Keys, values and containers met."""
        self.broken: set[Path] = set()
        self.lost: set[str] = set()
        self._stack: list[Frame] = []
        self._anchors: dict[str, Place] = {}
        self._used: set[str] = set()
        self._told: set[tuple[str, int]] = set()

    def build(self, parser: Any) -> bool:
        """Read the first document; False when it is not to be used. Raises yaml.YAMLError."""
        usable = True
        try:
            while usable:
                event = parser.get_event()
                if type(event) is StreamEndEvent:
                    break
                usable = self._take(event)
                if self.values > MOST_VALUES:
                    self.report.add("JB187", "more than {limit} keys and values; split the file", self._place(event),
                                    limit=MOST_VALUES)  # fmt: skip
                    usable = False
        finally:
            parser.dispose()
        for name in sorted(self._anchors.keys() - self._used if usable else ()):
            self.report.add("JB104", "the anchor {name} is not used; remove it", self._anchors[name], name=name)
        return usable

    def _take(self, event: Any) -> bool:
        """Take over one event; False when the file is not to be used."""
        kind = type(event)
        if kind is ScalarEvent:
            self._scalar(event)
        elif kind in (MappingEndEvent, SequenceEndEvent):
            self._pop()
        elif kind in (MappingStartEvent, SequenceStartEvent):
            return self._push(event, is_map=kind is MappingStartEvent)
        elif kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            return self._begin(event)
        return True

    def _begin(self, event: Any) -> bool:
        """Begin a document; False when it is the second."""
        if self.marks is not None:
            self.report.add("JB160", "a second document begins here; a file holds one", self._place(event))
            return False
        if event.version or event.tags:
            self.report.add("JB104", "directives (%YAML, %TAG) are not used here", self._place(event))
        return True

    def _scalar(self, event: Any) -> None:
        self.values += 1
        mark, value, plain = event.start_mark, event.value, not event.style
        at = mark.line << 24 | mark.column
        top = self._stack[-1] if self._stack else None
        is_key = top is not None and top.wants_key
        resolved = resolve(value) if plain and not is_key and event.tag != _TEXT else value
        boring = is_boring(value) and event.anchor is None and event.tag is None
        if not boring and not self._judge(event, resolved, is_key=is_key):
            self._keep(None, at)
        elif is_key:
            self._key(event, at)
        else:
            self._keep(resolved, at)

    def _judge(self, event: Any, resolved: object, *, is_key: bool) -> bool:
        """Report what is odd about a scalar; False when it cannot be used."""
        if event.anchor is not None:
            self._anchor(event)
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            self._left_out(event)
            return False
        top = self._stack[-1] if self._stack else None
        own_line = top is None or (top.is_map and event.start_mark.line > top.key_at >> 24)
        judge(event, resolved, self.report, is_key=is_key, own_line=own_line)
        return True

    def _key(self, event: Any, at: int) -> None:
        """Take over a key of a mapping."""
        top, key = self._stack[-1], event.value
        top.key_at = at
        if len(key) > LONGEST_KEY:
            self.report.add("JB188", "a key of {length} characters; {limit} are allowed", self._place(event),
                            length=len(key), limit=LONGEST_KEY)  # fmt: skip
            top.key = LEFT_OUT
        elif key == "<<" and not event.style:
            self.report.add("JB104", "merging with << is not used; write the keys out", self._place(event))
            self._break(())
            top.key = LEFT_OUT
        elif key in top.data:
            self.report.add("JB103", "{key} stands twice in this mapping", self._place(event),
                            [self._twin(top, key)], key=shorten(key))  # fmt: skip
            top.key = LEFT_OUT
        else:
            twin = top.twin(key)
            if twin is not None:
                self.report.add("JB161", "{key} and {other} differ only by capital letters", self._place(event),
                                [self._twin(top, twin)], key=shorten(key), other=shorten(twin))  # fmt: skip
            top.key = key

    def _twin(self, top: Frame, key: str) -> Place:
        """Return where a key of this mapping stands that was met before."""
        marks = top.marks[key]
        return placed.key_place(self.file, marks[0] if isinstance(marks, tuple) else marks)

    def _push(self, event: Any, *, is_map: bool) -> bool:
        """Begin a container; False when it is one too deep."""
        if len(self._stack) > DEPTH:
            self.report.add("JB109", "nested deeper than {limit} levels", self._place(event), limit=DEPTH)
            return False
        top = self._stack[-1] if self._stack else None
        kept = top is None or top.keeps
        if event.anchor is not None:
            self._anchor(event)
        if top is not None and top.wants_key:
            self.report.add("JB107", "a key must be text, not a list or a mapping", self._place(event))
            self._break(())
            kept = False
        elif event.tag is not None and event.tag not in _PLAIN_TAGS:
            self._left_out(event)
            kept = False
        self.values += 1
        mark = event.start_mark
        at = mark.line << 24 | mark.column
        self._stack.append(Frame(is_map=is_map, kept=kept, at=at))
        return True

    def _pop(self) -> None:
        """End a container and hand it to the one around it."""
        done = self._stack.pop()
        top = self._stack[-1] if self._stack else None
        inside = top is None or top.keeps
        if done.kept or not inside:
            self._keep(done.data, done.at, done.marks)
        else:  # it was a key, or bore a tag
            self.lost.update(names_in(done.data))
            self._keep(None, done.at)

    def _keep(self, value: object, at: int, marks: object = None) -> None:
        """Put a value where it belongs."""
        if not self._stack:
            number = placed.both(at, at)
            self.data, self.marks = value, (number if marks is None else (number, marks))
            return
        top = self._stack[-1]
        if not top.is_map:
            number = placed.both(at, at)
            top.data.append(value)
            top.marks.append(number if marks is None else (number, marks))
            return
        key, top.key = top.key, None
        if key is None:
            top.key = LEFT_OUT  # a key that could not be used
        elif key is LEFT_OUT:
            self.lost.update(names_in(value))
        else:
            number = top.key_at << 48 | at
            top.data[key] = value
            top.marks[key] = number if marks is None else (number, marks)

    def _alias(self, event: Any) -> None:
        """Report an alias; its value is not copied."""
        self._used.add(event.anchor)
        top = self._stack[-1] if self._stack else None
        related = [self._anchors[event.anchor]] if event.anchor in self._anchors else []
        if top is None or top.key is not LEFT_OUT:
            self._break(self._here())
        line = (event.anchor, event.start_mark.line)
        if line not in self._told:  # one finding a line: an expanding list has hundreds
            self._told.add(line)
            self.report.add("JB104", "an alias of an anchor; write the value out", self._place(event), related)
        self._keep(None, event.start_mark.line << 24 | event.start_mark.column)

    def _anchor(self, event: Any) -> None:
        self._anchors.setdefault(event.anchor, self._place(event))

    def _left_out(self, event: Any) -> None:
        tag = event.tag.removeprefix(_TAG)
        self.report.add("JB104", "the tag {tag} is not used here", self._place(event), tag=shorten(tag))
        self._break(self._here())

    def _break(self, last: Path) -> None:
        """Remember that something at this container, or at ``last`` within it, was reported and left out."""
        if all(frame.keeps for frame in self._stack):
            self.broken.add((*(frame.step for frame in self._stack[:-1]), *last))

    def _here(self) -> Path:
        """Return what is about to be filled within this container; a key that is no text has no path."""
        if not self._stack or self._stack[-1].wants_key:
            return ()
        return (self._stack[-1].step,)

    def _place(self, event: Any) -> Place:
        return place_of_event(self.file, event)
