"""What ``jbnet show`` says about what many share: carriers, underlays, shared risks, VRFs, AS numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_lines import circuits_table, yuan
from jbnet.cli.show_print import Record, Table, View
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.model.network import Carrier, Circuit, Line, Network, Srlg, Underlay, Vrf


def carrier_view(network: Network, carrier: Carrier) -> View:
    """Return what is shown of a carrier: whom to call, how many lines it has for us, what they cost."""
    from jbnet.inventory.costs import leased

    lines = [line for line in leased(network) if line.carrier == carrier.name]
    sums = _sums(lines)
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{carrier.name}  {carrier.name_zh}"),
        (text("Telephone"), carrier.phone),
        *_sum_rows(lines, sums),
        (text("Declared at"), carrier.place),
    ]
    return View(rows, facts=sums)


def underlay_view(network: Network, underlay: Underlay) -> View:
    """Return what is shown of a network of others that carries circuits of ours."""
    circuits = [circuit for circuit in network.circuits.values() if circuit.underlay == underlay.name]
    sums = _sums(circuits)
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{underlay.name}  {underlay.name_zh}"),
        (text("Operator"), underlay.operator),
        (text("Telephone"), underlay.phone),
        (text("MTU"), text("{mtu} bytes", mtu=underlay.mtu)),
        *_sum_rows(circuits, sums),
        (text("Declared at"), underlay.place),
    ]
    return View(rows, facts=sums)


def _sums(lines: list[Circuit | Line] | list[Circuit]) -> dict[str, object]:
    return {"lines": len(lines), "monthly_cost": sum(line.monthly_cost or 0 for line in lines)}


def _sum_rows(lines: list[Circuit | Line] | list[Circuit], sums: Mapping[str, object]) -> list[tuple[Text, object]]:
    cost = sum(line.monthly_cost or 0 for line in lines)
    return [(text("Lines"), sums["lines"]), (text("Cost"), yuan(cost))]


def srlg_view(network: Network, srlg: Srlg) -> View:
    """Return what is shown of a shared risk: the circuits and lines that fail together."""
    circuits = [circuit for circuit in network.circuits.values() if srlg.name in circuit.srlgs]
    lines = [*(p.line for p in network.premises.values()), *(p.line for p in network.peers.values())]
    sharing: list[Record] = [
        {"name": line.name, "device": line.device, "carrier": line.carrier}
        for line in lines
        if line is not None and srlg.name in line.srlgs
    ]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{srlg.name}  {srlg.name_zh}"),
        (text("Underlay"), text("yes") if srlg.underlay else None),
        (text("Declared at"), srlg.place),
    ]
    tables = [
        circuits_table(network, "circuits", text("Circuits"), circuits, upwards=True),
        Table("leased_lines", text("Leased lines"), sharing),
    ]
    return View(rows, tables)


def vrf_view(network: Network, vrf: Vrf) -> View:
    """Return what is shown of a VRF: its numbers, and the agencies that are kept apart in it."""
    agencies: list[Record] = [
        {"name": agency.name, "name_zh": agency.name_zh}
        for agency in network.agencies.values()
        if agency.vrf == vrf.name
    ]
    names = {agency["name"] for agency in agencies}
    premises = sum(found.agency in names for found in network.premises.values())
    rows: list[tuple[Text, object]] = [
        (text("Name"), vrf.name),
        (text("Route distinguisher"), vrf.rd),
        (text("VLAN"), vrf.vlan),
        (text("Premises"), premises),
        (text("Declared at"), vrf.place),
    ]
    return View(rows, [Table("agencies", text("Agencies"), agencies)], {"premises": premises})


def as_numbers(network: Network) -> dict[str, dict[str, object]]:
    """Return the autonomous systems by number: whose each is, and with how many sessions we meet it."""
    found: dict[str, dict[str, object]] = {
        str(network.asn): {"asn": network.asn, "owners": [network.name], "ours": True, "sessions": 0}
    }
    for peer in network.peers.values():
        if peer.asn is not None:
            entry = found.setdefault(str(peer.asn), {"asn": peer.asn, "owners": [], "ours": False, "sessions": 0})
            entry["owners"] = [*_names(entry), peer.name]
    for entry in found.values():
        entry["sessions"] = len([s for s in network.bgp_sessions if entry["ours"] or s.peer_asn == entry["asn"]])
    return found


def _names(entry: Mapping[str, object]) -> list[str]:
    owners = entry["owners"]
    return list(owners) if isinstance(owners, list) else []


def asn_view(network: Network, found: Mapping[str, object]) -> View:
    """Return what is shown of an AS number: whose it is, and the eBGP sessions with it."""
    sessions: list[Record] = [
        {"circuit": s.circuit, "device": s.device, "local_address": s.local_address, "peer": s.peer,
         "peer_address": s.peer_address, "local_pref": s.local_pref, "shutdown": s.shutdown}
        for s in network.bgp_sessions
        if found["ours"] or s.peer_asn == found["asn"]
    ]  # fmt: skip
    rows: list[tuple[Text, object]] = [
        (text("AS number"), found["asn"]),
        (text("Owner"), found["owners"]),
        (text("Ours"), text("yes") if found["ours"] else text("no")),
    ]
    return View(rows, [Table("sessions", text("eBGP sessions"), sessions)])
