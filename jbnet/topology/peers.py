"""Others' networks: which of the lines to a peer carries, and which peers a failure takes away.

A peer with an AS is reached over the router whose session has the highest local preference of those that stand,
and answers over the same: the discriminator that it is told follows the preference (``jbnet.config.peering``).
One that is closed on purpose never stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from jbnet.model.network import BgpSession
from jbnet.topology.graph import FailureSet
from jbnet.topology.layers import Layers
from jbnet.topology.state import State
from jbnet.topology.view import View


class Peers:
    """The peers of one network."""

    def __init__(self, layers: Layers):
        self._layers = layers
        self._sessions: dict[str, list[BgpSession]] = {}
        for session in layers.network.bgp_sessions:
            known = session.device in layers.number and session.circuit in layers.circuit_number
            if known and not session.shutdown:
                self._sessions.setdefault(session.peer, []).append(session)
        self._lines = {p.name: p.line for p in layers.network.peers.values() if p.line is not None}
        self._by_device = self._watched_devices()
        self._by_circuit = {s.circuit: p for p, sessions in self._sessions.items() for s in sessions}
        whole = State(layers)
        self._usual = {peer: self._best(whole, sessions) for peer, sessions in self._sessions.items()}

    def lost(self, state: State, lines: Collection[str], gone: Collection[int]) -> tuple[str, ...]:
        """Return the peers that the core does not reach any more. ``gone`` are devices it does not reach."""
        return tuple(peer for peer in self._asked(state, lines, gone) if not self._stands(peer, state, lines, gone))

    def on_backup(self, state: State, gone: Collection[int]) -> tuple[str, ...]:
        """Return the peers that are reached over a backup line now and were not before."""
        found = []
        for peer in self._asked(state, (), gone):
            now, usual = self._best(state, self._sessions.get(peer, ())), self._usual.get(peer)
            if now is not None and usual is not None and self._is_backup(now) and not self._is_backup(usual):
                found.append(peer)
        return tuple(found)

    def watches(self, failure: FailureSet) -> bool:
        """Say whether a failure (devices and circuits) may concern a peer with a session."""
        number = self._layers.number
        return not self._by_circuit.keys().isdisjoint(failure.circuits | failure.silent) or any(
            number[name] in self._by_device for name in failure.devices
        )

    def routers(self, state: State, view: View) -> Iterable[int]:
        """Return the peers' routers that a vantage exchanges packets with."""
        for sessions in self._sessions.values():
            best = self._best(state, sessions)
            if best is not None and view.exchanges(self._layers.number[best.device]):
                yield from (self._layers.number[s.peer_device] for s in sessions if s.peer_device == best.peer_device)

    def _watched_devices(self) -> dict[int, set[str]]:
        number, found = self._layers.number, dict[int, set[str]]()
        for peer, sessions in self._sessions.items():
            for session in sessions:
                for device in (session.device, session.peer_device):
                    found.setdefault(number[device], set()).add(peer)
        for peer, line in self._lines.items():
            if line.device in number:
                found.setdefault(number[line.device], set()).add(peer)
        return found

    def _asked(self, state: State, lines: Collection[str], gone: Collection[int]) -> tuple[str, ...]:
        """Return the peers that a failure may concern, in the order of the declaration."""
        found: set[str] = set()
        for device in (*state.devices, *(self._by_device.keys() & gone)):
            found.update(self._by_device.get(device, ()))
        names = self._layers.circuits
        found.update(self._by_circuit[names[c]] for c in state.circuits if names[c] in self._by_circuit)
        found.update(peer for peer, line in self._lines.items() if line.name in lines)
        return tuple(peer for peer in self._layers.network.peers if peer in found) if found else ()

    def _stands(self, peer: str, state: State, lines: Collection[str], gone: Collection[int]) -> bool:
        line = self._lines.get(peer)
        if line is not None:
            return line.name not in lines and self._layers.number[line.device] not in gone
        best = self._best(state, self._sessions.get(peer, ()))
        return best is not None and self._layers.number[best.device] not in gone

    def _best(self, state: State, sessions: Sequence[BgpSession]) -> BgpSession | None:
        number, line = self._layers.number, self._layers.circuit_number
        standing = [
            s
            for s in sessions
            if line[s.circuit] not in state.circuits
            and number[s.device] not in state.devices
            and number[s.peer_device] not in state.devices
        ]
        return max(standing, key=lambda s: (s.local_pref, s.circuit), default=None)

    def _is_backup(self, session: BgpSession) -> bool:
        return self._layers.backup[self._layers.circuit_number[session.circuit]]
