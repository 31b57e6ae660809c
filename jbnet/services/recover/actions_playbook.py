"""A playbook as a step of a recovery: Ansible's check mode is what looks, before it and behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from jbnet.model.errors import ExitCode, UsageError
from jbnet.model.text import Text, text
from jbnet.ports import PlaybookResult, StepOutcome
from jbnet.services.playbook import Playbook, PlaybookOrder, Playbooks, PlaybookWays, exit_code, find, run
from jbnet.services.recover.actions import Params, named

KEPT = 20
"""Tasks that the journal names of each kind; what a playbook is about to change in a recovery is a handful."""


class RunPlaybook:
    """What a playbook describes holds on the hosts: in check mode it finds nothing to change there.

    ``ways``: what a run of a playbook works with.
    """

    def __init__(self, shelf: Playbooks, ways: Callable[[Playbook], PlaybookWays]):
        self._shelf, self._ways = shelf, ways

    def probe(self, params: Params) -> StepOutcome:
        """Run it in check mode. Raises UsageError (no such playbook or host) and Missing (a secret, ansible)."""
        return self._looked(params)

    def do(self, params: Params) -> StepOutcome:
        """Run it; not done where it failed on any host, or did not get to its end there. Raises as ``probe``."""
        result = self._run(params, check=False)
        message = text("playbook {name} changed {count} things", name=params["playbook"], count=len(result.changed))
        return _outcome(params, result, message)

    def verify(self, params: Params) -> StepOutcome:
        """Run it in check mode again. Raises as ``probe``."""
        return self._looked(params)

    def _looked(self, params: Params) -> StepOutcome:
        result = self._run(params, check=True)
        name = params["playbook"]
        if result.changed:
            told = text("playbook {name} would change {count} things", name=name, count=len(result.changed))
            return StepOutcome(False, told, _evidence(result))
        return _outcome(params, result, text("playbook {name} finds nothing to change", name=name))

    def _run(self, params: Params, *, check: bool) -> PlaybookResult:
        playbook = find(self._shelf, named(params, "playbook"))
        ways = self._ways(playbook)
        hosts, variables = params.get("hosts"), params.get("variables", {})
        unknown = [host for host in hosts if host not in ways.network.devices] if isinstance(hosts, list) else [hosts]
        if unknown or not isinstance(hosts, list) or not isinstance(variables, Mapping):
            raise UsageError("there is no device {name}", name=", ".join(map(str, unknown)))
        limited = replace(playbook, seconds=float(str(params["seconds"])))
        devices = tuple(ways.network.devices[host] for host in hosts)
        return run(PlaybookOrder(limited, devices, check, variables), ways)


def _outcome(params: Params, result: PlaybookResult, well: Text) -> StepOutcome:
    """Return ``well`` where it ended well on every host, and else what went wrong first."""
    if exit_code(result) is ExitCode.OK and result.ok and not _left_out(params, result):
        return StepOutcome(True, well, _evidence(result))
    why = next((h.reason for h in result.hosts if h.reason), None) or next(iter(result.failed), None)
    nowhere = text("nothing was done on {hosts}", hosts=", ".join(_left_out(params, result)))
    message = "playbook {name} did not end well: {reason}"
    return StepOutcome(False, text(message, name=params["playbook"], reason=why or nowhere), _evidence(result))


def _left_out(params: Params, result: PlaybookResult) -> list[str]:
    """Return the hosts that a playbook was not for: a step that names them expects otherwise."""
    hosts = params["hosts"]
    seen = {host.host for host in result.hosts}
    return [str(host) for host in hosts if host not in seen] if isinstance(hosts, list) else []


def _evidence(result: PlaybookResult) -> dict[str, object]:
    hosts = {host.host: str(host.state) for host in result.hosts}
    changed, failed = list(result.changed[:KEPT]), list(result.failed[:KEPT])
    return {"hosts": hosts, "changed": changed, "failed": failed, "seconds": round(result.seconds, 1)}
