"""Prefixes to which no router sends a packet on, whatever its routes say."""

from __future__ import annotations

from ipaddress import IPv4Network

MARTIANS = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")))
"""This network, loopback, link-local, multicast, reserved (RFC 1812, 5.3.7; RFC 6890; RFC 3927, 7; RFC 5771)."""


def martian(prefix: IPv4Network) -> IPv4Network | None:
    """Return the block of these in which all of a prefix lies; a wider one, as a default route's, lies in none."""
    return next((block for block in MARTIANS if prefix.subnet_of(block)), None)
