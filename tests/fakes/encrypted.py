"""The sample network on real equipment, with the line from a county to its prefecture encrypted."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from equipped import RENDERED, equipped
from sample_network import sample_network

from jbnet.model.encryption import Encryption, EncryptionProfile, Suite
from jbnet.model.findings import Place
from jbnet.model.network import DeviceType, Network

ENCRYPTING = tuple(name for name in RENDERED if name != "vrp8")
"""Platforms with ports of their own that encrypt lines."""
CIRCUIT, UPPER, LOWER = "chengdong-up1", "xining-r1", "chengdong-r1"
PLACE = Place("inventory/sites/xining.yaml", 12)
PROFILE = EncryptionProfile(
    "intranet", Suite("aes256", "sha256", 14, 86_400), Suite("aes256", "sha256", 14, 3_600), 30, 1400,
    Place("topology/encryption.yaml", 2),
)  # fmt: skip
PORTS = {
    "up": ("GigabitEthernet0/1/0", "GigabitEthernet0/1/1"),
    "pair": ("GigabitEthernet0/2/0",),
    "lan": ("GigabitEthernet0/3/0",),
    "down": tuple(f"GigabitEthernet0/4/{port}" for port in (*range(4), *(f"0.{101 + n}" for n in range(4)))),
}


def encrypted(platform: str, profile: EncryptionProfile = PROFILE) -> Network:
    """``equipped(platform)`` (``frr``: the sample network), with an encrypted line."""
    return with_encryption(sample_network() if platform == "frr" else equipped(platform), profile)


def with_encryption(network: Network, profile: EncryptionProfile = PROFILE, circuit: str = CIRCUIT) -> Network:
    """The network with one line encrypted; ports of the model ``box`` are listed, so that tunnels have numbers."""
    asked = Encryption(profile.name, f"ipsec-{circuit}", IPv4Network("10.255.0.0/31"), PLACE)
    types = {
        name: replace(kind, ports={**kind.ports, **PORTS}) if isinstance(kind, DeviceType) else kind
        for name, kind in network.device_types.items()
    }
    circuits = {**network.circuits, circuit: replace(network.circuits[circuit], encryption=asked)}
    return replace(network, circuits=circuits, encryption={profile.name: profile}, device_types=types)
