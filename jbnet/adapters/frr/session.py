"""A session with a router with FRR (8.4 and later with an integrated configuration), over SSH to a shell account.

Comparing and applying is done on the device by FRR's own ``frr-reload.py``, run as a process by the helper
``jbnet-commit`` (``jbnet/lab/image``), which also holds the commit timer: nothing of a trial hangs on our session.
NAPALM itself is not needed here, and takes as long to import as twenty routers take to answer.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from jbnet.adapters.frr import beside
from jbnet.adapters.frr.beside import FILES, changes, together
from jbnet.adapters.frr.candidate import complete, essence, lacks, merged, readable, redacted
from jbnet.adapters.frr.connection import Connection
from jbnet.adapters.frr.getters import Getters
from jbnet.adapters.napalm_login import napalm_login
from jbnet.model.errors import CommandFailed
from jbnet.model.text import Text, text
from jbnet.ports import Completed, RunningConfig

RUNNING = "show running-config no-header"
HELPER = "/usr/local/libexec/jbnet-commit"
HELD = "/var/lib/jbnet/commit"
"""Where the helper keeps what it holds; ``pending.json`` lies there while a timer runs."""
WAITS = f"[ -r {HELD} ] && [ -x {HELD} ] && {{ [ -e {HELD}/pending.json ] && echo yes || echo no; }} || echo unseen"
"""For a shell: says whether a timer runs. The helper would take longer to start than to answer."""
READ = f"{FILES}; exec vtysh -c '{RUNNING}'"
SAVED = f"{FILES}; exec cat /etc/frr/frr.conf"
WATCHED = f"{WAITS}; {READ}"
"""The same and then what runs, in one channel: at a hundred routers that saves a hundred round trips."""
APPLY_S = 300.0
"""How long a change without a timer may take."""
FRESH_S = 2.0
"""How long a comparison stands that was made when the candidate was loaded."""
ANSWER_S = 15.0
"""How long after its timer a commit's answer is still waited for: the way back may just have come up again."""
NOTHING_PENDING, NOT_BACK, UNPARSABLE = 3, 4, 5
"""Exit codes of the helper."""


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
        self._compared = ("", -FRESH_S)
        self._committed = ""
        self._read = ""

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
        self._load(complete(_text(filename, config), self._read or self._running()))

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load lines to add to what runs. Raises CommandFailed with the line that FRR cannot parse."""
        self._merge = _text(filename, config)
        self._load(merged(self._merge, self._running()))

    def _load(self, config: str) -> None:
        """Have the device parse and compare a candidate, which stays here until it is committed."""
        self.discard_candidate()
        done = self._helper("compare", stdin=config)
        if done.code == UNPARSABLE:
            self._merge = ""
            raise CommandFailed(
                "{device}: FRR cannot parse the configuration, and nothing was changed: {said}",
                device=self.hostname, said=essence(done.stderr),
            )  # fmt: skip
        self._checked(done, "compare")
        self._candidate, self._compared = config, (done.stdout, time.monotonic())

    def compare_config(self) -> str:
        """Return what committing would change (``jbnet.adapters.frr.candidate.readable``); empty: nothing."""
        if not self._candidate:
            return ""
        if self._merge or time.monotonic() - self._compared[1] > FRESH_S:
            running = self._running()  # the files beside FRR's own lines are compared here, with what was read last
            self._load(merged(self._merge, running) if self._merge else self._candidate)
        return "\n".join([*readable(self._compared[0]).splitlines(), *changes(self._read, self._candidate)])

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
        ident = self._done("load", stdin=self._candidate).stdout.strip()
        done = self._helper("commit", str(seconds), ident, message, timeout=limit)
        if done.code:
            raise self._not_committed(done)
        self.discard_config()
        self._committed, self._read = ident, ""

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
        """Say whether a timer runs on the device, whoever started it."""
        return self._waits(self._run("sh", "-c", WAITS).stdout.strip())

    def running_config(self) -> RunningConfig:
        """Return what runs, and whether on trial as of just before it was read: a timer may run out in between."""
        waits, _, config = self._accepted(self._run("sh", "-c", WATCHED), RUNNING).partition("\n")
        return RunningConfig(self._whole(config), self._waits(waits))

    def _waits(self, said: str) -> bool:
        """Say whether a timer runs, by what ``WAITS`` printed; the helper is asked where its folder cannot be seen."""
        return said == "yes" or (said != "no" and bool(self.commit_status()["pending"]))

    def discard_config(self) -> None:
        """Forget the candidate; the device has none of it."""
        self.discard_candidate()
        self._merge = ""

    def discard_candidate(self) -> None:
        """Forget the candidate; what is to be merged stays known."""
        self._candidate, self._compared = "", ("", -FRESH_S)

    def rollback(self) -> None:
        """Put back what ran, and what was saved, before the last commit; stops the timer. Raises CommandFailed."""
        self._done("revert", timeout=APPLY_S)
        self._committed = self._read = ""

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

    def get_established_tunnels(self) -> list[str]:
        """Return the names of the encrypted lines whose traffic is protected by now. Raises CommandFailed."""
        return self._checked(self._run(beside.HELPER, "up"), "up").stdout.split()

    def _running(self) -> str:
        return self._whole(self._accepted(self._run("sh", "-c", READ), RUNNING))

    def _whole(self, said: str) -> str:
        """Return, and remember, what runs. Raises CommandFailed where that is not a whole configuration of FRR."""
        said = together(said)
        if lack := lacks(said):
            raise CommandFailed(
                "{device}: what it answers to `{command}` is no whole configuration of FRR: `{lack}` is missing",
                device=self.hostname, command=RUNNING, lack=lack, hint=text("log in and look at it by hand"),
            )  # fmt: skip
        self._read = said
        return said

    def _startup(self) -> str:
        return together(self._run("sh", "-c", SAVED).stdout)

    def _loaded(self) -> str:
        return self._candidate

    def _vtysh(self, command: str) -> str:
        return self._accepted(self._run("vtysh", "-c", command), command)

    def _accepted(self, done: Completed, command: str) -> str:
        """Return what FRR's shell printed. Raises CommandFailed where it refused."""
        if done.code == beside.UNREADABLE:
            raise CommandFailed(
                "{device}: what encrypts its lines cannot be read: {said}",
                device=self.hostname, said=done.stderr.strip(),
                hint=text("the files in {folder} must belong to the account that jbnet logs in with",
                          folder=beside.FOLDER),
            )  # fmt: skip
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

    def _done(self, *argv: str, stdin: str | None = None, timeout: float | None = None) -> Completed:
        """Run the helper. Raises CommandFailed where it does not end with 0."""
        return self._checked(self._helper(*argv, stdin=stdin, timeout=timeout), argv[0])

    def _checked(self, done: Completed, act: str) -> Completed:
        if done.code:
            raise CommandFailed(
                "{device}: {act} failed: {said}",
                device=self.hostname, act=act, said=essence(done.stderr or done.stdout),
            )  # fmt: skip
        return done


def _helper_hint(device: str) -> Text:
    return text("install jbnet-commit on {device}; see docs/ for the device's preparation", device=device)


def _text(filename: str | None, config: str | None) -> str:
    if filename:
        return Path(filename).read_text(encoding="utf-8")
    return config or ""
