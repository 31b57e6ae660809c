"""A session with a router with FRR (8.4 and later with an integrated configuration), over SSH to a shell account.

Comparing and applying is done on the device by FRR's own ``frr-reload.py``, run as a process by the helper
``jbnet-commit`` (``jbnet/lab/image``), which also holds the commit timer: nothing of a trial hangs on our session.
NAPALM itself is not needed here, and takes as long to import as twenty routers take to answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jbnet.adapters.frr.candidate import complete, essence, lacks, merged, readable, redacted
from jbnet.adapters.frr.connection import Connection
from jbnet.adapters.frr.getters import Getters
from jbnet.adapters.napalm_login import napalm_login
from jbnet.model.errors import CommandFailed
from jbnet.model.text import Text, text
from jbnet.ports import Completed

RUNNING = "show running-config no-header"
HELPER = "/usr/local/libexec/jbnet-commit"
HELD = "/var/lib/jbnet/commit"
"""Where the helper keeps what it holds; ``PENDING`` lies there while a timer runs."""
PENDING = "pending.json"
APPLY_S = 300.0
"""How long a change without a timer may take."""
ANSWER_S = 15.0
"""How long after its timer a commit's answer is still waited for: the way back may just have come up again."""
NOTHING_PENDING = 3
NOT_BACK = 4


class FrrSession(Getters):
    """A router with FRR.

    ``optional_args``: as ``napalm_login`` has them. Constructing does nothing; ``open`` logs in.
    """

    platform = "frr"

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str = "",
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        given = optional_args or {}
        self.hostname, self.username, self.password, self.timeout = hostname, username, password, timeout
        self._connection = Connection(napalm_login(hostname, username, password, timeout, given))
        self._candidate = ""
        self._merge = ""
        self._committed = ""

    def open(self) -> None:
        """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
        self._connection.open()

    def close(self) -> None:
        """Log out; a timer that runs goes on running. Never raises."""
        self._connection.close()

    def is_alive(self) -> dict[str, bool]:
        """Say whether the device answers over the session."""
        return {"is_alive": self._connection.alive()}

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, str]:
        """Give commands to FRR's shell, as they are, and return what each printed. ``encoding``: ``text`` only."""
        if encoding != "text":
            raise NotImplementedError(f"encoding {encoding}")
        done = {command: self._run("vtysh", "-c", command) for command in commands}
        return {command: said.stdout + said.stderr for command, said in done.items()}

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration. Raises CommandFailed with the line that FRR cannot parse; nothing runs yet."""
        self._merge = ""
        self._load(complete(_text(filename, config), self._running()))

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load lines to add to what runs. Raises CommandFailed with the line that FRR cannot parse."""
        self._merge = _text(filename, config)
        self._load(merged(self._merge, self._running()))

    def _load(self, config: str) -> None:
        self.discard_config_only()
        done = self._helper("load", stdin=config)
        if done.code:
            self._merge = ""
            raise CommandFailed(
                "{device}: FRR cannot parse the configuration, and nothing was changed: {said}",
                device=self.hostname, said=essence(done.stderr),
            )  # fmt: skip
        self._candidate = done.stdout.strip()

    def compare_config(self) -> str:
        """Return what committing would change (``jbnet.adapters.frr.candidate.readable``); empty: nothing."""
        if not self._candidate:
            return ""
        if self._merge:
            self._load(merged(self._merge, self._running()))
        return readable(self._done("compare", self._candidate).stdout)

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run, whole or not at all.

        With ``revert_in`` (seconds) a timer on the device puts back what ran, unless confirmed; without, the
        result is saved at once. Raises CommandFailed with what FRR said; what ran before then runs again. Raises
        Unreachable when no answer came: a change that cut its own path is undone by its timer by then.
        """
        if not self._candidate:
            raise CommandFailed("{device}: no candidate is loaded", device=self.hostname)
        seconds = int(revert_in or 0)
        limit = seconds + ANSWER_S if seconds else APPLY_S
        done = self._helper("commit", str(seconds), self._candidate, message, timeout=limit)
        if done.code:
            raise self._not_committed(done)
        self._committed, self._candidate, self._merge = self._candidate, "", ""

    def _not_committed(self, done: Completed) -> CommandFailed:
        device, said = self.hostname, essence(done.stderr)
        if done.code == NOTHING_PENDING:
            return CommandFailed("{device} takes no commit now: {said}", device=device, said=said)
        if done.code == NOT_BACK:
            return CommandFailed(
                "{device}: the change failed, and what ran before is not back whole: {said}",
                device=device, said=said, hint=text("`jbnet plan` shows what is left to do on {device}", device=device),
            )  # fmt: skip
        return CommandFailed(
            "{device}: the change failed, and what ran before runs again: {said}", device=device, said=said
        )

    def confirm_commit(self) -> None:
        """Stop the timer and save what runs. Raises CommandFailed where nothing waits to be confirmed any more."""
        done = self._helper("confirm", *([self._committed] if self._committed else []), timeout=float(self.timeout))
        if done.code:
            raise CommandFailed(
                "{device}: the change could not be confirmed: {said}", device=self.hostname, said=done.stderr.strip(),
                hint=text("its timer may have run out and put back what ran before; plan again"),
            )  # fmt: skip
        self._committed = ""

    def commit_status(self) -> dict[str, Any]:
        """Return the helper's view: ``pending``, ``id``, ``note``, ``remaining_s``, and ``last`` with its outcome."""
        said = json.loads(self._done("status").stdout)
        return dict(said)

    def has_pending_commit(self) -> bool:
        """Say whether a timer runs on the device, whoever started it.

        The helper needs longer to start than to answer, so it is asked only where its folder cannot be looked into.
        """
        listed = self._run("ls", "-A", HELD)
        return PENDING in listed.stdout.split() if not listed.code else bool(self.commit_status()["pending"])

    def discard_config(self) -> None:
        """Forget the candidate."""
        self.discard_config_only()
        self._merge = ""

    def discard_config_only(self) -> None:
        """Remove the candidate's file from the device; what is to be merged stays known."""
        if self._candidate:
            self._done("discard", self._candidate)
        self._candidate = ""

    def rollback(self) -> None:
        """Put back what ran, and what was saved, before the last commit; stops the timer. Raises CommandFailed."""
        self._done("revert", timeout=APPLY_S)
        self._committed = ""

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,
        sanitized: bool = False,
        format: str = "text",  # noqa: A002  NAPALM's name
    ) -> dict[str, str]:
        """Return the texts ``running``, ``startup`` and ``candidate``; those not asked for are empty.

        ``sanitized`` blanks passwords and keys. FRR knows neither ``full`` nor another ``format``.
        """
        wanted = ("running", "startup", "candidate") if retrieve == "all" else (retrieve,)
        sources = {"running": self._running, "startup": self._startup, "candidate": self._loaded}
        config = {name: (source() if name in wanted else "") for name, source in sources.items()}
        return {name: redacted(said) for name, said in config.items()} if sanitized else config

    def _running(self) -> str:
        """Return what runs. Raises CommandFailed where what came is not a whole configuration of FRR."""
        said = self._vtysh(RUNNING)
        if lack := lacks(said):
            raise CommandFailed(
                "{device}: what it answers to `{command}` is no whole configuration of FRR: `{lack}` is missing",
                device=self.hostname, command=RUNNING, lack=lack, hint=text("log in and look at it by hand"),
            )  # fmt: skip
        return said

    def _startup(self) -> str:
        return self._run("cat", "/etc/frr/frr.conf").stdout

    def _loaded(self) -> str:
        return self._done("candidate", self._candidate).stdout if self._candidate else ""

    def _vtysh(self, command: str) -> str:
        done = self._run("vtysh", "-c", command)
        if done.code or done.stdout.startswith("% "):
            raise CommandFailed(
                "{device}: FRR refuses `{command}`: {said}",
                device=self.hostname, command=command, said=(done.stderr + done.stdout).strip(),
            )  # fmt: skip
        return done.stdout

    def _run(self, *argv: str, timeout: float | None = None) -> Completed:
        return self._connection.run(argv, timeout=timeout or float(self.timeout))

    def _helper(self, *argv: str, stdin: str | None = None, timeout: float | None = None) -> Completed:
        done = self._connection.run([HELPER, *argv], stdin=stdin, timeout=timeout or float(self.timeout))
        if done.code in (126, 127):
            raise CommandFailed(
                "{device} has no {helper}, which holds the timer of a commit",
                device=self.hostname, helper=HELPER, hint=_helper_hint(self.hostname),
            )  # fmt: skip
        return done

    def _done(self, *argv: str, timeout: float | None = None) -> Completed:
        """Run the helper. Raises CommandFailed where it does not end with 0."""
        done = self._helper(*argv, timeout=timeout)
        if done.code:
            raise CommandFailed(
                "{device}: {act} failed: {said}",
                device=self.hostname, act=argv[0], said=essence(done.stderr or done.stdout),
            )  # fmt: skip
        return done


def _helper_hint(device: str) -> Text:
    return text("install jbnet-commit on {device}; see docs/ for the device's preparation", device=device)


def _text(filename: str | None, config: str | None) -> str:
    if filename:
        return Path(filename).read_text(encoding="utf-8")
    return config or ""
