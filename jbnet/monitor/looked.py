"""Whether enough was looked at since a line went down to lay it at the line, and not at a device that died with it.

The first report of a dead router is a neighbour's: "this line is down". The others follow within a second. Who blames
the line at once opens an incident for each of them, only to fold them together. So a line that has just gone down is
not blamed before its ends have answered since; one that does not answer has time until all its lines are seen down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from jbnet.monitor.causes import View
from jbnet.monitor.lines import LineState
from jbnet.monitor.state import DeviceState

DYING = timedelta(seconds=1)
"""How long after a device's first missing answer a line of it may still be seen up though the device is dying."""


def looked_into(view: View, circuit: str) -> bool:
    """Say whether a line that is down may be blamed now; after the policy's ``hold_s`` it may in any case."""
    since = view.verdicts[circuit].since
    if since is None or view.now >= since + timedelta(seconds=view.policy.hold_s):
        return True
    told = {symptom.subject.device for symptom in view.verdicts[circuit].evidence}
    ends = (end.device for end in view.plant.lines[circuit].ends)
    return all((end in told and _steady(view, end)) or _answered_for(view, end, since) for end in ends)


def _steady(view: View, device: str) -> bool:
    """Say whether a device answers, and nothing that it said waits for another look."""
    state = view.states[device]
    return state.answer.up and not state.doubtful


def _answered_for(view: View, device: str, since: datetime) -> bool:
    """Say whether a line's end has answered since, or is silent for another reason than that it died.

    A device that does not answer is found dead when all its lines that are seen from their far ends are down, two or
    more. Where one of them stays up for longer than the dying take, it did not die. An echo that came from it came over
    a line: with all of them down it is of a moment before.
    """
    state = view.states.get(device)
    if device not in view.plant.watched or device == view.plant.origin or state is None or not state.answer.ever_up:
        return True
    if state.answer.up and _heard(state, since):
        return True
    seen = _seen_from_afar(view, device)
    if len(seen) < 2:
        return True
    if not view.silent(device):
        return False
    dead_by = view.silent_since(device) + DYING
    working = [far for circuit, far in seen.items() if not view.down(circuit)]
    return all(_heard(view.states[far], dead_by) for far in working) if working else not view.alive(device)


def _heard(state: DeviceState, since: datetime) -> bool:
    """Say whether a device was heard in a later look than at a time, and nothing that it said waits for another look.

    What it answered in the very look that showed the line down may be of the moment before.
    """
    return state.last_seen is not None and state.last_seen > since and not state.doubtful


def _seen_from_afar(view: View, device: str) -> dict[str, str]:
    """Return the lines of a device that exist and whose far ends answer, each with that end."""
    there = (e for e in view.plant.graph.adjacency[device] if view.verdicts[e.circuit].state is not LineState.ABSENT)
    return {edge.circuit: edge.other(device) for edge in there if view.answering(edge.other(device))}
