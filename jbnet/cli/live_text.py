"""A device as the monitor last saw it: interfaces with rates and graphs, neighbours, gauges, incidents, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.cli.board_text import Board, Translate, fit, since
from jbnet.cli.columns import hanging
from jbnet.cli.sparkline import sparkline
from jbnet.cli.times import moment, span
from jbnet.cli.watch.model import PageKind, Target
from jbnet.cli.watch.pages import QUIET, Content, Line
from jbnet.cli.watch.picture import Picture
from jbnet.model.network import Device, Network
from jbnet.monitor.lately import Lately, lately
from jbnet.monitor.state import Event, InterfaceState
from jbnet.monitor.watch import Condition, Watch

_HUNDREDTHS = 100
BAD = "bold red"


def lately_of(picture: Picture, name: str) -> Lately | None:
    """Return a device's last minutes; None: it was never polled."""
    kept = picture.details.states.get(name)
    return None if kept is None else lately(kept, picture.details.samples)


def device_content(name: str, picture: Picture, tr: Translate, width: int) -> Content:
    """Return the page of a device."""
    found = lately_of(picture, name)
    device = picture.network.devices.get(name) if picture.network is not None else None
    role = f"  {device.role}  {device.home}" if device is not None else ""
    lines = [Line(f"{name}{role}", "bold", Target(PageKind.SITE, device.home) if device is not None else None)]
    if found is None:
        return Content((), [*lines, Line(tr("it was never polled; what is watched follows from its role"))])
    lines += _answer(found, picture, tr, width)
    said = [
        *_interfaces(found, device, picture, tr, width),
        *_relations(found, picture, tr),
        *_gauges(found, tr, width),
    ]
    lines += _once_said(found, said, tr, width) if found.state.answer.down else said
    lines += _incidents(name, picture, tr, width)
    if picture.details.history:
        lines += [Line(""), Line(tr("last events"), "bold")]
    lines += [Line(part) for event in picture.details.history for part in hanging(_event(event, tr), 4, width)]
    return Content((), lines)


def _answer(found: Lately, picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    state = found.state
    answer = state.answer
    word = _condition(tr, answer)
    if answer.down and state.alive:
        word = tr("agent silent, answers echo requests")
    if answer.since is not None:
        word += tr(" since {time}", time=since(answer.since, picture.now))
    yield Line(f"  {tr('answers')}: {word}", BAD if answer.down else "")
    if state.system is not None and state.system.uptime is not None and not answer.down:
        yield Line("  " + tr("agent up for {span}", span=span(state.system.uptime / _HUNDREDTHS)))
    if state.rtt_s is not None:
        jitter = "" if state.jitter_s is None else tr(", jitter {ms:.1f} ms", ms=state.jitter_s * 1000)
        said = "  " + tr("round trip {ms:.1f} ms", ms=state.rtt_s * 1000) + jitter
        yield Line(fit(f"{said}  {sparkline(found.rtt_s, max(0, min(30, width - 50)))}", width).rstrip())


def _once_said(found: Lately, said: list[Line], tr: Translate, width: int) -> Iterator[Line]:
    """Yield what a silent device said last, under a line that says so: nobody knows whether it is still true."""
    if said:
        when = moment(found.state.last_seen) if found.state.last_seen is not None else tr("not known")
        yield Line("")
        head = tr("it does not answer: what follows is what it said last, {time}", time=when)
        yield from (Line(part, BAD) for part in hanging(head, 2, width))
    yield from (Line(one.said, QUIET, one.target) for one in said)


def _interfaces(found: Lately, device: Device | None, picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    if not found.state.interfaces:
        return
    graph = max(6, (width - 62) // 2 * 2)
    title = _row(
        (tr("interface"), tr("state"), tr("in bit/s"), tr("out bit/s"), tr("used"), tr("err/s"), tr("graph")), graph
    )
    yield Line("")
    yield Line(title.rstrip(), "bold")
    for name, state in found.state.interfaces.items():
        yield Line(_interface(name, state, found, _bandwidth(name, device, picture.network), tr, graph).rstrip(),
                   _style(state))  # fmt: skip


def _style(state: InterfaceState) -> str:
    if state.shut:
        return QUIET
    return BAD if state.watch.down else ""


def _interface(
    name: str, state: InterfaceState, found: Lately, bandwidth: float | None, tr: Translate, graph: int
) -> str:
    rate, quality = found.rate(name), found.state.quality.get(name)
    most = max((v for v in (rate.in_bps, rate.out_bps) if v is not None), default=None)
    used = "-" if most is None or not bandwidth else f"{most / bandwidth * 100:.0f} %"
    errors = quality.errors if quality is not None and found.state.answer.up else None
    word = tr("shut") if state.shut else _condition(tr, state.watch)
    traces = sparkline(_both(found, name), graph, top=bandwidth)
    said = "?" if errors is None else f"{errors:.3g}"
    return _row((name, word, bits(rate.in_bps), bits(rate.out_bps), used, said, traces), graph)


def _both(found: Lately, name: str) -> list[float | None]:
    """Return the traffic of the busier way, look by look."""
    pairs = zip(found.incoming.get(name, ()), found.outgoing.get(name, ()), strict=True)
    return [max((v for v in pair if v is not None), default=None) for pair in pairs]


def _row(values: tuple[str, ...], graph: int) -> str:
    name, word, incoming, outgoing, used, errors, trace = values
    return " ".join(
        (fit("  " + name, 18), fit(word, 8), _right(incoming, 9), _right(outgoing, 9), _right(used, 6),
         _right(errors, 6), fit(trace, graph))
    )  # fmt: skip


def _right(said: str, width: int) -> str:
    from jbnet.cli.columns import cells

    return " " * (width - cells(said)) + said


def bits(bps: float | None) -> str:
    """Return traffic with a unit: ``?`` where it is unknown, ``1.2 M``."""
    if bps is None:
        return "?"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if bps >= size:
            return f"{bps / size:.1f} {unit}"
    return f"{bps:.0f}"


def _bandwidth(name: str, device: Device | None, network: Network | None) -> float | None:
    """Return the declared bandwidth of an interface's circuit in bit/s; None: not declared."""
    if device is None or network is None:
        return None
    circuit = next((port.circuit for port in device.interfaces if port.name == name), None)
    found = network.circuits.get(circuit or "")
    return found.bandwidth * 1e6 if found is not None and found.bandwidth else None


def _relations(found: Lately, picture: Picture, tr: Translate) -> Iterator[Line]:
    for title, relations in ((tr("OSPF neighbours"), found.state.ospf), (tr("BGP sessions"), found.state.bgp)):
        if relations:
            yield Line("")
            yield Line(f"{title} ({len(relations)})", "bold")
            yield from _each(found, relations, picture, tr)


def _each(found: Lately, relations: Mapping[str, Watch], picture: Picture, tr: Translate) -> Iterator[Line]:
    owners, closed = _owners(picture.network), shut_sessions(picture.network, found.state.device)
    for address, watch in relations.items():
        when = since(watch.since, picture.now) if watch.since is not None else ""
        far, meant = owners.get(address, ""), watch.down and address in closed
        said = f"  {fit(address, 16)} {fit(tr('closed') if meant else _condition(tr, watch), 8)} {fit(when, 11)} {far}"
        yield Line(
            said.rstrip(), BAD if watch.down and not meant else "", Target(PageKind.DEVICE, far) if far else None
        )


def shut_sessions(network: Network | None, device: str) -> frozenset[str]:
    """Return the neighbours' addresses of a device's BGP sessions that are closed on purpose, by the declaration."""
    sessions = network.bgp_sessions if network is not None else ()
    return frozenset(str(one.peer_address) for one in sessions if one.device == device and one.shutdown)


def _owners(network: Network | None) -> Mapping[str, str]:
    """Return the devices by the addresses of their interfaces."""
    devices = network.devices.values() if network is not None else ()
    return {str(port.address.ip): d.name for d in devices for port in d.interfaces if port.address is not None}


def _gauges(found: Lately, tr: Translate, width: int) -> Iterator[Line]:
    if found.state.gauges:
        yield Line("")
        yield Line(tr("gauges"), "bold")
        for name, value in sorted(found.state.gauges.items()):
            yield Line(fit(f"  {name}  {value:g}", width).rstrip())


def _incidents(name: str, picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    circuits = picture.network.circuits.values() if picture.network is not None else ()
    about = {name, *(c.name for c in circuits if name in (c.a.device, c.z.device))}
    touching = [e for e in picture.entries if not about.isdisjoint(e.incident.subjects) or name in e.incident.devices]
    yield Line("")
    yield Line(tr("open incidents ({count})", count=len(touching)), "bold")
    board = Board(tr, touching, picture.now, width).lines
    for entry, said in zip(touching, board, strict=True):
        yield Line(said, "", Target(PageKind.INCIDENT, entry.incident.id))


def _event(event: Event, tr: Translate) -> str:
    return f"  {moment(event.time)} {tr(str(event.subject.kind))} {event.subject} {tr(event.event)}"


def _condition(tr: Translate, watch: Watch) -> str:
    return tr("not known") if watch.condition is Condition.UNKNOWN else tr(str(watch.condition))
