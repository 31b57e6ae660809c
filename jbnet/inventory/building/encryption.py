"""Profiles of encryption, and what a circuit says of it."""

from __future__ import annotations

from ipaddress import IPv4Network

from jbnet.inventory.addresses.space import Space
from jbnet.inventory.building.equipment import CircuitSpec
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.schema.encryption import EspDecl, IkeDecl
from jbnet.model.encryption import Encryption, EncryptionProfile, Suite

_TOP = "encryption"
_KEY = "ipsec-{circuit}"


def profiles(declared: Declaration) -> dict[str, EncryptionProfile]:
    """Return the declared profiles by name."""
    item = declared.encryption
    if item is None:
        return {}
    return {
        name: EncryptionProfile(name, _suite(decl.ike), _suite(decl.esp), decl.dpd_s, decl.mtu, item.key_at(_TOP, name))
        for name, decl in item.decl.encryption.items()
    }


def _suite(decl: IkeDecl | EspDecl) -> Suite:
    return Suite(decl.encryption, decl.integrity, decl.group, decl.lifetime_s)


def encryption(name: str, spec: CircuitSpec, space: Space | None, word: str, number: int) -> Encryption | None:
    """Return how the circuit ``name`` is encrypted, None where it is not.

    Its ports have the addresses that are written, or the /31 as far from the end of the links as its own is from their
    beginning: no other circuit moves when one is encrypted.
    """
    decl = spec.decl.encryption
    if decl is None:
        return None
    outer: IPv4Network | None = decl.outer
    if outer is None and space is not None:
        outer = space.outer(word, number)
    return Encryption(decl.profile, decl.secret or _KEY.format(circuit=name), outer, spec.at("encryption"))
