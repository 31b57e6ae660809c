"""From lost devices to those who feel it: sites, locations, offices, and the services that they use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from jbnet.model.network import Level
from jbnet.topology.layers import Layers
from jbnet.topology.losses import Loss, Losses
from jbnet.topology.needs import Needs, ServiceImpact


class Users:
    """The homes of one network, and who uses which service."""

    def __init__(self, layers: Layers, losses: Losses, needs: Mapping[str, Needs]):
        self._layers = layers
        self._losses = losses
        self._needs = needs
        self._network = layers.network
        self._members = {host: _members(layers, losses.before_at(host)) for host in self._hosts()}
        self._core_members = _members(layers, losses.before)
        sites = self._network.sites
        self._levels = {h: sites[h].level for h in layers.homes.members if h in sites and h not in layers.homes.idle}
        self._by_level = Counter(self._levels.values())
        self._offices = self._offices_by_device()
        self._office_names = list(self._network.premises)
        self._memo: dict[tuple[tuple[Level, int], ...], tuple[ServiceImpact, ...]] = {}

    def cut_homes(self, loss: Loss) -> tuple[str, ...]:
        """Return the homes all of whose devices the core lost, in the order of the declaration."""
        return _emptied(self._layers, self._core_members, loss.core, loss.core_gained)

    def services(self, loss: Loss, cut: Collection[str], peers: Collection[str]) -> tuple[ServiceImpact, ...]:
        """Return the services that sites can no longer use, with their number. ``cut`` and ``peers`` are cut off."""
        cut_sites = self._levels.keys() & cut
        at_hosts = {h: self._sites_lost_to(h, loss) for h, gone in loss.hosts.items() if self._differs(h, gone, loss)}
        return self._services(at_hosts, cut_sites, peers)

    def services_without(
        self, cut: Collection[str], lost: Collection[str], peers: Collection[str]
    ) -> tuple[ServiceImpact, ...]:
        """Return the same where devices are lost to everybody; homes and devices by name."""
        hosts = (host for host in self._hosts() if self._layers.names[host] in lost)
        return self._services({host: set(self._levels) for host in hosts}, self._levels.keys() & cut, peers)

    def _services(
        self, at_hosts: Mapping[int, set[str]], cut_sites: set[str], peers: Collection[str]
    ) -> tuple[ServiceImpact, ...]:
        """Return the lost services; ``at_hosts``: the sites lost to hosts that lose others than the core does."""
        if not at_hosts and not peers:
            return self._alike(cut_sites)
        found = []
        for name, need in self._needs.items():
            hit = self._without_host(need, at_hosts, cut_sites)
            if any(set(group) <= set(peers) for group in need.peers):
                hit = set(self._levels)
            count = sum(self._levels[site] in self._network.services[name].levels for site in hit)
            if count:
                found.append(ServiceImpact(name, count))
        return tuple(found)

    def premises(self, lines: Collection[str], gone: Collection[int]) -> tuple[str, ...]:
        """Return the offices whose line failed, or whose line ends on a device that the core lost."""
        found = {office for device in self._offices.keys() & gone for office in self._offices[device]}
        names = self._office_names
        if lines:
            offices = self._network.premises.values()
            found.update(n for n, p in enumerate(offices) if p.line is not None and p.line.name in lines)
        return tuple(names[number] for number in sorted(found))

    def _offices_by_device(self) -> Mapping[int, list[int]]:
        """Return the offices, by number, by the device on which they hang: their line's, else their site's first."""
        found: dict[int, list[int]] = {}
        for number, office in enumerate(self._network.premises.values()):
            inside = self._layers.homes.members.get(office.site, ())
            device = self._layers.number.get(office.line.device) if office.line else next(iter(inside), None)
            if device is not None:
                found.setdefault(device, []).append(number)
        return found

    def _hosts(self) -> Iterable[int]:
        names = dict.fromkeys(host for need in self._needs.values() for group in need.hosts for host in group)
        return (self._layers.number[name] for name in names if name in self._layers.number)

    def _differs(self, host: int, gone: Collection[int], loss: Loss) -> bool:
        """Say whether a host loses other devices than the core does."""
        return gone != loss.core or loss.gained[host] != loss.core_gained

    def _sites_lost_to(self, host: int, loss: Loss) -> set[str]:
        homes = _emptied(self._layers, self._members[host], loss.hosts[host], loss.gained[host])
        return self._levels.keys() & homes

    def _without_host(self, need: Needs, at_hosts: Mapping[int, set[str]], cut: set[str]) -> set[str]:
        """Return the sites that reach no host of some group; where no host is needed, those cut off."""
        numbers = self._layers.number
        groups = [[numbers[host] for host in group if host in numbers] for group in need.hosts]
        lost = [set.intersection(*(at_hosts.get(host, cut) for host in group)) for group in groups if group]
        return set().union(*lost) if lost else cut

    def _alike(self, cut: set[str]) -> tuple[ServiceImpact, ...]:
        """Return the services of sites that lost everything: a matter of counting levels."""
        counted = tuple(sorted(Counter(self._levels[site] for site in cut).items()))
        found = self._memo.get(counted)
        if found is None:
            numbers = dict(counted)
            sums = {
                name: sum(numbers.get(level, 0) for level in service.levels)
                for name, service in self._network.services.items()
            }
            found = self._memo[counted] = tuple(ServiceImpact(name, n) for name, n in sums.items() if n)
        return found


def _emptied(
    layers: Layers, members: Mapping[str, int], gone: Collection[int], gained: Collection[int]
) -> tuple[str, ...]:
    """Return the homes of which every member is gone, and none was gained."""
    lost, kept = _members(layers, gone), layers.homes.served(gained)
    return tuple(home for home in layers.homes.served(gone) if lost[home] == members.get(home) and home not in kept)


def _members(layers: Layers, devices: Collection[int]) -> Counter[str]:
    """Return the number of devices of every home among these; a gateway counts for its wards, too."""
    found = Counter(layers.homes.of[device] for device in devices)
    found.update(ward for device, wards in layers.homes.wards.items() if device in devices for ward in wards)
    return found
