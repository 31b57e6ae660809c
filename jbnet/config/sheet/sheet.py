"""A sheet of one page that a county's clerk can follow: which box, which cable where, what to see, whom to call."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.config.sheet.cables import Cable, Jack, cables, jacks
from jbnet.config.sheet.names import Names
from jbnet.model.hardware import DeviceType, Lamp
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text

SHOWS = {
    Lamp.GREEN: text("green, lit all the time"),
    Lamp.BLINKING: text("green, blinking slowly"),
    Lamp.DARK: text("dark"),
}
BOOT_MIN = 10
"""Minutes after which a new box has started, whatever its make."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """The dead box and the new one, by serial number; ``old`` None: it was never written down."""

    old: str | None
    new: str


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to call, and what for."""

    why: Text
    who: str
    phone: str


@dataclass(frozen=True, slots=True)
class Step:
    """One big step: what to do, and what to heed."""

    title: Text
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that stands on the page. ``head`` are rows of a name and a value."""

    title: Text
    head: tuple[tuple[Text, str], ...]
    steps: tuple[Step, ...]
    jacks: tuple[Jack, ...]
    cables: tuple[Cable, ...]
    lamps: tuple[tuple[str, Text], ...]
    calls: tuple[Call, ...]
    blanks: tuple[Text, ...]


def sheet(network: Network, device: Device, boxes: Boxes, *, chinese: bool) -> Sheet:
    """Return the sheet for exchanging a device. ``chinese``: places and carriers by their Chinese names."""
    names = Names(network, chinese)
    plugged = cables(network, device, names)
    kind = network.device_types.get(device.device_type or "")
    calls = _calls(network, device, names)
    return Sheet(
        title=text("Exchange of the router {device} at {home}", device=device.name, home=names.home(device.home)),
        head=_head(names, device, kind, boxes),
        steps=_steps(device, kind, boxes, plugged, calls),
        jacks=jacks(network, device, plugged),
        cables=plugged,
        lamps=_lamps(kind),
        calls=calls,
        blanks=(
            text("date and time"),
            text("your name and telephone"),
            text("serial number of the old box"),
            text("whom you spoke to at the operations centre"),
            text("old box handed over to"),
        ),
    )


def _head(names: Names, device: Device, kind: DeviceType | None, boxes: Boxes) -> tuple[tuple[Text, str], ...]:
    site = names.network.sites.get(device.home)
    model = f"{kind.vendor.upper()} {kind.model}" if kind is not None else device.platform
    return (
        (text("place"), (site.address if site is not None else None) or names.home(device.home)),
        (text("model"), model),
        (text("serial number of the NEW box"), boxes.new),
        (text("serial number of the OLD box"), boxes.old or "?"),
    )


def _calls(network: Network, device: Device, names: Names) -> tuple[Call, ...]:
    """Return whom to call: those who watch the network first, then the desk of the site above."""
    found: list[Call] = []
    noc = network.devices.get(network.noc or "")
    desk = names.contact(noc.home) if noc is not None else None
    if desk is not None:
        found.append(Call(text("operations centre, first of all"), desk.name, desk.phone or "?"))
    site = network.sites.get(device.home)
    above = names.contact(site.parent) if site is not None and site.parent is not None else None
    if site is not None and site.parent is not None and above is not None and above != desk:
        found.append(
            Call(text("if nobody answers there"), f"{names.home(site.parent)} {above.name}", above.phone or "?")
        )
    return tuple(found)


def _lamps(kind: DeviceType | None) -> tuple[tuple[str, Text], ...]:
    known = kind.lamps if kind is not None else {}
    return tuple((name, SHOWS[lamp]) for name, lamp in known.items()) or (("PWR", SHOWS[Lamp.GREEN]),)


def _steps(
    device: Device, kind: DeviceType | None, boxes: Boxes, plugged: tuple[Cable, ...], calls: tuple[Call, ...]
) -> tuple[Step, ...]:
    cords = kind.power_cords if kind is not None else 1
    phone = calls[0].phone if calls else "?"
    return (
        Step(
            text("Check the new box"),
            (
                text("The label on the box says SN {serial}. Another number: stop and call {phone}.",
                     serial=boxes.new, phone=phone),
            ),
        ),
        Step(
            text("Take a picture of the old box"),
            (
                text("Front and back, so that every cable can be seen."),
                text("Stick its number of the table on each cable: 1 to {last}.", last=len(plugged)),
            ),
        ),
        Step(
            text("Take the old box out"),
            (
                text("Switch off, pull the power first, then the cables. Unscrew it."),
                text("Keep it locked away: keys of the network are in it. Never give it to a carrier or a dealer."),
            ),
        ),
        Step(text("Put the new box in"), (text("Screw it in and fasten the yellow-green earth wire first."),)),
        Step(
            text("Plug in the cables as the table says"),
            (text("Cable 1 into the port with the number 1 and so on, until it clicks. Leave all other ports empty."),),
        ),
        Step(text("Power"), _power(cords)),
        Step(
            text("Look at the lamps"),
            (
                text("After {minutes} minutes they are as in the table; ports in use are lit green. Red: call {phone}.",
                     minutes=BOOT_MIN, phone=phone),
            ),
        ),
        Step(
            text("Call the operations centre: {phone}", phone=phone),
            (
                text("Say: \"{device}, the new box is in, serial number {serial}.\"", device=device.name,
                     serial=boxes.new),
                text("Stay on the telephone until you hear: it works. Then fill in the fields below."),
            ),
        ),
    )  # fmt: skip


def _power(cords: int) -> tuple[Text, ...]:
    if cords == 1:
        return (text("Plug the power cord into the socket of the UPS and switch on."),)
    return (
        text(
            "{cords} power cords, each into a strip of its own (A and B), never both into one. Switch on.", cords=cords
        ),
    )
