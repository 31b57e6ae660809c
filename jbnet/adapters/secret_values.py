"""Secrets as a YAML text holds them: one ``NAME: VALUE`` a line, every value a text.

YAML reads ``yes`` as true, ``0123`` as a number in base eight and ``12:30`` as one in base sixty: such a value is
refused, since whoever wrote it meant what stands there and the device would be given something else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from jbnet.model.errors import Refused
from jbnet.model.text import text

_TEXT = "tag:yaml.org,2002:str"
_NOTHING = "tag:yaml.org,2002:null"


def values_of(content: str, path: Path, tags: Collection[str] = ()) -> Mapping[str, str]:
    """Return the secrets that a YAML text holds; '' stands for a name without a value. ``tags`` mark texts, too.

    Raises Refused with the line, never with what stands there.
    """
    try:
        found = yaml.compose(content, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _no_yaml(path, mark.line + 1 if mark else "?") from None  # the library's message quotes the line
    if found is None:
        return {}
    if not isinstance(found, yaml.MappingNode):
        raise _no_yaml(path, 1)
    values: dict[str, str] = {}
    for name, value in found.value:
        if not isinstance(name, yaml.ScalarNode):
            raise _no_yaml(path, name.start_mark.line + 1)
        if name.value in values:
            raise Refused("{path}:{line}: {name} stands there twice", path=path, name=name.value,
                          line=name.start_mark.line + 1, hint=text("take one of the two out"))  # fmt: skip
        values[name.value] = _text(name, value, path, {_TEXT, *tags})
    return values


def _no_yaml(path: Path, line: object) -> Refused:
    return Refused("{path}:{line}: no YAML; expected NAME: VALUE", path=path, line=line)


def _text(name: yaml.ScalarNode, value: yaml.Node, path: Path, texts: Collection[str]) -> str:
    line = name.start_mark.line + 1
    if not isinstance(value, yaml.ScalarNode):
        raise Refused("{path}:{line}: {name} is no single value", path=path, line=line, name=name.value)
    if value.tag not in texts and (value.tag != _NOTHING or value.value):
        raise Refused(
            "{path}:{line}: the value of {name} is no text to YAML but {kind}: another secret would be used",
            path=path, line=line, name=name.value, kind=value.tag.rpartition(":")[2],
            hint=text('put it in quotes: {name}: "VALUE"', name=name.value),
        )  # fmt: skip
    return str(value.value)
