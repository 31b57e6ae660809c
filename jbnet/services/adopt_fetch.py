"""Fetching what runs from devices that nothing declares yet."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from jbnet.config.adopt.facts import Problem, Source
from jbnet.model.errors import UsageError
from jbnet.model.findings import Place
from jbnet.model.network import Device, Network
from jbnet.model.text import text
from jbnet.platforms.adopting import adoptable
from jbnet.ports import DeviceSessions
from jbnet.services.asking import ASK_S, WORKERS, unknown
from jbnet.services.pool import Held, each

_NOBODY = Network("adopted", "adopted", 0, IPv4Network((0, 0)))
_WORDS = 3


def listed_devices(listed: str, file: str) -> Network:
    """Return the devices of a list, ``NAME PLATFORM ADDRESS`` a line, as a network of nothing else.

    Raises UsageError with the line that cannot be read.
    """
    devices: dict[str, Device] = {}
    for number, line in enumerate(listed.splitlines(), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        device = _device(words, f"{file}:{number}")
        if device.name in devices:
            raise UsageError("{place}: {name} stands twice", place=f"{file}:{number}", name=device.name)
        devices[device.name] = device
    return replace(_NOBODY, devices=devices)


def _device(words: list[str], place: str) -> Device:
    hint = text("a line is NAME PLATFORM ADDRESS; platforms: {known}", known=", ".join(adoptable()))
    if len(words) != _WORDS or words[1] not in adoptable():
        raise UsageError("{place}: {line} names no device", place=place, line=" ".join(words), hint=hint)
    try:
        address = IPv4Address(words[2])
    except AddressValueError as error:
        raise UsageError("{place}: {address} is no IPv4 address", place=place, address=words[2], hint=hint) from error
    return Device(words[0], home="", site="", role="", platform=words[1], loopback=address, interfaces=())


def fetch(network: Network, sessions: DeviceSessions) -> tuple[list[Source], list[Problem]]:
    """Ask all devices at once; return what they run, and why some did not say. Changes nothing."""

    def work(name: str, held: Held) -> str:
        with held.session(sessions.session(network.devices[name])) as session:
            session.open()
            return session.get_config("running")["running"]

    results = each(list(network.devices), work, workers=WORKERS, deadline_s=ASK_S)
    return (
        [Source(name, said, network.devices[name].platform) for name, said in results.items() if isinstance(said, str)],
        [
            Problem(Place(name), unknown(said), refused=True, silent=True)
            for name, said in results.items()
            if isinstance(said, Exception)
        ],
    )
