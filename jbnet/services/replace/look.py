"""What a new box says of itself: its serial number, and whom it sees."""

from __future__ import annotations

from collections.abc import Collection

from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.naming import port_namer
from jbnet.model.errors import JbnetError
from jbnet.model.network import Device, Network
from jbnet.services.asking import ASK_S
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.sight import full
from jbnet.services.pool import Held, each


def shown_serial(device: Device, desk: Desk) -> str | None:
    """Return the serial number that the device shows; None where its system does not say. Raises TargetError."""

    def work(_name: str, held: Held) -> str:
        with held.session(desk.sessions.session(device)) as session:
            session.open()
            return str(session.get_facts().get("serial_number") or "")

    found = each([device.name], work, workers=1, deadline_s=ASK_S)[device.name]
    if isinstance(found, Exception):
        raise found
    return found or None


def expected_neighbours(network: Network, device: Device) -> dict[str, str]:
    """Return the interfaces behind which the declaration expects an OSPF neighbour, by their names on the device."""
    namer = port_namer(network, device)
    return {
        namer(interface).name: interface.name
        for interface in circuit_interfaces(device)
        if interface.area is not None and not interface.passive and far_end(network, device, interface) is not None
    }


def missing_neighbours(device: Device, desk: Desk, without: Collection[str]) -> tuple[str, ...]:
    """Wait until the expected neighbours are full, and return the interfaces without one, by logical name."""
    wanted = {port: name for port, name in expected_neighbours(desk.network, device).items() if name not in without}
    end = desk.clock.monotonic() + desk.timing.look_s
    while True:
        seen = _seen(device, desk) if wanted else set[str]()
        missing = tuple(name for port, name in wanted.items() if port not in seen)
        if not missing or desk.clock.monotonic() >= end:
            return missing
        desk.clock.sleep(desk.timing.poll_s)


def _seen(device: Device, desk: Desk) -> set[str]:
    """Return the device's ports with a full neighbour; none while it does not answer."""

    def work(_name: str, held: Held) -> set[str]:
        with held.session(desk.sessions.session(device)) as session:
            session.open()
            return full(session)

    found = each([device.name], work, workers=1, deadline_s=ASK_S)[device.name]
    if isinstance(found, JbnetError):
        return set()
    if isinstance(found, Exception):
        raise found
    return found
