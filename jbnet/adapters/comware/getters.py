"""What NAPALM's getters ask a Comware router where it differs from others of its kind."""

from __future__ import annotations

from jbnet.adapters.commandline.getters import Asks, Getters
from jbnet.adapters.comware import models as comware


class ComwareGetters(Getters):
    """The reading half of the driver for Comware 7."""

    models = comware
    asks = Asks(
        serial="display device manuinfo",
        lldp="display lldp neighbor-information verbose",
        arp="display arp",
        ospf="display ospf peer verbose",
        bgp=("display bgp peer ipv4",),
        routes="display ip routing-table {wanted}",
    )
