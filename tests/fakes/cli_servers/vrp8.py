"""Huawei VRP8: two-phase configuration with trial commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cli_servers.editor import Denied, Wrong
from cli_servers.huawei import HuaweiShell
from cli_servers.router import Router
from cli_servers.tree import Node, same

FIRST_COMMIT = 1000000001
IN_TRIAL = "Error: The system is in trial configuration mode. The operation is not allowed."  # words assumed


@dataclass
class Trial:
    """A trial run. Without ``persist`` it belongs to the session that began it."""

    ends: datetime
    persist: str
    session: object
    before: Node


@dataclass(frozen=True)
class Point:
    """A rollback point: the configuration as a commit left it."""

    number: int
    config: Node
    at: datetime
    description: str


class Vrp8(Router):
    """[CE6800] "commit", "abort trial", "rollback configuration", "display configuration commit list"."""

    keeps_undo_shutdown = True

    def __init__(self, name: str, config: str = "", **more: object) -> None:
        self.trial: Trial | None = None
        self.points: list[Point] = []
        super().__init__(name, config, **more)  # type: ignore[arg-type]  # passed on as they came
        self.point("")

    def point(self, description: str) -> None:
        number = FIRST_COMMIT + len(self.points)
        self.points.append(Point(number, self.running.copy(), self.now, description))

    def by_hand(self, *lines: str) -> None:
        super().by_hand(*lines)
        if self.points:
            self.point("")

    def expire(self) -> None:
        """ "When the trial run time exceeds the timeout period, the system automatically rolls back" [commit]."""
        if self.trial is not None and self.now >= self.trial.ends:
            self.take_back()

    def take_back(self) -> None:
        assert self.trial is not None
        before, self.trial = self.trial.before, None
        self.replace_running(before)
        self.point("")

    def session_ended(self, session: object) -> None:
        """ "If the persist parameter is not specified, the trial run takes effect only in the current session"
        ([CE6800] Configuration Guide, "Committing Configurations in Two-Stage Mode").
        """
        if self.trial is not None and self.trial.session is session and not self.trial.persist:
            self.take_back()

    def header(self) -> list[str]:
        return [
            f"!Software Version {self.seen.version}",
            f"!Last configuration was saved at {self.now:%Y-%m-%d %H:%M:%S}",
        ]


class Vrp8Shell(HuaweiShell):
    """The candidate belongs to the session: it is lost with it."""

    router: Vrp8

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # passed on as they came
        self.candidate: Node | None = None
        self.immediate = False

    @property
    def uncommitted(self) -> bool:
        return self.candidate is not None and not same(self.candidate, self.router.running)

    def mark(self) -> str:
        """ "``*``: the user has uncommitted configurations; ``~``: all are committed" [commit]."""
        if self.immediate:
            return ""
        return "*" if self.uncommitted else "~"

    def editing(self) -> Node:
        if self.router.trial is not None:
            raise Denied(IN_TRIAL)  # "You cannot change the configuration during the trial run" (Feature Description)
        if self.immediate:
            return self.router.running
        if self.candidate is None:
            self.candidate = self.router.running.copy()
        return self.candidate

    def user_view(self, words: Sequence[str], line: str) -> None:
        if words[:2] == ["rollback", "configuration"]:
            self.rollback(words[2:])
            return
        super().user_view(words, line)
        if self.path == ():
            self.immediate = words[1:] == ["immediately"]

    def config_view(self, words: Sequence[str], line: str) -> bool:
        if words[0] == "commit":
            self.commit(words[1:])
        elif list(words[:2]) == ["abort", "trial"]:
            self.abort(words[2:])
        elif list(words) == ["clear", "configuration", "candidate"]:
            self.candidate = None
            self.path = ()
        else:
            return super().config_view(words, line)
        return True

    def commit(self, words: Sequence[str]) -> None:
        """``commit [ trial [ time ] [ label label ] ] [ persist persistId ] [ description description ]``."""
        given = _options(words)
        trial = self.router.trial
        if trial is not None:
            if trial.persist != given.get("persist", "") or (not trial.persist and trial.session is not self):
                raise Denied(IN_TRIAL)
            if "trial" in given:
                trial.ends = self.router.now + timedelta(seconds=_seconds(given))
            else:
                self.router.trial = None
                self.router.point(given.get("description", ""))
            return
        if "persist" in given and "trial" not in given:
            raise Denied("Error: The persistent trial does not exist.")  # words assumed
        self._make_run(given)

    def _make_run(self, given: dict[str, str]) -> None:
        router, before = self.router, self.router.running
        candidate = self.candidate or before.copy()
        refused = router.faults.refuse_commit
        if refused and any(refused in line for line in candidate.lines()):
            raise Denied(f"Error: Failed to commit the configuration at: {refused}")  # words assumed
        seconds = _seconds(given)
        router.replace_running(candidate)
        self.candidate = None
        router.point(given.get("description", ""))
        if "trial" in given:
            ends = router.now + timedelta(seconds=seconds)
            router.trial = Trial(ends, given.get("persist", ""), self, before)
            self.say("Info: The system enters the trial configuration mode.",
                     "The system will revert to previous configuration if the trial configuration is not confirmed "
                     f"in {seconds} seconds.")  # fmt: skip

    def abort(self, words: Sequence[str]) -> None:
        """``abort trial [ session id | persist persistId ]``."""
        trial = self.router.trial
        if trial is None or trial.persist != (words[1] if words[:1] == ["persist"] else ""):
            raise Denied("Error: The trial configuration does not exist.")  # words assumed

        def answered(said: str) -> None:
            if said.lower() == "y" and self.router.trial is not None:
                self.router.take_back()
                self.say("Info: The trial configuration rollback succeeded.")

        self.ask("Warning: The trial configuration will be rolled back. Continue? [Y/N]:", answered)

    def rollback(self, words: Sequence[str]) -> None:
        """``rollback configuration { to commit-id commit-id | last number-of-commits }``, in the user view."""
        router = self.router
        if router.trial is not None:
            raise Denied(IN_TRIAL)
        numbers = [point.number for point in router.points]
        if list(words[:2]) == ["to", "commit-id"] and int(words[2]) in numbers:
            index = numbers.index(int(words[2]))
        elif words[:1] == ["last"] and int(words[1]) < len(numbers):
            index = len(numbers) - 1 - int(words[1])
        else:
            raise Denied("Error: The rollback point does not exist.")  # words assumed

        def answered(said: str) -> None:
            if said.lower() == "y":
                router.replace_running(router.points[index].config)
                router.point("")
                self.say("Info: Succeeded in rolling back the configuration.")  # words assumed

        self.ask("Warning: This operation will revert configuration changes to the previous status. Continue? [Y/N]:",
                 answered)  # fmt: skip

    def leave(self) -> None:
        if self.path == () and self.uncommitted:
            self.ask_to_commit()
        else:
            super().leave()

    def leave_all(self) -> None:
        if self.path is not None and self.uncommitted:
            self.ask_to_commit()
        else:
            super().leave_all()

    def ask_to_commit(self) -> None:
        """[CE6800] "quit": asked when leaving the system view with uncommitted configurations."""

        def answered(said: str) -> None:
            if said.lower() in ("c", "cancel"):
                return
            if said.lower() in ("y", "yes"):
                self._make_run({})
            self.candidate, self.path = None, None

        self.ask("Warning: Uncommitted configurations found. Are you sure to commit them before exiting? "
                 "[Y(yes)/N(no)/C(cancel)]:", answered)  # fmt: skip

    def shown(self, what: str) -> list[str] | None:
        if what == "configuration trial status":
            return self._trial_status()
        if what.startswith("configuration commit list"):
            return self._commit_list(what)
        if what == "configuration candidate changes":
            return self._changes()
        if what in ("configuration candidate", "configuration candidate merge"):
            return self.printed(self.candidate or self.router.running)
        return super().shown(what)

    def _trial_status(self) -> list[str]:
        """[CE6800] "display configuration trial status"."""
        trial = self.router.trial
        if trial is None:
            return ["Trial status: INACTIVE", "Trial time left (sec): 0"]
        left = int((trial.ends - self.router.now).total_seconds())
        persist = [f"Persist id: {trial.persist}"] if trial.persist else []
        return ["Trial status: ACTIVE", *persist, f"Trial time left (sec): {left}"]

    def _commit_list(self, what: str) -> list[str]:
        """[CE6800] "display configuration commit list": newest first."""
        wanted = what.split()[-1]
        count = int(wanted) if wanted.isdigit() else len(self.router.points)
        rule = "-" * 92
        rows = [
            f"{i:<4} {p.number:<12} {'-':<24} {'netops':<15} {p.at:%Y-%m-%d %H:%M:%S}"
            for i, p in enumerate(list(reversed(self.router.points))[:count], 1)
        ]
        return [rule, f"{'No.':<4} {'CommitId':<12} {'Label':<24} {'User':<15} TimeStamp", rule, *rows, rule]

    def _changes(self) -> list[str]:
        if self.path is None:
            raise Wrong("Unrecognized command", 3)
        old, new = set(self.router.running.paths()), set((self.candidate or self.router.running).paths())
        gone = [f"- {' ' * (len(p) - 1)}{p[-1]}" for p in self.router.running.paths() if p not in new]
        come = [f"+ {' ' * (len(p) - 1)}{p[-1]}" for p in (self.candidate or Node("")).paths() if p not in old]
        return ["Building configuration", *gone, *come]


def _options(words: Sequence[str]) -> dict[str, str]:
    """Read ``commit``'s options. Raises Wrong at the word that is none."""
    given: dict[str, str] = {}
    index = 0
    while index < len(words):
        word = words[index]
        if word == "trial":
            timed = index + 1 < len(words) and words[index + 1].isdigit()
            given["trial"] = words[index + 1] if timed else "600"
            index += 2 if timed else 1
        elif word == "description":
            given["description"] = " ".join(words[index + 1 :])
            index = len(words)
        elif word in ("persist", "label") and index + 1 < len(words):
            given[word] = words[index + 1]
            index += 2
        else:
            raise Wrong("Unrecognized command", index + 1)
    if len(given.get("description", "")) > 60:
        raise Wrong("Wrong parameter", len(words))
    return given


def _seconds(given: dict[str, str]) -> int:
    """ "The value is an integer ranging from 60 to 65535, in seconds" [commit]."""
    seconds = int(given.get("trial", "600"))
    if not 60 <= seconds <= 65535:
        raise Wrong("Wrong parameter", 2)
    return seconds
