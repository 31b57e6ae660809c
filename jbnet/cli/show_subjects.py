"""Everything that ``jbnet show`` can show: one table, from which its commands are made."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.show_print import Record, Rows, View
    from jbnet.model.network import Network


@dataclass(frozen=True)
class Subject:
    """A noun: how it is called, where it is found, and what a list of all of them says.

    ``known`` names the attribute of the network that holds them, or a function ``module:name`` that finds them;
    ``view`` the function that says what is shown of one. ``columns`` are the fields that the list shows.
    ``headings`` stand above them. ``cells`` is a function ``module:name`` of the network and a name that says a line of
    the list where fields are not enough. ``explained``: it has an ``--explain``.
    """

    name: str
    plural: str
    help: str
    view: str
    known: str
    columns: tuple[str, ...]
    explained: bool = False
    headings: tuple[Text, ...] = field(kw_only=True)
    cells: str | None = None

    def all(self, network: Network) -> Mapping[str, Any]:
        """Return all of them by name."""
        if ":" not in self.known:
            found: Mapping[str, Any] = getattr(network, self.known)
            return found
        listed: Callable[[Network], Mapping[str, Any]] = _function(self.known)
        return listed(network)

    def rows(self, network: Network, records: Sequence[Record]) -> Rows:
        """Return the list of all of them, line by line, without the headings."""
        from jbnet.cli.show_print import joined

        if self.cells is None:
            return [tuple(joined(record[column]) for column in self.columns) for record in records]
        said: Callable[[Network, str], tuple[object, ...]] = _function(self.cells)
        return [tuple(joined(value) for value in said(network, str(record["name"]))) for record in records]

    def view_of(self, network: Network, found: Any) -> View:
        """Return what is shown of one."""
        view: Callable[[Network, Any], View] = _function(self.view)
        return view(network, found)


def _function(name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(f"jbnet.cli.{module}"), function)


_NAMED = ("name", "name_zh")
_NAME, _CHINESE = text("Name"), text("Chinese name")

SUBJECTS: tuple[Subject, ...] = (
    Subject(
        "site", "sites",
        "Show a site: where it stands, its addresses, devices, circuits, premises, partners and services.",
        "show_places:site_view", "sites", ("name", "name_zh", "level", "code", "status"), explained=True,
        headings=(_NAME, _CHINESE, text("Level"), text("Code"), text("Status")),
    ),
    Subject(
        "location", "locations",
        "Show a data centre, the core or the NOC: its site, devices, databases, applications, circuits, addresses.",
        "show_places:location_view", "locations", ("name", "name_zh", "site", "block"), explained=True,
        headings=(_NAME, _CHINESE, text("Site"), text("Block")),
    ),
    Subject(
        "premises", "premises", "Show an agency's office: its prefix, its line, whom to call.",
        "show_business:premises_view", "premises", ("name", "agency", "prefix"), explained=True,
        headings=(_NAME, text("Agency"), text("Prefix")),
    ),
    Subject(
        "peer", "peers",
        "Show somebody else's network: the ministry, a partner; what it may use and how it is reached.",
        "show_business:peer_view", "peers", ("name", "name_zh", "zone", "site"), explained=True,
        headings=(_NAME, _CHINESE, text("Zone"), text("Site")),
    ),
    Subject(
        "device", "devices",
        "Show a device: its interfaces, the leased lines that end on it, the applications that run on it.",
        "show_network:device_view", "devices", ("name", "role", "platform", "loopback"), explained=True,
        headings=(_NAME, text("Role"), text("Platform"), text("Loopback")),
    ),
    Subject(
        "role", "roles", "Show a role: what its devices have in common.",
        "show_network:role_view", "roles", ("name", "kind", "platform", "snmp"),
        headings=(_NAME, text("Kind"), text("Platform"), text("SNMP")),
    ),
    Subject(
        "platform", "platforms", "Show a network operating system: what it can do, and what jbnet can do with it.",
        "show_network:platform_view", "show_network:platforms", ("name", "title", "commit_timer"),
        headings=(_NAME, text("System"), text("Commit timer"), text("Proved")),
        cells="show_network:listed_platform",
    ),
    Subject(
        "interface", "interfaces", "Show an interface, named DEVICE:INTERFACE: its address, routing and far end.",
        "show_network:interface_view", "show_network:interfaces", ("name", "kind", "address", "circuit"),
        headings=(_NAME, text("Kind"), text("Address"), text("Circuit")),
    ),
    Subject(
        "circuit", "circuits", "Show a circuit: its ends, who carries it, what it can do, what it costs and who pays.",
        "show_lines:circuit_view", "circuits", ("name", "role", "carrier", "bandwidth"), explained=True,
        headings=(_NAME, text("Role"), text("Carrier"), text("Mbit/s"), text("Ends")),
        cells="show_lines:listed_circuit",
    ),
    Subject(
        "carrier", "carriers", "Show a carrier: whom to call, how many lines it has, what they cost.",
        "show_shared:carrier_view", "carriers", (*_NAMED, "phone"),
        headings=(_NAME, _CHINESE, text("Telephone")),
    ),
    Subject(
        "underlay", "underlays", "Show a network of others that carries circuits: whom to call, how many it carries.",
        "show_shared:underlay_view", "underlays", (*_NAMED, "operator", "phone"),
        headings=(_NAME, _CHINESE, text("Operator"), text("Telephone")),
    ),
    Subject(
        "srlg", "srlgs", "Show a shared risk: the circuits and lines that fail together.",
        "show_shared:srlg_view", "srlgs", _NAMED,
        headings=(_NAME, _CHINESE),
    ),
    Subject(
        "vrf", "vrfs", "Show a VRF: its numbers, and the agencies that are kept apart in it.",
        "show_shared:vrf_view", "vrfs", ("name", "rd", "vlan"),
        headings=(_NAME, text("Route distinguisher"), text("VLAN")),
    ),
    Subject(
        "asn", "asns", "Show an AS number: whose it is, and the eBGP sessions with it.",
        "show_shared:asn_view", "show_shared:as_numbers", ("asn", "owners", "sessions"),
        headings=(text("AS number"), text("Owner"), text("eBGP sessions")),
    ),
    Subject(
        "agency", "agencies", "Show an agency: its VRF and its premises.",
        "show_business:agency_view", "agencies", (*_NAMED, "vrf"),
        headings=(_NAME, _CHINESE, text("VRF")),
    ),
    Subject(
        "permission", "permissions", "Show a permission: who may reach whom beside what services need, and until when.",
        "show_business:permission_view", "permissions", ("name", "source", "target", "protocol", "port", "until"),
        explained=True,
        headings=(_NAME, text("From"), text("To"), text("Protocol"), text("Port"), text("Until")),
    ),
    Subject(
        "dns-zone", "dns-zones", "Show a zone of the DNS: its name servers, and the names that a recovery may move.",
        "show_business:dns_zone_view", "dns", ("name", "primary", "secondaries"),
        headings=(_NAME, text("Primary name server"), text("Secondaries")),
    ),
    Subject(
        "service", "services", "Show a business service: what it needs, who needs it, what it promises.",
        "show_business:service_view", "services", _NAMED,
        headings=(_NAME, _CHINESE),
    ),
    Subject(
        "application", "applications",
        "Show an application: where it runs, what it works on, which services it makes up.",
        "show_business:application_view", "applications", (*_NAMED, "port"),
        headings=(_NAME, _CHINESE, text("Port")),
    ),
    Subject(
        "database", "databases", "Show a database: its hosts, its address, its objectives.",
        "show_business:database_view", "databases", (*_NAMED, "service_address", "primary", "standby"),
        headings=(_NAME, _CHINESE, text("Service address"), text("Primary"), text("Standby")),
    ),
)  # fmt: skip
