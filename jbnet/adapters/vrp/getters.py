"""What NAPALM's getters ask a VRP router where it differs from others of its kind."""

from __future__ import annotations

from jbnet.adapters.commandline.getters import Asks, Getters
from jbnet.adapters.vrp import models as vrp


class VrpGetters(Getters):
    """The reading half of the drivers for VRP 5 and 8."""

    probe = "ip route-static 192.0.2.1 255.255.255.255 NULL0"
    models = vrp
    asks = Asks(
        serial="display esn",
        lldp="display lldp neighbor",
        arp="display arp all",
        ospf="display ospf peer",
        bgp=("display bgp peer", "display bgp peer verbose"),
        routes="display ip routing-table {wanted} verbose",
    )
