"""Single values of the declaration: how a prefix, an address, a code or a number is written, and what it may be."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError


def _prefix(value: object) -> IPv4Network:
    if not isinstance(value, str) or "/" not in value:
        raise PydanticCustomError("jb_value", "an IPv4 prefix such as 10.8.0.0/13")
    try:
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        if "host bits" in str(error):
            right = str(IPv4Network(value, strict=False))
            raise PydanticCustomError("jb_host_bits", "{right}", {"right": right}) from error
        raise PydanticCustomError("jb_value", "an IPv4 prefix such as 10.8.0.0/13") from error


def _address(value: object) -> IPv4Address:
    try:
        return IPv4Address(value) if isinstance(value, str) else _fail("an IPv4 address such as 10.3.0.1")
    except AddressValueError as error:
        raise PydanticCustomError("jb_value", "an IPv4 address such as 10.3.0.1") from error


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("jb_value", "a day such as 2026-12-31") from error


def _fail(expected: Any) -> Any:
    raise PydanticCustomError("jb_value", expected)


def _code(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise PydanticCustomError("jb_code_number", "{code}", {"code": str(value)})
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        raise PydanticCustomError("jb_code_text", "digits in quotes")
    return value


def _one_line(value: str) -> str:
    """Return a text without the line break of a block; no other may be in it.

    It goes into descriptions, tables and messages, where what follows a break would pass for a line of its own.
    """
    line = value.rstrip("\n")
    if any(mark < " " or mark == "\x7f" for mark in line) or (value and not line):
        return str(_fail("text on one line"))
    return line


_REMARK = re.compile(r"^[A-Za-z0-9(](?: ?[A-Za-z0-9.,:/()+#@&=_-])*$")


def _remark(value: str) -> str:
    """Return a text that every system keeps as it is: a question mark calls for help, two blanks become one."""
    said = "letters without accents, digits, single blanks and . , : / ( ) + # @ & = _ -"
    return value if _REMARK.match(value) else str(_fail(said))


_SERIAL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9/_-]{3,39}$")


def _serial(value: str) -> str:
    return value if _SERIAL.match(value) else str(_fail("a serial number: 4 to 40 letters, digits, -, _ and /"))


_DOTTED = r"[0-9]{1,3}(\.[0-9]{1,3}){3}"
_AS_PREFIX = {"type": "string", "pattern": rf"^{_DOTTED}/[0-9]{{1,2}}$", "description": "an IPv4 prefix: 10.8.0.0/13"}
_AS_ADDRESS = {"type": "string", "pattern": rf"^{_DOTTED}$", "description": "an IPv4 address: 10.3.0.1"}
_AS_CODE = {"type": "string", "pattern": "^[0-9]+$", "description": "a division code, always in quotes"}

Prefix = Annotated[IPv4Network, PlainValidator(_prefix), WithJsonSchema(_AS_PREFIX)]
Address = Annotated[IPv4Address, PlainValidator(_address), WithJsonSchema(_AS_ADDRESS)]
Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Code = Annotated[str, PlainValidator(_code), WithJsonSchema(_AS_CODE)]
Line = Annotated[str, Field(max_length=120), AfterValidator(_one_line)]
Label = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_one_line)]
Remark = Annotated[str, Field(max_length=60), AfterValidator(_remark)]
Serial = Annotated[str, AfterValidator(_serial), WithJsonSchema({"type": "string", "pattern": _SERIAL.pattern})]
Street = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_one_line)]
Asn = Annotated[int, Field(ge=1, le=4294967294)]
Bandwidth = Annotated[int, Field(ge=1, le=400_000)]
Mbits = Annotated[float, Field(ge=0, le=400_000)]
Cost = Annotated[int, Field(ge=1, le=65535)]
Length = Annotated[int, Field(ge=1, le=30)]
Seconds = Annotated[float, Field(ge=0)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Port = Annotated[int, Field(ge=1, le=65535)]
Vlan = Annotated[int, Field(ge=2, le=4094)]
Yuan = Annotated[int, Field(ge=0, le=100_000_000)]
Mtu = Annotated[int, Field(ge=576, le=65535)]
LineMtu = Annotated[int, Field(ge=576, le=9216)]
Hours = Annotated[str, Field(max_length=200)]
Some = Field(default=(), strict=False, max_length=32)
"""A list that stands at every line or scale: what it holds is looked at as often."""
Nothing: Any = Field(default_factory=dict, json_schema_extra={"default": {}})
"""An empty mapping where there are thousands: a default that is written out is copied deeply for each."""
LevelName = Literal["province", "prefecture", "county", "township", "community"]


class Declared(BaseModel):
    """Base of everything declared."""

    # Schemas are built when a file is judged by them: most are only parts of another.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)
