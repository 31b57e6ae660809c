"""What may be written under ``authentication`` in topology/routing.yaml: by which keys routers know each other."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.management import SecretName
from jbnet.inventory.schema.values import Declared

_NAMED = re.compile(r"[a-z](?:[a-z0-9-]|\{area\}){0,62}")
_AREA = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")


def _key_name(value: str) -> str:
    if _NAMED.fullmatch(value) is None:
        raise PydanticCustomError("jb_value", "the name of a secret: a-z, 0-9 and -, {area} for the area")
    return value


def _area(value: str) -> str:
    if _AREA.fullmatch(value) is None:
        raise PydanticCustomError("jb_value", "an OSPF area in dotted form, such as 0.0.63.1")
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise PydanticCustomError("jb_value", "one of hmac-sha256 and md5, or both in the order of preference")
    return value


Algorithms = Annotated[tuple[Literal["hmac-sha256", "md5"], ...], Field(strict=False), AfterValidator(_some)]
_TEXT = WithJsonSchema({"type": "string"})
KeySecret = Annotated[str, AfterValidator(_key_name), _TEXT]
AreaId = Annotated[str, AfterValidator(_area), _TEXT]
MOST_KEYS = 2
"""One in use, and one beside it while keys are changed."""


class RoutingKeyDecl(Declared):
    """A key: the id by which both ends know it, the name of its secret."""

    id: Annotated[int, Field(ge=1, le=255)]
    secret: KeySecret


class OspfKeysDecl(Declared):
    """The keys of a class of circuits: those in these areas, of these carriers, underlays, media."""

    areas: tuple[AreaId, ...] = Field(default=(), strict=False)
    carriers: tuple[str, ...] = Field(default=(), strict=False)
    underlays: tuple[str, ...] = Field(default=(), strict=False)
    media: tuple[str, ...] = Field(default=(), strict=False)
    algorithms: Algorithms = ("hmac-sha256", "md5")
    keys: Annotated[tuple[RoutingKeyDecl, ...], Field(strict=False, max_length=MOST_KEYS)]


class BgpKeysDecl(Declared):
    """The names of the secrets of BGP sessions: among our own routers, and with each peer."""

    internal: SecretName | None = None
    peers: dict[str, SecretName] = {}


class AuthenticationDecl(Declared):
    """By which keys routers know each other."""

    ospf: Annotated[tuple[OspfKeysDecl, ...], Field(strict=False, max_length=64)] = ()
    bgp: BgpKeysDecl = BgpKeysDecl()
