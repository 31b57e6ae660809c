"""What ``jbnet show`` says of lines: circuits, and leased lines to premises and partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_print import Record, Table, View
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jbnet.model.encryption import Suite
    from jbnet.model.network import Carrier, Circuit, Contact, Line, Network, Underlay

NOT_DECLARED = text("carrier not declared")


def called(contact: Contact | None) -> str | None:
    """Return whom to call, in one line."""
    return " ".join(filter(None, (contact.name, contact.phone))) if contact is not None else None


def speed(bandwidth: object) -> str:
    """Return a bandwidth as people say it, or nothing."""
    return f"{bandwidth} Mbit/s" if bandwidth else ""


def yuan(cost: int | None) -> Text | None:
    """Return a monthly cost as people say it."""
    return text("{cost} yuan a month", cost=f"{cost:,}") if cost is not None else None


def line_rows(network: Network, line: Line | Circuit) -> list[tuple[Text, object]]:
    """Return what is said of everything leased: who carries it, what it can do, what it costs and who pays."""
    return [
        (text("Carrier"), _called(network.carriers.get(line.carrier or "")) or NOT_DECLARED),
        *_common_rows(network, line),
    ]


def _common_rows(network: Network, line: Line | Circuit) -> list[tuple[Text, object]]:
    return [
        (text("Line number"), line.line_number),
        (text("Bandwidth"), speed(line.bandwidth) or None),
        (text("Media"), text(line.media)),
        (text("Fails with"), [_srlg(network, name) for name in line.srlgs]),
        (text("Cost"), yuan(line.monthly_cost)),
        (text("Paid by"), line.payer),
    ]


def _called(owner: Carrier | Underlay | None) -> str | None:
    return " ".join(filter(None, (owner.name, owner.name_zh, owner.phone))) if owner is not None else None


def _srlg(network: Network, name: str) -> str:
    group = network.srlgs.get(name)
    return f"{name} {group.name_zh}" if group else name


def references(network: Network, line: Line | Circuit | None) -> dict[str, object]:
    """Return the things that a line names, in full, for JSON."""
    if line is None:
        return {"carrier": None, "srlgs": []}
    groups = [network.srlgs[name] for name in line.srlgs if name in network.srlgs]
    return {"carrier": network.carriers.get(line.carrier or ""), "srlgs": groups}


def circuit_view(network: Network, circuit: Circuit) -> View:
    """Return what is shown of a circuit."""
    from jbnet.inventory.cables import is_cable

    underlay = network.underlays.get(circuit.underlay or "")
    cable = is_cable(network, circuit)
    mtu = circuit.mtu or (underlay.mtu if underlay else None)
    carrier = _called(network.carriers.get(circuit.carrier or ""))
    rows: list[tuple[Text, object]] = [
        (text("Name"), circuit.name),
        (text("Upper end"), f"{circuit.a.device} {circuit.a.interface}"),
        (text("Lower end"), f"{circuit.z.device} {circuit.z.interface}"),
        (text("Role"), text(circuit.role.value)),
        (text("Carrier"), carrier or (text("none: a cable of our own") if cable else NOT_DECLARED)),
        (text("Underlay"), _called(underlay)),
        (text("Hand-off"), circuit.handoff),
        (text("MTU"), text("{mtu} bytes", mtu=mtu) if mtu else None),
        (text("OSPF cost"), circuit.ospf_cost),
        (text("Description"), circuit.description or None),
        (text("BGP session"), text("closed on purpose") if circuit.bgp_shutdown else None),
        *_common_rows(network, circuit),
        (text("Round trip"), f"{circuit.latency_ms:g} ms" if circuit.latency_ms else None),
        (text("Prefix"), circuit.prefix),
        *_encryption_rows(network, circuit),
        (text("Declared at"), circuit.place),
    ]
    facts = {"cable": cable, "refers_to": {**references(network, circuit), "underlay": underlay}}
    return View(rows, facts=facts)


def _encryption_rows(network: Network, circuit: Circuit) -> Iterator[tuple[Text, object]]:
    """Yield how a circuit is encrypted: by what, which secret is its key, the addresses of its ports."""
    if circuit.encryption is None:
        return
    profile = network.encryption.get(circuit.encryption.profile)
    suites = f"IKE {_suite(profile.ike)}, ESP {_suite(profile.esp)}" if profile is not None else "-"
    yield text("Encryption"), text("{profile}: {suites}", profile=circuit.encryption.profile, suites=suites)
    yield text("MTU of the tunnel"), text("{mtu} bytes", mtu=profile.mtu) if profile is not None else None
    yield text("Key"), text("the secret {name}", name=circuit.encryption.secret)
    yield text("Prefix of the ports"), circuit.encryption.outer


def _suite(suite: Suite) -> str:
    return " ".join([suite.encryption, suite.integrity, *([f"group {suite.group}"] if suite.group else [])])


def circuits_table(network: Network, key: str, heading: Text, circuits: Iterable[Circuit], *, upwards: bool) -> Table:
    """Return a list of circuits, each with the device at its other end: the upper one, or the lower."""
    from jbnet.inventory.cables import is_cable

    records: list[Record] = [
        {
            "name": found.name,
            "device": found.a.device if upwards else found.z.device,
            "role": found.role,
            "carrier": found.carrier,
            "underlay": found.underlay,
            "cable": is_cable(network, found),
            "bandwidth": found.bandwidth,
        }
        for found in circuits
    ]
    return Table(key, heading, records, _circuit_cells)


def _circuit_cells(record: Record) -> tuple[object, ...]:
    unnamed = text("cable") if record["cable"] else NOT_DECLARED
    carried = record["carrier"] or record["underlay"] or unnamed
    return record["name"], record["device"], record["role"], carried, speed(record["bandwidth"])


def listed_circuit(network: Network, name: str) -> tuple[object, ...]:
    """Return a line of the list of all circuits; the ends stand last, where they may be long."""
    from jbnet.inventory.cables import is_cable

    circuit = network.circuits[name]
    unnamed = text("cable") if is_cable(network, circuit) else NOT_DECLARED
    carried = circuit.carrier or circuit.underlay or unnamed
    ends = f"{circuit.a.device} - {circuit.z.device}"
    return name, circuit.role, carried, str(circuit.bandwidth or ""), ends
