"""What the services need from the world, as small typed protocols. Adapters implement them; tests fake them.

All ports are synchronous. Every call that can wait takes a timeout in seconds or has one of its own.
"""

from jbnet.ports.answers import AnswerParser, Parsed
from jbnet.ports.clock import Clock
from jbnet.ports.configs import ConfigBackups, ConfigHistory, Fetch, Version
from jbnet.ports.databases import DatabaseServer, DatabaseServers, LostTransactions, Promotion, ServerState
from jbnet.ports.devices import DeviceLocks, DeviceSession, DeviceSessions, Differ, Difference, RunningConfig, Successor
from jbnet.ports.evidence import Ledger
from jbnet.ports.hand_over import Conversation, Conversations, HandOver, HandOvers, Led, Stopped
from jbnet.ports.host_keys import HostKeyProbe, HostKeyProbes, KnownHosts
from jbnet.ports.hosts import Completed, Prober, RemoteHost, RemoteHosts
from jbnet.ports.journal import Journal, JournalCopy, Lease
from jbnet.ports.lease import LeaseGuards, LeaseStore, LeaseWord
from jbnet.ports.playbooks import HostOutcome, HostState, PlaybookResult, PlaybookRunner
from jbnet.ports.progress import Progress, Reporter
from jbnet.ports.readiness import ReadinessHistory, Recorded
from jbnet.ports.recovery import ApprovalVerifier, StepAction, StepOutcome
from jbnet.ports.rehearsal import Blueprint, LiveCopy, Rehearsal
from jbnet.ports.secrets import LoadedSecrets, Secrets
from jbnet.ports.service import (
    ApplicationCalls,
    Fence,
    FenceProof,
    PortProber,
    RouteControl,
    Said,
    ServiceLooks,
    WriteCheck,
)
from jbnet.ports.snmp import Asked, Heard, SnmpTransport, TrapSource
from jbnet.ports.store import Answers, Store, StoreView, Windows
from jbnet.snmp.types import SnmpAnswer, SnmpTarget, Trap, VarBind

__all__ = [
    "AnswerParser",
    "Answers",
    "ApplicationCalls",
    "ApprovalVerifier",
    "Asked",
    "Blueprint",
    "Clock",
    "Completed",
    "ConfigBackups",
    "ConfigHistory",
    "Conversation",
    "Conversations",
    "DatabaseServer",
    "DatabaseServers",
    "DeviceLocks",
    "DeviceSession",
    "DeviceSessions",
    "Differ",
    "Difference",
    "Fence",
    "FenceProof",
    "Fetch",
    "HandOver",
    "HandOvers",
    "Heard",
    "HostKeyProbe",
    "HostKeyProbes",
    "HostOutcome",
    "HostState",
    "Journal",
    "JournalCopy",
    "KnownHosts",
    "Lease",
    "LeaseGuards",
    "LeaseStore",
    "LeaseWord",
    "Led",
    "Ledger",
    "LiveCopy",
    "LoadedSecrets",
    "LostTransactions",
    "Parsed",
    "PlaybookResult",
    "PlaybookRunner",
    "PortProber",
    "Prober",
    "Progress",
    "Promotion",
    "ReadinessHistory",
    "Recorded",
    "Rehearsal",
    "RemoteHost",
    "RemoteHosts",
    "Reporter",
    "RouteControl",
    "RunningConfig",
    "Said",
    "Secrets",
    "ServerState",
    "ServiceLooks",
    "SnmpAnswer",
    "SnmpTarget",
    "SnmpTransport",
    "StepAction",
    "StepOutcome",
    "Stopped",
    "Store",
    "StoreView",
    "Successor",
    "Trap",
    "TrapSource",
    "VarBind",
    "Version",
    "Windows",
    "WriteCheck",
]
