"""Hand-overs over conversations: a shell waits on each host for its word, connected and with everything loaded.

Why not command by command: over a line of 12 ms each costs three ways, a shell, a program's start and a login to the
database, and between them neither host takes writes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from jbnet.adapters.hand_over_scripts import ARMED, BEGIN, DISARM, FORGET, LEAVE, ROUTE, TAKE
from jbnet.adapters.postgres import ACCOUNT
from jbnet.adapters.postgres_answers import lsn_number
from jbnet.adapters.routes import ACCOUNT as ROUTING_ACCOUNT
from jbnet.adapters.routes import announcing, withdrawing
from jbnet.adapters.waiting import heard, start
from jbnet.model.errors import CommandFailed, JbnetError, Unreachable, UsageError
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import Conversation, Conversations, FenceProof, Led, RemoteHosts, Stopped
from jbnet.recovery.plan import HostFence
from jbnet.services.database_cluster import Layout, cluster

READY_S = 20.0
"""Seconds for a host to connect and make ready; nothing is stopped meanwhile."""
PATIENCE_S = 60
"""Seconds for which a host waits for its word. Later it obeys no more."""
ANSWER_S = 10.0
CHECKPOINT_RECORD = 256
"""Bytes within which a shutdown checkpoint's record ends: 120, and a page's header (40 at most) if it crosses one."""

Observation = dict[str, object]


class PostgresHandOvers:
    """Implements HandOvers. ``here``: the device on which jbnet runs; ``plans``: whence a stopped host is looked at."""

    def __init__(
        self,
        network: Network,
        hosts: RemoteHosts,
        conversations: Conversations,
        plans: Mapping[str, HostFence],
        here: str | None = None,
        layout: Layout | None = None,
    ):
        self._network, self._hosts, self._conversations = network, hosts, conversations
        self._plans, self._here = plans, here
        self._layout = layout or Layout()

    def arm(self, database: str, leaving: str, taking: str) -> ReadyHandOver:
        """Begin every conversation at once, and hear that each is ready."""
        if leaving not in self._plans:
            raise UsageError("no fence is declared around {host}", host=leaving)
        begun = self._begin_all(database, leaving, taking)
        found: dict[str, Conversation] = {}
        silent: dict[str, JbnetError] = {}
        for name, future in begun.items():
            try:
                found[name] = future.result()
            except JbnetError as error:
                silent[name] = error
        ready = ReadyHandOver(self._network, database, leaving, self._here, self._plans[leaving].vantages, found)
        missing = [error for name, error in silent.items() if not name.startswith("watch ")]
        if missing or not ready.has_vantages:
            ready.close()
            raise CommandFailed(
                "{database} is not handed over: {reason}",
                database=database,
                reason="; ".join(map(str, missing or silent.values())) or text("fewer than two places can look at it"),
                hint=text("nothing was stopped; see to that host, and start again"),
            )
        return ready

    def _begin_all(self, database: str, leaving: str, taking: str) -> dict[str, Future[Conversation]]:
        here = cluster(self._network, database, leaving)
        layout, token = self._layout, uuid.uuid4().hex
        data, order, address = layout.data(database), layout.order(database), str(here.database.service_address)
        leave = (layout.programs, data, order)
        take = (layout.programs, layout.root, str(here.database.port), order, token, str(PATIENCE_S))
        preferred, gone = announcing(address), withdrawing(address)
        begun = {
            "leave": self._begin(leaving, ACCOUNT, LEAVE, *leave, token, str(PATIENCE_S)),
            "take": self._begin(taking, ACCOUNT, TAKE, *take),
            "announce": self._begin(taking, ROUTING_ACCOUNT, ROUTE, str(PATIENCE_S), address, "yes", *preferred),
            "withdraw": self._begin(leaving, ROUTING_ACCOUNT, ROUTE, str(PATIENCE_S), address, "no", *gone),
        }
        for vantage in self._plans[leaving].vantages:
            if vantage != self._here:
                watch = self._begin(leaving, ACCOUNT, LEAVE, *leave, "", str(PATIENCE_S), via=vantage)
                begun[f"watch {vantage}"] = watch
        return begun

    def _begin(
        self, host: str, account: str, script: str, *arguments: str, via: str | None = None
    ) -> Future[Conversation]:
        return start(self._made, host, account, ("bash", "-c", script, "hand-over", *arguments), via)

    def _made(self, host: str, account: str, argv: Sequence[str], via: str | None) -> Conversation:
        talk = self._conversations.converse(host, account, argv, via=via, timeout=READY_S)
        try:
            said = talk.hear(READY_S)
            if said != "ready":
                raise CommandFailed("{host}: {said}", host=host, said=said.removeprefix("refused "))
        except BaseException:
            talk.close()
            raise
        return talk

    def disarm(self, database: str, host: str) -> bool:
        """Take the tokens away, and look for what was begun."""
        return self._run(host, DISARM, database).strip() == "begun"

    def begin(self, database: str, host: str) -> None:
        """Note it."""
        self._run(host, BEGIN, database)

    def forget(self, database: str, host: str) -> None:
        """Remove all order files."""
        self._run(host, FORGET, database)

    def armed(self, database: str, host: str) -> bool:
        """Look for order files."""
        return bool(self._run(host, ARMED, database).strip())

    def _run(self, host: str, script: str, database: str) -> str:
        argv = ("sh", "-c", script, "hand-over", self._layout.order(database))
        done = self._hosts.host(host, ACCOUNT).run(argv, timeout=ANSWER_S)
        if done.code != 0:
            raise CommandFailed(
                "{host}: the order files of {database} cannot be written: {error}",
                host=host,
                database=database,
                error=done.stderr.strip()[-300:] or f"exit code {done.code}",
            )
        return done.stdout


class ReadyHandOver:
    """Implements HandOver. ``talks``: what waits, by name: leave, take, announce, withdraw, ``watch VANTAGE``."""

    def __init__(
        self,
        network: Network,
        database: str,
        leaving: str,
        here: str | None,
        vantages: Sequence[str],
        talks: Mapping[str, Conversation],
    ):
        self._network, self._database, self._leaving = network, database, leaving
        self._talks = dict(talks)
        self._direct = here if here in vantages else None
        self._watchers = {v: talks[f"watch {v}"] for v in vantages if f"watch {v}" in talks}

    @property
    def has_vantages(self) -> bool:
        """Say whether two homes or more can look at the host that is to be stopped."""
        return len(self._homes([*self._watchers, *([self._direct] if self._direct else [])])) > 1

    def stop(self, timeout: float) -> Stopped:
        """Say it on the direct way, and hear from every way what became of it."""
        began = time.monotonic()
        for watcher in self._watchers.values():
            watcher.tell("watch")
        self._talks["leave"].tell("stop")
        asked = {self._direct: start(self._talks["leave"].hear, timeout)}
        asked |= {vantage: start(talk.hear, timeout) for vantage, talk in self._watchers.items()}
        said = {vantage: heard(future, timeout + 1.0) for vantage, future in asked.items()}
        seen = [self._seen(vantage, *answer) for vantage, answer in said.items()]
        ends = {one["checkpoint"] for one in seen}
        proof = self._proof([one for one in seen if one["from"] is not None], alike=len(ends) == 1)
        known = next(iter(ends)) if len(ends) == 1 else None
        return Stopped(proof, known if isinstance(known, int) else None, time.monotonic() - began)

    def _seen(self, vantage: str | None, said: str | None, error: str) -> Observation:
        found: Observation = {"what": "server", "device": self._leaving, "from": vantage, "checkpoint": None}
        word, _, rest = (said or "").partition(" ")
        lsn, _, state = rest.partition(" ")
        if word != "stopped":
            return found | {"holds": None, "error": error or said}
        clean = state.strip() == "shut down" and "/" in lsn
        seen = {"marked": True, "processes": 0, "state": state.strip()}
        return found | seen | {"holds": clean, "checkpoint": lsn_number(lsn) if clean else None}

    def _proof(self, seen: Sequence[Observation], *, alike: bool) -> FenceProof:
        """Every look that was had says the same, and they were had from two homes or more."""
        holding = [str(one["from"]) for one in seen if one["holds"]]
        proved = alike and len(holding) == len(seen) and len(self._homes(holding)) > 1
        by = "server stopped and marked" if proved else ""
        return FenceProof(self._database, self._leaving, proved, by, tuple(seen))

    def _homes(self, vantages: Sequence[str]) -> set[str]:
        return {self._network.devices[vantage].home for vantage in vantages}

    def lead(self, checkpoint: int, timeout: float) -> Led:
        """Give the order, and hear that it leads."""
        seconds = max(1, int(timeout))
        talk = self._talks["take"]
        talk.tell(f"lead {checkpoint} {checkpoint + CHECKPOINT_RECORD} {seconds}")
        said = talk.hear(2 * seconds + 20.0)
        words = said.split()
        if not words or words[0] != "leads":
            raise self._refused(said)
        received = None if words[2] == "-" else int(words[2])
        return Led(int(words[1]), received, int(words[3]) / 1e6, int(words[4]) / 1e6)

    def _refused(self, said: str) -> CommandFailed:
        why = said.removeprefix("refused ")
        if why.startswith("behind"):
            return CommandFailed("{database}: the last records of {host} have not arrived", database=self._database,
                                 host=self._leaving)  # fmt: skip
        if why.startswith("ahead"):
            return CommandFailed("{database}: its standby has more than {host} wrote", database=self._database,
                                 host=self._leaving)  # fmt: skip
        return CommandFailed("{database}: its standby does not lead: {said}", database=self._database, said=why)

    def announce(self, timeout: float) -> float:
        """Say it."""
        return self._go("announce", timeout)

    def withdraw(self, timeout: float) -> float:
        """Say it."""
        return self._go("withdraw", timeout)

    def _go(self, name: str, timeout: float) -> float:
        began, talk = time.monotonic(), self._talks[name]
        talk.tell("go")
        if (said := talk.hear(timeout)) != "done":
            raise Unreachable("{said}", said=said.removeprefix("refused "))
        return time.monotonic() - began

    def close(self) -> None:
        """Close every conversation."""
        for talk in self._talks.values():
            talk.close()
