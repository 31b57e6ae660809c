"""The action set-session: the BGP session with a peer over a declared circuit is closed on purpose, or open again.

One line changes on our router (``jbnet.services.recover.one_line``); the peer is told that it is meant, by the
notification Cease, Administrative Shutdown (RFC 4486, 4). The line itself stays up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from jbnet.change.sessions import is_shut, others_with, session_over, shutdown_line, with_session
from jbnet.model.errors import CommandFailed, Refused, UsageError
from jbnet.model.network import BgpSession, Network
from jbnet.model.text import text
from jbnet.platforms.changing import SessionState, changing
from jbnet.ports import DeviceSession, StepOutcome
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.plan import managed
from jbnet.services.recover.actions import Params, named
from jbnet.services.recover.one_line import OneLine, all_of

T = TypeVar("T")
UP_S = 30.0
"""Seconds in which a session that was opened is to be established, and the others as before: a few connect retries."""
LOOK_S = 1.0
"""Seconds between two looks."""
STATES = {
    SessionState.ESTABLISHED: text("established"),
    SessionState.SHUTDOWN: text("closed on purpose"),
    SessionState.OTHER: text("not established"),
}
CONFIGURED = {True: text("closed"), False: text("open")}


@dataclass(frozen=True, slots=True)
class Seen:
    """The session as it stands: whether the configuration keeps it closed, and what the BGP process tells of it.

    ``on_trial``: a timer may take it back.
    """

    said_shutdown: bool
    state: SessionState
    on_trial: bool

    def is_as(self, *, shutdown: bool) -> bool:
        """Say whether it is closed (or open and established) for good."""
        state = SessionState.SHUTDOWN if shutdown else SessionState.ESTABLISHED
        return self.said_shutdown is shutdown and self.state is state and not self.on_trial


def typed(network: Network, params: Params) -> tuple[tuple[str, str], ...]:
    """Return what a step types, as pairs of a device and a line below its headings. Raises UsageError."""
    session = _session(network, params)
    line = shutdown_line(network, session)
    undone = () if _shutdown(session, params) else ("-",)
    return ((session.device, " / ".join((*line[:-1], " ".join((*undone, line[-1]))))),)


class SetSession:
    """A session is closed on purpose, or open. ``desk`` is made when used."""

    def __init__(self, network: Network, desk: Callable[[], Desk]):
        self._network, self._line = network, OneLine(network, desk)

    def probe(self, params: Params) -> StepOutcome:
        """Done when the configuration says it, the BGP process tells it, and no timer would take it back."""
        session = _session(self._network, params)
        return self._judged(session, self._seen(session), shutdown=_shutdown(session, params))

    def do(self, params: Params) -> StepOutcome:
        """Change the line. Raises Refused where no other session with the peer is seen to stand, CommandFailed."""
        session = _session(self._network, params)
        shutdown = _shutdown(session, params)
        if shutdown:
            self._check_others(session)
        before = self._established(session.device) - {str(session.peer_address)}
        made = self._line.carry_out(
            session.circuit,
            [session.device],
            lambda _name, running: with_session(self._network, session, running, shutdown=shutdown),
        )
        self._check_as_before(session, before)
        lines = {name: list(change.diff) for name, change in made.changes.items()}
        said = text("{circuit}: the session with {peer} is set at {device}", circuit=session.circuit, peer=session.peer,
                    device=session.device)  # fmt: skip
        return StepOutcome(True, said, {"plan": made.hash, "lines": lines})

    def verify(self, params: Params) -> StepOutcome:
        """Look again, with new logins, until it is so: a session that was opened takes seconds to stand."""
        session = _session(self._network, params)
        shutdown = _shutdown(session, params)
        seen = self._until(lambda: self._seen(session), lambda one: one.is_as(shutdown=shutdown))
        return self._judged(session, seen, shutdown=shutdown)

    def _judged(self, session: BgpSession, seen: Seen, *, shutdown: bool) -> StepOutcome:
        done = seen.is_as(shutdown=shutdown)
        words: Mapping[str, object] = {"circuit": session.circuit, "peer": session.peer, "device": session.device}
        if done and shutdown:
            message = text("{circuit}: the session with {peer} is closed on purpose at {device}", **words)
        elif done:
            message = text("{circuit}: the session with {peer} is established at {device}", **words)
        else:
            message = text(
                "{circuit}: the session with {peer} at {device} is {state}; configured it is {said}",
                **words, state=STATES[seen.state], said=CONFIGURED[seen.said_shutdown],
            )  # fmt: skip
        return StepOutcome(done, message, {"shutdown": shutdown, "seen": asdict(seen)})

    def _check_others(self, session: BgpSession) -> None:
        """Raise Refused where no other session with the peer stands; what is not seen to does not count."""
        others = others_with(self._network, session)
        near = managed(self._network, [self._network.devices[name] for name in dict.fromkeys(s.device for s in others)])
        seen = self._line.asked([one.name for one in near], self._established_there)
        for other in others:
            found = seen.get(other.device)
            if isinstance(found, frozenset) and str(other.peer_address) in found:
                return
        raise Refused(
            "{circuit} is not closed: no other session with {peer} is seen established",
            circuit=session.circuit, peer=session.peer,
            hint=text("see to the other sessions first: {lines}", lines=", ".join(s.circuit for s in others) or "-"),
        )  # fmt: skip

    def _check_as_before(self, session: BgpSession, before: frozenset[str]) -> None:
        """Raise CommandFailed where another session of the router went along and does not come back."""
        now = self._until(lambda: self._established(session.device), before.issubset)
        if not before <= now:
            raise CommandFailed(
                "{device} lost its sessions with {addresses} when {circuit} was changed",
                device=session.device, addresses=", ".join(sorted(before - now)), circuit=session.circuit,
            )  # fmt: skip

    def _until(self, look: Callable[[], T], holds: Callable[[T], bool]) -> T:
        """Look until it holds, or the time is over; return what was seen last."""
        clock = self._line.desk.clock
        end, seen = clock.monotonic() + UP_S, look()
        while not holds(seen) and clock.monotonic() < end:
            clock.sleep(LOOK_S)
            seen = look()
        return seen

    def _seen(self, session: BgpSession) -> Seen:
        def look(login: DeviceSession, name: str) -> Seen:
            running = login.running_config()
            state = _states(login, self._network, name, [str(session.peer_address)])[str(session.peer_address)]
            return Seen(is_shut(self._network, session, running.config), state, running.on_trial)

        return all_of(self._line.asked([session.device], look))[session.device]

    def _established(self, device: str) -> frozenset[str]:
        return all_of(self._line.asked([device], self._established_there))[device]

    def _established_there(self, login: DeviceSession, name: str) -> frozenset[str]:
        """Return the addresses of the declared neighbours with which a router's sessions stand."""
        states = _states(login, self._network, name, _neighbours(self._network, name))
        return frozenset(address for address, state in states.items() if state is SessionState.ESTABLISHED)


def _states(login: DeviceSession, network: Network, name: str, addresses: Sequence[str]) -> Mapping[str, SessionState]:
    """Return what a router tells of its sessions with some neighbours; one table is asked for once."""
    asking = changing(network.devices[name].platform).shown_session
    commands = {address: asking.command.format(address=address) for address in addresses}
    said = login.cli(list(dict.fromkeys(commands.values())))
    return {address: asking.read(str(said[command]), address) for address, command in commands.items()}


def _neighbours(network: Network, device: str) -> list[str]:
    """Return the addresses of a router's declared neighbours, the peers' and our own routers'."""
    peers = [str(one.peer_address) for one in network.bgp_sessions if one.device == device]
    speakers = sorted({one.device for one in network.bgp_sessions} - {device})
    return [*peers, *(str(found) for name in speakers if (found := network.devices[name].loopback) is not None)]


def _session(network: Network, params: Params) -> BgpSession:
    return session_over(network, named(params, "circuit"), named(params, "device"))


def _shutdown(session: BgpSession, params: Params) -> bool:
    """Say whether a step wants the session closed. Raises UsageError for a word that is none."""
    wanted = named(params, "session")
    if wanted == "declared":
        return session.shutdown
    if wanted not in ("shutdown", "open"):
        raise UsageError("{key} is {value!r}; expected {expected}", key="session", value=wanted,
                         expected="shutdown, open, declared")  # fmt: skip
    return wanted == "shutdown"
