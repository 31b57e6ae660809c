"""Asks all sites over and over while something is done to the network, and remembers which of them went missing.

A site counts as lost where none of its addresses answers in ``LOOKS`` looks one after the other: a single look may
fall into the moment in which routing puts one way in another's place, or lose a packet on a busy machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from jbnet.lab.lab import Lab
from jbnet.model.network import Network

LOOKS = 3


class SiteWatch:
    """Looks from one device, within a ``with``. ``looks`` counts the looks, ``lost`` names the sites that were lost."""

    def __init__(self, lab: Lab, network: Network, vantage: str, *, without: Iterable[str] = ()):
        self._lab, self._vantage = lab, vantage
        self._addresses = _addresses(network, frozenset(without))
        self._missing = dict.fromkeys(self._addresses, 0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="site watch", daemon=True)
        self.looks = 0
        self.lost: set[str] = set()
        self.longest: dict[str, int] = {}
        """In how many looks one after the other a site was missing at the most."""

    @property
    def sites(self) -> int:
        """How many sites are watched."""
        return len(self._addresses)

    def __enter__(self) -> SiteWatch:
        command = [sys.executable, str(Path(__file__).with_name("ping_all.py"))]
        self._process = self._lab.popen(self._vantage, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._process.kill()
        self._process.wait()

    def everybody(self) -> bool:
        """Say whether no site was missing in the last look."""
        return self.looks > 0 and not any(self._missing.values())

    def _run(self) -> None:
        wanted = [address for addresses in self._addresses.values() for address in addresses]
        with suppress(BrokenPipeError, ValueError):  # the process was ended: so is the watch
            while not self._stop.is_set():
                assert self._process.stdin is not None
                assert self._process.stdout is not None
                self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
                self._process.stdin.flush()
                self._take(frozenset(json.loads(self._process.stdout.readline())))

    def _take(self, answered: frozenset[str]) -> None:
        for site, addresses in self._addresses.items():
            self._missing[site] = 0 if answered & addresses else self._missing[site] + 1
            self.longest[site] = max(self.longest.get(site, 0), self._missing[site])
            if self._missing[site] >= LOOKS:
                self.lost.add(site)
        self.looks += 1


def _addresses(network: Network, without: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """Return the addresses of each site's and location's own devices."""
    found: dict[str, set[str]] = {}
    for device in network.devices.values():
        if device.home not in network.peers and device.loopback is not None and device.name not in without:
            found.setdefault(device.home, set()).add(str(device.loopback))
    return {home: frozenset(addresses) for home, addresses in found.items()}
