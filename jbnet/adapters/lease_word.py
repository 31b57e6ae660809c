"""The word of a database host's watchdog: its own program there, asked over SSH (playbooks/roles/lease)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from jbnet.model.errors import CommandFailed
from jbnet.model.text import text
from jbnet.ports import RemoteHosts
from jbnet.recovery.lease import MemberWord, SeenStill

ACCOUNT = "postgres"
PROGRAM = "/opt/jbnet-lease/jbnet-lease"
ASK_S = 8.0


class SshWord:
    """Implements LeaseWord."""

    def __init__(self, hosts: RemoteHosts):
        self._hosts = hosts

    def word(self, host: str, database: str) -> MemberWord:
        """Ask only."""
        return self._ask(host, database, "status")

    def refuse(self, host: str, database: str) -> MemberWord:
        """Let it refuse, and ask."""
        return self._ask(host, database, "refuse")

    def accept(self, host: str, database: str) -> MemberWord:
        """Let it acknowledge again, and ask."""
        return self._ask(host, database, "accept")

    def _ask(self, host: str, database: str, verb: str) -> MemberWord:
        done = self._hosts.host(host, ACCOUNT).run([PROGRAM, verb, database], timeout=ASK_S)
        try:
            found = json.loads(done.stdout)[database]
            ago = found["acknowledged_s"]
            acknowledged_s = None if ago is None else float(ago)
            return MemberWord(found["refuses"] is True, acknowledged_s, found["leads"] is True, _saw(found.get("saw")))
        except (KeyError, TypeError, ValueError) as error:
            raise CommandFailed(
                "the watchdog of {host} does not say how it is: {said}",
                host=host,
                said=(done.stderr or done.stdout).strip()[-200:] or f"exit code {done.code}",
                hint=text("`jbnet playbook lease device:{host}` sets it up", host=host),
            ) from error


def _saw(found: Mapping[str, object] | None) -> SeenStill | None:
    """Raise KeyError, TypeError and ValueError for what no watchdog says; one of before says nothing."""
    if found is None:
        return None
    return SeenStill(int(str(found["revision"])), int(str(found["number"])), float(str(found["still_s"])))
