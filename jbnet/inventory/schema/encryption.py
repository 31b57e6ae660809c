"""What may be written in topology/encryption.yaml, and under ``encryption`` of a circuit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from jbnet.inventory.schema.management import SecretName
from jbnet.inventory.schema.values import Declared, Prefix

Cipher = Literal["aes128", "aes256", "sm4"]
Integrity = Literal["sha256", "sha384", "sha512", "sm3"]
Group = Literal[14, 15, 16, 19, 20, 21, 24]
Lifetime = Annotated[int, Field(ge=600, le=604_800)]


class IkeDecl(Declared):
    """IKEv2: cipher, integrity (and the function that keys are drawn with), group, seconds until keys are new."""

    encryption: Cipher = "aes256"
    integrity: Integrity = "sha256"
    group: Group = 14
    lifetime_s: Lifetime = 86_400


class EspDecl(Declared):
    """ESP in tunnel mode; ``group: null``: no perfect forward secrecy."""

    encryption: Cipher = "aes256"
    integrity: Integrity = "sha256"
    group: Group | None = 14
    lifetime_s: Lifetime = 3_600


class ProfileDecl(Declared):
    """What the two ends of a circuit agree on. ``mtu`` in bytes, of the packets before encryption."""

    ike: IkeDecl = IkeDecl()
    esp: EspDecl = EspDecl()
    dpd_s: Annotated[int, Field(ge=10, le=3600)] = 30
    mtu: Annotated[int, Field(ge=576, le=9000)] = 1400


class EncryptionFile(Declared):
    """topology/encryption.yaml: profiles by name."""

    encryption: Annotated[dict[str, ProfileDecl], Field(max_length=64)] = {}


class CircuitEncryptionDecl(Declared):
    """A circuit's encryption; the profile's name alone where nothing else is said.

    ``secret`` names the key, by default ``ipsec-CIRCUIT``. ``outer`` is the prefix of the two ports, by default from
    the end of the lower end's links.
    """

    profile: str
    secret: SecretName | None = None
    outer: Prefix | None = None


def _profile_only(value: object) -> object:
    return {"profile": value} if isinstance(value, str) else value


CircuitEncryption = Annotated[
    CircuitEncryptionDecl, BeforeValidator(_profile_only, json_schema_input_type=str | CircuitEncryptionDecl)
]
