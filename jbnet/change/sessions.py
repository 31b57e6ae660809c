"""The line that keeps a BGP session closed (administrative shutdown, RFC 4486, 4): a configuration with it, or without.

What a platform writes is not said here again: it is what differs between a session declared closed and open. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jbnet.config.lines import paths_of, write_lines
from jbnet.config.render import render
from jbnet.config.tree import Path
from jbnet.model.errors import UsageError
from jbnet.model.network import BgpSession, Network


def session_over(network: Network, circuit: str, device: str) -> BgpSession:
    """Return the session that a device has over a circuit. Raises UsageError where there is none."""
    for session in network.bgp_sessions:
        if session.circuit == circuit:
            if session.device != device:
                raise UsageError(
                    "the session over {circuit} ends on {actual}, not on {device}",
                    circuit=circuit, actual=session.device, device=device,
                )  # fmt: skip
            return session
    if circuit not in network.circuits:
        raise UsageError("there is no circuit {name}", name=circuit)
    raise UsageError("no BGP session runs over {circuit}", circuit=circuit)


def others_with(network: Network, session: BgpSession) -> tuple[BgpSession, ...]:
    """Return the other sessions with the same peer, those that are declared closed too."""
    return tuple(one for one in network.bgp_sessions if one.peer == session.peer and one != session)


def shutdown_line(network: Network, session: BgpSession) -> Path:
    """Return the line that keeps the session closed, below the heading of the BGP process."""
    closed, opened = (_rendered(network, session, shutdown=shutdown) for shutdown in (True, False))
    (line,) = set(closed).difference(opened)
    return line


def is_shut(network: Network, session: BgpSession, running: str) -> bool:
    """Say whether a configuration keeps the session closed, with a message (RFC 9003) or without."""
    line = shutdown_line(network, session)
    return any(True for _ in _shutting(line, paths_of(_platform(network, session), running)))


def with_session(network: Network, session: BgpSession, running: str, *, shutdown: bool) -> str:
    """Return a configuration with the session closed or open, and nothing else changed.

    Raises UsageError where the device does not know the neighbour at all.
    """
    line, platform = shutdown_line(network, session), _platform(network, session)
    lines = list(paths_of(platform, running))
    shutting = list(_shutting(line, lines))
    if not shutdown:
        return write_lines(platform, [path for path in lines if path not in shutting])
    if shutting:
        return write_lines(platform, lines)
    said = [at for at, path in enumerate(lines) if path[:-1] == line[:-1] and _is_of(path[-1], session)]
    if not said:
        raise UsageError(
            "{device} does not know the neighbour {address}: nothing to close",
            device=session.device, address=session.peer_address,
        )  # fmt: skip
    lines.insert(said[-1] + 1, line)
    return write_lines(platform, lines)


def _shutting(line: Path, lines: list[Path] | tuple[Path, ...]) -> Iterator[Path]:
    for path in lines:
        if path[:-1] == line[:-1] and (path[-1] == line[-1] or path[-1].startswith(f"{line[-1]} ")):
            yield path


def _is_of(line: str, session: BgpSession) -> bool:
    """Say whether a line below the process is about the session's neighbour: its address is the second word."""
    return line.split()[1:2] == [str(session.peer_address)]


def _platform(network: Network, session: BgpSession) -> str:
    return network.devices[session.device].platform


def _rendered(network: Network, session: BgpSession, *, shutdown: bool) -> tuple[Path, ...]:
    sessions = tuple(replace(one, shutdown=shutdown) if one == session else one for one in network.bgp_sessions)
    whole = replace(network, bgp_sessions=sessions)
    return paths_of(_platform(network, session), render(whole, network.devices[session.device]))
