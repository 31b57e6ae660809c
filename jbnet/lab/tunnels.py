"""Encrypted lines of a lab: strongSwan with IPsec in user space (kernel-libipsec), since the lab's kernels lack ESP.

A line that is encrypted ends in a network namespace of its own, as behind the port of a real router: there are the
port with its outer address and strongSwan. The tunnel is a TUN device that strongSwan makes there and that is then
moved into the router's network under the circuit's name; what the router sends over it leaves the namespace as ESP in
UDP only (RFC 3948).
"""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.config.render import intent
from jbnet.model.network import Device, Network

MIB = 12.0
"""What the daemon of one end takes, in MiB (private memory, measured)."""
PROGRAMS = {"charon-systemd": "charon-systemd", "swanctl": "strongswan-swanctl"}
MODULES = {
    "ipsec/plugins/libstrongswan-kernel-libipsec.so": "libcharon-extra-plugins",
    "ipsec/plugins/libstrongswan-openssl.so": "libstrongswan-standard-plugins",
}
STRONGSWAN_CONF = """\
charon-systemd {{
  load = random nonce openssl hmac kdf socket-default kernel-libipsec kernel-netlink vici
  install_routes = no
  # The default route over the tunnel that it makes all the same comes after those that matter.
  routing_table_prio = 40000
  retransmit_tries = 3
  retransmit_timeout = 2.0
  plugins {{
    vici {{
      socket = unix:///run/charon/{name}/vici
    }}
    kernel-libipsec {{
      allow_peer_ts = yes
    }}
    socket-default {{
      use_ipv6 = no
    }}
  }}
  journal {{
    default = -1
  }}
  filelog {{
    log {{
      path = /var/log/charon-{name}.log
      flush_line = yes
    }}
  }}
}}
swanctl {{
  load = random openssl
}}
"""


@dataclass(frozen=True, slots=True)
class LabTunnel:
    """One end of an encrypted line, as the host of a router has it; what strongSwan reads is of the configuration.

    ``outer`` is the port's address with its prefix length, ``mtu`` the tunnel's, in bytes of IP packet.
    """

    name: str
    outer: str
    mtu: int

    @property
    def settings(self) -> str:
        """Return what the script that brings it up reads."""
        return f"OUTER={self.outer}\nMTU={self.mtu}\n"


def tunnels_of(network: Network, device: Device) -> tuple[LabTunnel, ...]:
    """Return the encrypted lines that end on a device."""
    circuits = (network.circuits.get(interface.circuit or "") for interface in device.interfaces)
    if not any(circuit is not None and circuit.encryption is not None for circuit in circuits):
        return ()  # few devices have any, and what they say takes as long as all the rest
    return tuple(
        LabTunnel(found.name, str(found.outer), found.profile.mtu) for found in intent(network, device).tunnels
    )


def plug(device: str, interface: str) -> str:
    """Return the name under which the namespace of an encrypted line's port is known."""
    return f"{device}/{interface}"
