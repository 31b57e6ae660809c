"""What may be written of static routes: beside the device that has them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from jbnet.inventory.schema.values import Declared, Prefix, Remark

DISCARD = "discard"
"""The next hop of a route that drops packets."""

NextHop = Annotated[str, Field(min_length=1, max_length=63)]
Preference = Annotated[int, Field(ge=1, le=254)]


class RouteDecl(Declared):
    """A static route of a device.

    ``next_hop`` is an address on one of the device's links, the name of a circuit of it (its far end is meant), of a
    partner or peer that a line of it leads to, or ``discard``. ``preference`` is the administrative distance; left out,
    it is the system's own. ``announce`` brings the route into OSPF.
    """

    prefix: Prefix
    next_hop: NextHop
    preference: Preference | None = None
    description: Remark | None = None
    announce: bool = False
