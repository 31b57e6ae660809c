"""What may be written in topology/hardware.yaml and topology/ports.yaml: models, and who has which port."""

from __future__ import annotations

import re
from itertools import product
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.values import Declared, Label

Use = Literal["up", "pair", "lan", "down", "agencies", "extranet"]
_RANGE = re.compile(r"\[(\d{1,4})-(\d{1,4})\]")
_NAME = re.compile(r"(?:\d+GE|[A-Za-z])[A-Za-z0-9/.-]{0,62}")
"""A port's name; Huawei names fast ones by their rate: 100GE0/1/0."""
FREE = "-"
"""Stands in a list of lines for a port that nobody has any more."""
_MOST = 4096
"""Ports that one pattern may stand for: the VLANs of a port."""


def expand(pattern: str) -> tuple[str, ...]:
    """Return the names that a pattern stands for: ``GigabitEthernet0/1/[0-3]`` is four of them, the last range fastest.

    Raises ValueError for a range that runs backwards, for too many names, and for what is no name of a port.
    """
    words = _RANGE.split(pattern)
    ranges = [range(int(low), int(high) + 1) for low, high in zip(words[1::3], words[2::3], strict=True)]
    count = 1
    for numbers in ranges:
        count *= len(numbers)
    if not 0 < count <= _MOST:
        raise ValueError(pattern)
    names = tuple(_joined(words[::3], numbers) for numbers in product(*ranges))
    if not all(_NAME.fullmatch(name) for name in (names[0], names[-1])):
        raise ValueError(pattern)
    return names


def _joined(texts: list[str], numbers: tuple[int, ...]) -> str:
    return texts[0] + "".join(f"{number}{after}" for number, after in zip(numbers, texts[1:], strict=True))


def _pattern(value: str) -> str:
    try:
        expand(value)
    except ValueError as error:
        wanted = "a name of ports such as GigabitEthernet0/1/[0-23]"
        raise PydanticCustomError("jb_value", wanted) from error
    return value


def _port(value: str) -> str:
    if _NAME.fullmatch(value) is None:
        raise PydanticCustomError("jb_value", "the name of a port such as GigabitEthernet0/1/0")
    return value


def _lines(value: str) -> str:
    names = [name for name in value.split(" ") if name != FREE]
    if len(names) != len(set(names)) or not all(_NAME.fullmatch(name) for name in names):
        raise PydanticCustomError(
            "jb_value", "interfaces in the order of their ports, a blank between, - for a free one"
        )
    return value


Pattern = Annotated[str, AfterValidator(_pattern), WithJsonSchema({"type": "string"})]
PortName = Annotated[str, AfterValidator(_port), WithJsonSchema({"type": "string"})]
LampName = Annotated[str, Field(min_length=1, max_length=12)]
Lines = Annotated[str, AfterValidator(_lines), WithJsonSchema({"type": "string"})]


class DeviceTypeDecl(Declared):
    """A vendor's model: what it may run, and its ports by use, in the order in which they are taken.

    ``lamps`` are those of the system, not of ports, as they are while all is well; ``blinking``: slowly, green.
    """

    vendor: Label
    model: Label
    platforms: tuple[str, ...] = Field(strict=False)
    lamps: dict[LampName, Literal["green", "blinking", "dark"]] = {}
    power_cords: Annotated[int, Field(ge=1, le=8)] = 1
    ports: dict[Use, Annotated[tuple[Pattern, ...], Field(strict=False)]] = {}


class HardwareFile(Declared):
    """topology/hardware.yaml: the models of equipment in use."""

    device_types: dict[str, DeviceTypeDecl] = {}


class PortsFile(Declared):
    """topology/ports.yaml, written by ``jbnet address ports``: each device's lines downwards in the order of its ports.

    One text a device, not a mapping: the province has more than a thousand such lines, and every check reads them.
    """

    ports: dict[str, Lines] = {}


def numbers_of(lines: str) -> dict[str, int]:
    """Return the number of each line's port, from 1."""
    return {name: number for number, name in enumerate(lines.split(" "), 1) if name != FREE}
