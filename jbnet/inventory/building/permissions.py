"""From declared permissions to the prefixes that they speak of."""

from __future__ import annotations

from ipaddress import IPv4Network

from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.reading.prune import could_mean
from jbnet.inventory.report import Report
from jbnet.inventory.schema.permissions import PermissionDecl
from jbnet.model.network import Network
from jbnet.model.permissions import Permission
from jbnet.model.text import text

Prefixes = tuple[IPv4Network, ...]
_FEW = 8
_NEARLY = {
    "from": "{name} is no partner, office or agency, and no kind of partners; did you mean {like}?",
    "to": "{name} is no partner, office, agency, device or application; did you mean {like}?",
}
_NOBODY = {
    "from": "{name} is no partner, office or agency, and no kind of partners; kinds and agencies are {known}",
    "to": "{name} is no partner, office, agency, device or application; kinds and agencies are {known}",
}


class PermissionReader:
    """Reads the permissions with the network at hand; one use."""

    def __init__(self, declared: Declaration, network: Network, report: Report) -> None:
        self._declared = declared
        self._network = network
        self._report = report

    def run(self) -> dict[str, Permission]:
        """Return the permissions by name; report ends that nothing is called."""
        found = {name: self._permission(item) for name, item in self._declared.permissions.items()}
        return {name: permission for name, permission in found.items() if permission is not None}

    def _permission(self, item: Item[PermissionDecl]) -> Permission | None:
        decl = item.decl
        sources, targets = self._filtered(decl.from_), self._target(decl.to)
        if sources is None:
            self._miss(item, "from", decl.from_)
        if targets is None:
            self._miss(item, "to", decl.to)
        if sources is None or targets is None:
            return None
        application = self._network.applications.get(decl.to)
        port = decl.port or (application.port if application and decl.protocol in ("tcp", "udp") else None)
        return Permission(
            item.name, decl.from_, decl.to, sources, targets, decl.protocol, port, decl.until, decl.reason, item.place
        )

    def _filtered(self, name: str) -> Prefixes | None:
        """Return the prefixes of somebody behind a filter: a partner or an office, or all of a kind or an agency."""
        network = self._network
        partners = [p for p in network.peers.values() if p.line is not None and name in (p.name, p.kind)]
        offices = [p for p in network.premises.values() if name in (p.name, p.agency)]
        links = [peer.line.prefix for peer in partners if peer.line is not None and peer.line.prefix is not None]
        prefixes = [*links, *(prefix for peer in partners for prefix in peer.prefixes), *(p.prefix for p in offices)]
        known = partners or offices or name in self._declared.extranet or name in self._declared.agencies
        return tuple(prefixes) if known else None

    def _target(self, name: str) -> Prefixes | None:
        network = self._network
        try:
            return (IPv4Network(name),)
        except ValueError:
            pass
        application = network.applications.get(name)
        hosts = application.hosts if application is not None else (name,)
        addresses = [network.devices[host].loopback for host in hosts if host in network.devices]
        if application is not None or name in network.devices:
            return tuple(IPv4Network(address) for address in addresses if address is not None)
        return self._filtered(name)

    def _miss(self, item: Item[PermissionDecl], key: str, name: str) -> None:
        """Report a name that nobody bears. A prefix with bits behind it is told as one that is none."""
        place, network = item.at(key), self._network
        if "/" in name or name.replace(".", "").isdigit():
            expected = text("a prefix such as 10.8.0.0/24, an address, or a name")
            self._report.add("JB107", "{key} must be {expected}, not {given}", place, key=key, expected=expected,
                             given=name)  # fmt: skip
            return
        ends = (network.peers, network.premises, self._declared.extranet, self._declared.agencies)
        more = (network.devices, network.applications) if key == "to" else ()
        if could_mean(name, self._declared.doubtful):
            return
        like = self._report.nearest(name, *ends, *more)
        if like:
            self._report.add("JB410", _NEARLY[key], place, name=name, like=like)
        else:
            known = ", ".join([*self._declared.extranet, *self._declared.agencies][:_FEW]) or "-"
            self._report.add("JB410", _NOBODY[key], place, name=name, known=known)
