"""What the services need from the world, as small typed protocols. Adapters implement them; tests fake them.

All ports are synchronous. Every call that can wait takes a timeout in seconds or has one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from jbnet.config.tree import Patch, Path
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device, Network
from jbnet.model.secrets import Secret
from jbnet.model.text import Text
from jbnet.recovery.approval import ApprovalRequest, Judged
from jbnet.snmp.types import SnmpAnswer as SnmpAnswer
from jbnet.snmp.types import SnmpTarget as SnmpTarget
from jbnet.snmp.types import Trap as Trap
from jbnet.snmp.types import VarBind as VarBind

if TYPE_CHECKING:  # these bring networkx along, which most commands do without
    from jbnet.monitor.incidents import Incident
    from jbnet.monitor.replay import Outcome, Watchbook
    from jbnet.monitor.samples import Round
    from jbnet.monitor.summary import Summary


class Clock(Protocol):
    """Time, so that the core never reads a clock."""

    def now(self) -> datetime:
        """Return the wall clock in UTC."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never steps."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Secrets(Protocol):
    """Where secrets come from: what ``topology/secrets.yaml`` names, else ``--state``/secrets.yaml (mode 0600)."""

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing."""


class DeviceSession(Protocol):
    """The part of NAPALM's ``NetworkDriver`` that jbnet uses. ``revert_in`` is in seconds.

    ``commit_config`` with ``revert_in`` starts a timer on the device; without ``confirm_commit`` in that
    time the device puts back what ran before. ``compare_config`` is empty when there is nothing to do.
    """

    def open(self) -> None:
        """Log in. Raises Unreachable."""

    def close(self) -> None:
        """Log out; never raises."""

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration as candidate."""

    def compare_config(self) -> str:
        """Return what committing the candidate would change, one command a line; empty: nothing."""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run. Raises CommandFailed."""

    def confirm_commit(self) -> None:
        """Stop the timer and save what runs."""

    def has_pending_commit(self) -> bool:
        """Say whether a timer runs."""

    def discard_config(self) -> None:
        """Forget the candidate."""

    def rollback(self) -> None:
        """Put back what ran before the last commit."""

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,
        sanitized: bool = False,
        format: str = "text",  # noqa: A002  NAPALM's name
    ) -> Mapping[str, str]:
        """Return the texts ``running`` and ``startup``; ``sanitized`` masks passwords and keys."""

    def get_facts(self) -> Mapping[str, object]:
        """Return NAPALM's facts."""

    def get_ospf_neighbors(self) -> Sequence[Mapping[str, object]]:
        """Return one mapping per neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328 names)."""

    def cli(self, commands: list[str], encoding: str = "text") -> Mapping[str, object]:
        """Type commands, each one line, and return what each printed. Raises CommandFailed where one is refused."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What takes one configuration to another: as people read it, and as the device is told it, in its own order.

    A command carries the sections above it: ``("ospf 1", "area 0.0.0.1", "undo network 10.0.0.0 0.0.0.255")``.
    """

    patch: Patch
    commands: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.commands)


class Differ(Protocol):
    """Compares two configurations of one platform by meaning.

    Laws: ``compare(x, x)`` is empty; the commands of ``compare(x, y)`` make ``y`` of ``x``, those of ``compare(y, x)``
    make ``x`` of it again.
    """

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done. Secrets that the device shows encrypted are taken to be the right ones."""


class DeviceSessions(Protocol):
    """Opens sessions; knows addresses, keys and drivers, and by which rules each platform compares."""

    def session(self, device: Device) -> DeviceSession:
        """Return an inert session for the device. Raises Missing where its platform has no driver, or a key lacks."""

    def differ(self, device: Device) -> Differ:
        """Return what compares configurations of the device's platform. Raises Missing where there is none."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """An answer as records, and the template that read it."""

    template: str
    records: tuple[Mapping[str, object], ...]


class AnswerParser(Protocol):
    """Reads what command lines print. ``system`` is its name in ntc-templates."""

    def parse(self, system: str, command: str, said: str) -> Parsed | None:
        """Return the answer as records; None where no template fits the command or what came."""


class HostKeyProbe(Protocol):
    """Asks one device for its host keys; logs in nowhere."""

    def keys(self) -> tuple[HostKey, ...]:
        """Return the keys that it shows, one of a kind. Raises Unreachable."""

    def close(self) -> None:
        """End it; never raises."""


class HostKeyProbes(Protocol):
    """Gives the probe of a device; knows addresses."""

    def probe(self, device: Device) -> HostKeyProbe:
        """Return an inert probe."""


class KnownHosts(Protocol):
    """The host keys that are known, by device name."""

    def keys(self, device: str) -> tuple[HostKey, ...]:
        """Return the device's keys; empty: none is known. Raises Refused where they cannot be read."""

    def keep(self, device: str, keys: Sequence[HostKey], *, replace: bool = False) -> None:
        """Make the keys known. Raises Refused while other keys of the device are known, unless told to replace them."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What a remote command answered."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str


class RemoteHost(Protocol):
    """Commands on a host over SSH, host keys checked. ``argv`` is quoted by the adapter, never by the caller."""

    name: str

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command and return what it answered, whatever its code. Raises Unreachable."""


class RemoteHosts(Protocol):
    """Opens remote hosts by device name and account."""

    def host(self, device: str, user: str, via: str | None = None) -> RemoteHost:
        """Return the host; connects on first use. ``via`` names the device from which to connect (a vantage)."""


class SnmpTransport(Protocol):
    """Asks many agents at once."""

    def walk(
        self, targets: Iterable[SnmpTarget], columns: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Walk the columns on every agent; one answer per target, in order. Never raises for an agent's fault.

        A column that ends in ``.0`` is a scalar (``sysUpTime.0``): asked once, together with the first rows.
        ``timeout`` is in seconds for each try; a request is sent at most ``1 + retries`` times.
        """

    def get(
        self, targets: Iterable[SnmpTarget], oids: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Get the variables on every agent; one answer per target, in order."""


class TrapSource(Protocol):
    """Receives traps and informs, from ``start`` to ``close``."""

    def start(self) -> None:
        """Begin to listen. Raises Missing where the port cannot be had."""

    def take(self, timeout: float) -> Trap | None:
        """Return the next trap, or None when none came in ``timeout`` seconds."""

    def close(self) -> None:
        """Stop listening; never raises."""


class Prober(Protocol):
    """Says whether hosts are there at all, apart from any service on them."""

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        """Ask all at once (ICMP echo, RFC 792); None: it could not be asked. Never raises for a silent host."""


class Store(Protocol):
    """Where the monitor keeps its memory: one writer. A round is in it whole or not at all."""

    def load(self) -> tuple[Watchbook, int]:
        """Return the memory as of the last committed round, and that round's number (0: none yet)."""

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Write a round: samples, counters, states, events, incidents and outbox in one transaction."""

    def close(self) -> None:
        """Let go of it; never raises."""


class StoreView(Protocol):
    """The same memory, read only, while the monitor writes."""

    def summary(self) -> Mapping[str, object] | None:
        """Return the last round's summary (``jbnet.monitor.summary``); None: nothing was ever polled."""

    def incidents(self, *, only_open: bool) -> Sequence[Incident]:
        """Return the incidents, latest first."""

    def answers(self) -> Mapping[str, bool | None]:
        """Say of every polled device whether its agent answers; None: not known yet."""

    def rounds(self) -> Iterable[Round]:
        """Return the recorded rounds, oldest first, for replaying."""

    def close(self) -> None:
        """Let go of it; never raises."""


class Journal(Protocol):
    """An append-only record that survives ``kill -9``: an entry is on disk when ``append`` returns."""

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry (fsync) and return its sequence number."""

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries in order: ``seq``, ``time``, ``kind``, ``subject``, ``data``."""


class DeviceLocks(Protocol):
    """Leases on devices, so that two people do not change one at once. A lease ends by itself."""

    def acquire(self, device: str, owner: str, seconds: float) -> None:
        """Take the lease for that long. Raises Refused while somebody else holds it."""

    def release(self, device: str, owner: str) -> None:
        """Give the lease back; nothing happens where ``owner`` does not hold it."""


class ConfigBackups(Protocol):
    """Where configurations are kept before they are changed."""

    def keep(self, device: str, config: str) -> str:
        """Store the text on disk and return where it lies."""

    def read(self, where: str) -> str:
        """Return a text that was kept. Raises Missing."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Configurations as fetched in one run, secrets masked. ``everybody``: every managed device was asked.

    ``missed`` are devices that were asked and gave none.
    """

    configs: Mapping[str, str]
    keeper: str
    everybody: bool
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One kept fetch: its name, when and by whom it was fetched, the devices whose text differs from before."""

    id: str
    time: datetime
    keeper: str
    changed: tuple[str, ...] = ()


class ConfigHistory(Protocol):
    """What ran on devices from day to day, secrets masked: one version a fetch."""

    def keep(self, fetch: Fetch) -> Version:
        """Keep a fetch on disk, whole or not at all. Raises TargetError."""

    def texts(self, device: str) -> Iterator[tuple[Version, str]]:
        """Yield what a device ran at each fetch that reached it, the newest first. Raises TargetError."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress for people, and one event for ``--json``."""

    event: str
    subject: str
    data: Mapping[str, object] = field(default_factory=dict)


class Reporter(Protocol):
    """Receives progress; the command line shows it, tests collect it."""

    def report(self, progress: Progress) -> None:
        """Take one step of progress."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What looking at, or doing, a recovery step gave.

    ``evidence`` goes into the journal: values that JSON can hold, and never a secret.
    """

    done: bool
    text: Text
    evidence: Mapping[str, object] = field(default_factory=dict)


class StepAction(Protocol):
    """One action of a recovery runbook. ``params`` are the step's, with ``{database}`` filled in.

    ``do`` may run twice if the first run was cut short: it is called only when ``probe`` said not done.
    """

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        """Say whether the effect already holds (``done``: nothing to do). Changes nothing. Raises JbnetError."""

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        """Bring the effect about. Raises JbnetError on failure."""

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        """Look again, independently of ``do``; ``done`` False: the step failed. Raises JbnetError."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """What one PostgreSQL cluster on one host says of itself. None is unknown, never zero.

    ``demoted``: ``standby.signal`` lies in its data directory, so it starts read-only whoever starts it.
    ``answers``: it took a query; a frozen server runs and does not answer. LSNs are bytes: ``written`` (where it
    writes), ``received`` and ``replayed`` (standby), ``checkpoint`` (last checkpoint record, from pg_controldata);
    ``shut_down``: pg_controldata calls the last stop clean; ``was_leading``: it led when its control file was last
    written. ``followers`` are rows of ``pg_stat_replication``.
    """

    database: str
    host: str
    exists: bool
    demoted: bool
    processes: tuple[int, ...]
    answers: bool
    shut_down: bool = False
    was_leading: bool = False
    checkpoint: int | None = None
    in_recovery: bool | None = None
    timeline: int | None = None
    written: int | None = None
    received: int | None = None
    replayed: int | None = None
    receiver: str | None = None
    last_message_age_s: float | None = None
    replay_age_s: float | None = None
    newest_row_age_s: float | None = None
    synchronous_to: str | None = None
    followers: tuple[Mapping[str, object], ...] = ()
    slots: tuple[Mapping[str, object], ...] = ()

    @property
    def leads(self) -> bool:
        """It takes writes now."""
        return self.in_recovery is False


@dataclass(frozen=True, slots=True)
class LostTransactions:
    """What an old primary has and the new one lacks. ``count`` None: its log could not be read."""

    count: int | None
    since: str
    first: tuple[str, ...] = ()
    reason: str = ""


class DatabaseServer(Protocol):
    """One PostgreSQL cluster on one host, driven over SSH and SQL. Raises Unreachable and CommandFailed."""

    host: str

    def state(self, via: str | None = None, *, heartbeat: bool = False) -> ServerState:
        """Look; ``via`` another device, to look over another path; ``heartbeat``: also at the newest row's age."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def stop(self, timeout: float) -> None:
        """Mark it demoted, then stop it cleanly (``fast``). Raises CommandFailed when it did not in time."""

    def kill(self, grace: float) -> None:
        """Mark it demoted, then end it and all its sessions, frozen or not; ``grace`` seconds for a clean stop."""

    def checkpoint(self) -> None:
        """Write a checkpoint (on the current timeline)."""

    def settings(self, synchronous_to: str | None, follow: bool) -> None:
        """Write the role's settings: whom commits wait for, or whom to follow; a running server reloads them."""

    def promote(self, timeout: float) -> None:
        """Promote and wait until it takes writes."""

    def ensure_slot(self, name: str) -> None:
        """Make the physical replication slot unless it is there."""

    def drop_slots(self) -> None:
        """Drop the slots that nobody will read here any more."""

    def fork(self, timeline: int) -> int | None:
        """Return the LSN at which ``timeline`` ended, from this server's history; None: it did not end."""

    def lost_since(self, timeline: int, lsn: int) -> LostTransactions:
        """List the transactions this (stopped) server committed on ``timeline`` at or after ``lsn``."""

    def rewind(self) -> str:
        """Make this (stopped) server's data follow the other's with pg_rewind; return what it said."""

    def copy(self) -> None:
        """Replace this (stopped) server's data by a copy of the other's (pg_basebackup)."""

    def clear_demotion(self) -> None:
        """Take the demotion marker away (before pg_rewind replays a crash, after which it is put back)."""

    def present(self, client: str) -> frozenset[int]:
        """Return the numbers of the rows that ``client`` wrote and that are here."""


class DatabaseServers(Protocol):
    """Gives the cluster of a database on a host."""

    def server(self, database: str, host: str) -> DatabaseServer:
        """Return the server; connects on first use."""


@dataclass(frozen=True, slots=True)
class FenceProof:
    """What was seen of a fence. ``proved`` only by positive observations; ``observations`` are the evidence."""

    database: str
    host: str
    proved: bool
    by: str
    observations: tuple[Mapping[str, object], ...] = ()


class Fence(Protocol):
    """Cuts clients off from a database on a host, and proves it (design section 5, rule 3)."""

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        """Look whether it is fenced; changes nothing, never raises for a silent host. ``patience``: how many
        seconds the host itself is waited for.
        """

    def close(self, database: str, host: str) -> FenceProof:
        """Stop the service with a marker where the host can be reached, and filter around it."""

    def open(self, database: str, host: str) -> FenceProof:
        """Take every filter of it away; ``proved`` then says whether something still holds it fenced."""

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        """Say for every router of the rings whether it filters; None: it did not answer."""


class RouteControl(Protocol):
    """Which host announces a service address."""

    def announce(self, address: str, host: str, *, prefer: bool) -> None:
        """Let the host announce it; ``prefer`` over another host that may announce it too."""

    def withdraw(self, address: str, host: str) -> None:
        """Let the host no longer announce it."""

    def announces(self, address: str, host: str) -> bool:
        """Say whether the host holds the address. Raises Unreachable."""

    def seen_at(self, address: str, device: str) -> tuple[str, ...]:
        """Return the origins (router addresses) of the route that ``device`` uses; empty: it has none."""


class WriteCheck(Protocol):
    """Writes as a client does, through an address."""

    def write(self, database: str, address: str, timeout: float) -> Mapping[str, object]:
        """Write and read back one row; return ``ok``, ``server`` (its own address), ``seconds`` and ``error``."""


class HostState(StrEnum):
    """How a playbook ended on one host."""

    OK = "ok"
    UNMET = "unmet"
    """A condition of the playbook does not hold there (a task ``assert`` or ``fail``): the answer is no."""
    FAILED = "failed"
    """A task failed."""
    UNREACHABLE = "unreachable"
    UNFINISHED = "unfinished"
    """It was cut short, by Ctrl-C or by its time limit, before its tasks were through."""


@dataclass(frozen=True, slots=True)
class HostOutcome:
    """What a playbook did on one host. ``ok`` counts tasks that ran, ``changed`` names those that changed something.

    ``reason`` says why it did not end well, without secrets; ``found`` is what the playbook's fact ``jbnet_result``
    holds.
    """

    host: str
    state: HostState
    ok: int = 0
    changed: tuple[str, ...] = ()
    reason: str | None = None
    found: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaybookResult:
    """What a playbook did. ``changed`` and ``failed`` name tasks as ``HOST: TASK``; ``hosts`` are those it was for.

    ``interrupted``: Ctrl-C came in between, and everything of the run on this machine was ended.
    """

    ok: bool
    changed: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: float
    hosts: tuple[HostOutcome, ...] = ()
    interrupted: bool = False


class PlaybookRunner(Protocol):
    """Runs an Ansible playbook. Secrets in ``variables`` stay out of every argument list and artifact."""

    def run(
        self,
        playbook: str,
        inventory: Mapping[str, object],
        variables: Mapping[str, object],
        timeout: float,
        *,
        check: bool = False,
        reporter: Reporter | None = None,
    ) -> PlaybookResult:
        """Run ``playbooks/NAME.yaml``, at most ``timeout`` seconds. Never raises for a task that failed.

        ``check``: only say what would change (Ansible's check mode). Each task's end on each host is reported as
        ``playbook.task``.
        """


class ApprovalVerifier(Protocol):
    """Where people find what they are asked to approve, and where their signatures come in."""

    def publish(self, request: ApprovalRequest) -> None:
        """Lay the request out for the approvers, in the place of an earlier one."""

    def received(self, request: ApprovalRequest) -> Sequence[Judged]:
        """Return everything handed in so far, each judged against the request. Never raises for a bad one."""


class Lease(Protocol):
    """The right to be the only one who does something; it ends with the process that holds it."""

    def held(self, holder: str) -> AbstractContextManager[None]:
        """Hold it for the time of a ``with``. Raises Refused, naming the holder, while another has it."""


@dataclass(frozen=True)
class Blueprint:
    """What a copy of a part of the network is built from.

    ``configs`` says of every device of the part with what it starts; ``network`` is all that is declared, in the
    copy's platform; ``down`` are circuits that do not work in the copy.
    """

    network: Network
    configs: Mapping[str, str]
    down: tuple[str, ...] = ()


class LiveCopy(Protocol):
    """A copy of a part of the network that is up."""

    def inside(self) -> AbstractContextManager[None]:
        """Be where jbnet works from in the copy: sessions that are opened meanwhile lead to the copy's devices."""

    def reached(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those (device, address) pairs that exchange packets now. May be called from another thread."""


class Rehearsal(Protocol):
    """Where changes are tried out: on copies that nobody depends on, and of which nothing is left afterwards."""

    def fits(self, blueprint: Blueprint) -> bool:
        """Say whether there is room for such a copy."""

    def copy(
        self, blueprint: Blueprint, asking: Mapping[str, str], reporter: Reporter
    ) -> AbstractContextManager[LiveCopy]:
        """Build the copy, and take it down at the end, whatever happens; ``asking``: who will ask, from which address.

        Raises TargetError where it cannot be built.
        """
