"""Actions for what jbnet has no action of its own for: a command on a host, a wait, a word to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jbnet.model.errors import UsageError
from jbnet.model.text import text
from jbnet.monitor.messages import SCHEMA, Fate, Message
from jbnet.ports import Clock, RemoteHosts, StepAction, StepOutcome
from jbnet.ports.telling import Notifier
from jbnet.recovery.canonical import digest
from jbnet.recovery.rules import MAX_TIMEOUT_S
from jbnet.services.recover.actions import Params, named

ACCOUNT = "netops"
"""Whoever needs more than this account may do writes sudo in the command."""
COMMAND_S = float(MAX_TIMEOUT_S)
"""The longest that a step may take: it is the step's own timeout that ends the wait for a command."""
KEPT = 2000
"""Characters at the end of what a command printed that the journal keeps."""


def general_actions(hosts: RemoteHosts, channels: Callable[[str], Notifier], clock: Clock) -> dict[str, StepAction]:
    """Return these actions by name. ``channels``: how people are told on a channel of monitors/notify.yaml."""
    return {"command": Command(hosts), "wait": Wait(clock), "notify": Notify(channels, clock)}


class Command:
    """A program was run on a host, and what it is for holds: ``probe``, or else ``verify``, ends with 0."""

    def __init__(self, hosts: RemoteHosts):
        self._hosts = hosts

    def probe(self, params: Params) -> StepOutcome:
        """Ask the step's own ``probe``. One that has none is repeatable: it is done again."""
        if "probe" not in params:
            return StepOutcome(False, text("{command} may be run again", command=_shown(params["do"])))
        return self._run(params, "probe")

    def do(self, params: Params) -> StepOutcome:
        """Run it; not done where it ends with another code than 0. Raises Unreachable."""
        return self._run(params, "do")

    def verify(self, params: Params) -> StepOutcome:
        """Ask ``verify``, or ``probe`` where there is none."""
        return self._run(params, "verify" if "verify" in params else "probe")

    def _run(self, params: Params, key: str) -> StepOutcome:
        host, argv = named(params, "host"), _argv(params, key)
        said = self._hosts.host(host, ACCOUNT).run(argv, timeout=COMMAND_S)
        printed = {"stdout": said.stdout[-KEPT:], "stderr": said.stderr[-KEPT:]}
        message = text("{command} on {host} ended with {code}", command=_shown(argv), host=host, code=said.code)
        return StepOutcome(said.code == 0, message, {"host": host, "argv": list(argv), "code": said.code, **printed})


def _argv(params: Params, key: str) -> Sequence[str]:
    value = params.get(key)
    if not isinstance(value, list):
        raise UsageError("a step lacks the parameter {key}", key=key)
    return [str(word) for word in value]  # a port, filled in for its braces, is a number


def _shown(argv: object) -> str:
    return " ".join(map(str, argv)) if isinstance(argv, list) else str(argv)


class Wait:
    """Time has passed. After a kill it passes once more."""

    def __init__(self, clock: Clock):
        self._clock = clock

    def probe(self, params: Params) -> StepOutcome:
        """There is always time to wait for."""
        return StepOutcome(False, text("{seconds} s to wait", seconds=params["seconds"]))

    def do(self, params: Params) -> StepOutcome:
        """Wait."""
        self._clock.sleep(float(str(params["seconds"])))
        return self.verify(params)

    def verify(self, params: Params) -> StepOutcome:
        """What has passed has passed."""
        return StepOutcome(True, text("{seconds} s have passed", seconds=params["seconds"]))


class Notify:
    """People were told, by one of the channels at least.

    Told twice after a kill is better than not at all: a receiver knows the message by its key, the same for an hour.
    """

    def __init__(self, channels: Callable[[str], Notifier], clock: Clock):
        self._channels, self._clock = channels, clock

    def probe(self, params: Params) -> StepOutcome:
        """Nobody can see from outside whether people were told."""
        return StepOutcome(False, text("to be told: {message}", message=named(params, "message")))

    def do(self, params: Params) -> StepOutcome:
        """Tell them, by all channels; not done where none took it. Raises UsageError for one that is not declared."""
        names = [str(name) for name in _list(params, "channels")]
        ways = {name: self._channels(name) for name in names}
        fates = {name: str(way.send(self._message(name, params))) for name, way in ways.items()}
        took = [name for name, fate in fates.items() if fate != Fate.FAILED]
        told = text("told by {names}", names=", ".join(took)) if took else text("no channel took the message")
        return StepOutcome(bool(took), told, {"channels": fates, "message": params["message"]})

    def verify(self, params: Params) -> StepOutcome:
        """What a channel took is all that can be known."""
        return StepOutcome(True, text("told: {message}", message=named(params, "message")))

    def _message(self, channel: str, params: Params) -> Message:
        now, told = self._clock.now(), named(params, "message")
        key = digest({"step": dict(params), "hour": now.strftime("%Y-%m-%dT%H")})
        return Message(key, "recovery", channel, now, told, told, data={"schema": SCHEMA, "key": key, "text": told})


def _list(params: Params, key: str) -> Sequence[object]:
    value = params.get(key)
    if not isinstance(value, list):
        raise UsageError("a step lacks the parameter {key}", key=key)
    return value
