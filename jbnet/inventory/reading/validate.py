"""From plain data to models: pydantic's errors become findings with a place and a plain message."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_interface
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from jbnet.inventory.reading.prune import at, names_in, without
from jbnet.inventory.reading.scalars import shorten
from jbnet.inventory.reading.source import Path, Source
from jbnet.inventory.report import FileReport, Report, nearest
from jbnet.model.findings import Place
from jbnet.model.text import Text, text

M = TypeVar("M", bound=BaseModel)

_EXPECTED: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_too_short": "text that is not empty",
}
_BOUNDS: Mapping[str, str] = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length} entries",
}


def validate(source: Source, model: type[M], report: Report, doubtful: set[str]) -> M | None:
    """Judge a file by a model; every problem goes to ``report``.

    What is wrong is left out, and with it whatever cannot be without it; the rest comes back, or None when
    nothing does. The names of what was left out are added to ``doubtful``. An empty file is an empty mapping.
    """
    return _validate(source, model, FileReport(source.file, report), doubtful)


def _validate(source: Source, model: type[M], report: FileReport, doubtful: set[str]) -> M | None:
    data: object = {} if source.data is None else source.data
    gone: set[Path] = set(source.broken)
    while data is not None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            problems = [(_path(problem), problem) for problem in error.errors(include_url=False)]
        for path, problem in problems:
            if not any(path[:length] in gone for length in range(len(path) + 1)):
                _report(source, model, problem, path, report)
        culprits = {path[:-1] if problem["type"] == "missing" else path for path, problem in problems}
        for culprit in culprits:
            doubtful.update(names_in(at(data, culprit)), [str(part) for part in culprit[-1:]])
        gone |= culprits
        data = without(data, culprits)
    return None


def _path(problem: Any) -> Path:
    return tuple(part for part in problem["loc"] if part != "[key]")


def _report(source: Source, model: type[BaseModel], problem: Any, path: Path, report: FileReport) -> None:
    kind = str(problem["type"])
    if kind == "extra_forbidden":
        _report_unknown(source, model, path, report)
    elif kind == "missing":
        place = source.key_place(path[:-1]) if len(path) > 1 else Place(source.file)
        report.add("JB106", "the key {key} is missing", place, key=path[-1])
    else:
        _report_value(kind, problem, path, source.place(path), report)


def _report_unknown(source: Source, model: type[BaseModel], path: Path, report: FileReport) -> None:
    key = str(path[-1])
    known = _known_keys(model, path[:-1])
    like = nearest(key, known) if report.has_room("JB105") else None
    place = source.key_place(path)
    if like:
        report.add("JB105", "the key {key} is unknown here; did you mean {like}?", place, key=shorten(key), like=like)
    else:
        listed = ", ".join(sorted(known))
        report.add("JB105", "the key {key} is unknown here; known are {known}", place, key=shorten(key), known=listed)


def _report_value(kind: str, problem: Any, path: Path, place: Place, report: FileReport) -> None:
    context = problem.get("ctx", {})
    name = _subject(path)
    given = _given(kind, problem, context)
    if kind == "jb_code_number":
        report.add("JB110", "codes are text: write {code} in quotes", place, code=context["code"])
    elif kind == "jb_code_text":
        report.add("JB110", "{given} is not a division code: digits in quotes", place, given=given)
    elif kind == "jb_value" and _is_ipv6(problem.get("input")):
        report.add("JB118", "{given} is IPv6, which is not supported here yet; write the IPv4 one", place, given=given)
    elif kind == "jb_host_bits":
        right = context["right"]
        report.add("JB107", "{given} is not the first address of its prefix: {right}", place, given=given, right=right)
    else:
        expected = _expected(kind, problem, context)
        report.add("JB107", "{key} must be {expected}, not {given}", place, key=name, expected=expected, given=given)


def _is_ipv6(value: object) -> bool:
    try:
        return isinstance(value, str) and ip_interface(value).version == 6
    except ValueError:
        return False


def _expected(kind: str, problem: Any, context: Mapping[str, Any]) -> Text:
    if kind in _BOUNDS:
        return Text(
            _BOUNDS[kind], {name: value for name, value in context.items() if name in ("ge", "le", "max_length")}
        )
    if kind == "literal_error":
        return text("one of {values}", values=str(context["expected"]).replace("'", "").replace(" or ", ", "))
    return text(_EXPECTED.get(kind, str(problem["msg"])))


def _subject(path: Path) -> Text:
    """Return what a value is called: its key, or its number below the key of a list."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return text("the file")
    last = path[-1]
    if isinstance(last, int):
        return text("entry {number} of {name}", number=last + 1, name=names[-1])
    return text("{value}", value=names[-1])


def _given(kind: str, problem: Any, context: Mapping[str, Any]) -> Text:
    """Return what stands there instead; of a list that is too long how many."""
    count = context.get("actual_length") if kind == "too_long" else None
    return _short(problem.get("input")) if count is None else text("{value}", value=str(count))


def _short(value: object) -> Text:
    shown = {dict: text("a mapping"), list: text("a list"), type(None): text("nothing")}.get(type(value))
    if shown is not None:
        return shown
    said = str(value).lower() if isinstance(value, bool) else str(value)
    said = said if len(said) <= 40 else said[:37] + "..."
    return text("{value}", value=f'"{said}"' if isinstance(value, str) else said)


def _known_keys(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that the model at the end of ``path`` knows."""
    current: Any = model
    for part in path:
        current = _step(current, part)
    models = [m for m in _flatten(current) if isinstance(m, type) and issubclass(m, BaseModel)]
    return [field.alias or name for m in models for name, field in m.model_fields.items()]


def _step(annotation: Any, part: str | int) -> Any:
    for option in _flatten(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            for name, field in option.model_fields.items():
                if part in (name, field.alias):
                    return field.annotation
        elif get_args(option):
            return get_args(option)[0] if isinstance(part, int) else get_args(option)[-1]
    return None


def _flatten(annotation: Any) -> list[Any]:
    """Return the members of unions and the subjects of Annotated, in order."""
    arguments = get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _flatten(arguments[0])
    if arguments and type(None) in arguments:
        return [m for a in arguments for m in _flatten(a)]
    return [annotation]
