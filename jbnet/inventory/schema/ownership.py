"""What may be written in topology/ownership.yaml: who decides about which section of which device."""

from __future__ import annotations

from typing import Literal

from jbnet.inventory.schema.values import Declared

HoldName = Literal["owned", "observed", "foreign"]


class HoldingDecl(Declared):
    """How sections are held: ``owned`` (rendered and changed), ``observed`` (compared only), ``foreign`` (left alone).

    ``sections`` are named as in the guide; ``lines`` are whole lines of the top level, with what stands below them;
    ``rest`` is what neither names.
    """

    sections: dict[str, HoldName] = {}
    lines: dict[str, HoldName] = {}
    rest: HoldName | None = None


class OwnershipDecl(Declared):
    """By role and by device; what a device says comes before what its role says."""

    roles: dict[str, HoldingDecl] = {}
    devices: dict[str, HoldingDecl] = {}


class OwnershipFile(Declared):
    """topology/ownership.yaml; without an entry everything is owned."""

    ownership: OwnershipDecl = OwnershipDecl()
