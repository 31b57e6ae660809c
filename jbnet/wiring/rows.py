"""Comparing the rows of two copies: what reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jbnet.model.network import Network
    from jbnet.ports import Clock, DatabaseServers, RemoteHosts, StepAction
    from jbnet.recovery.rows_found import Compared
    from jbnet.services.recover.actions_rows import RowTools


def row_tools(network: Network, hosts: RemoteHosts, servers: DatabaseServers, clock: Clock) -> RowTools:
    """Return what rows are compared through."""
    from jbnet.adapters.postgres_rows import PostgresRows
    from jbnet.services.recover.actions_rows import RowTools

    return RowTools(network, servers, PostgresRows(network, hosts), clock)


def row_actions(tools: RowTools) -> Mapping[str, StepAction]:
    """Return the action that compares rows."""
    from jbnet.recovery.runbook import COMPARE
    from jbnet.services.recover.actions_rows import CompareRows

    return {COMPARE: CompareRows(tools)}


def compare_rows(state_dir: Path, network: Network) -> Callable[[str, int, float], Compared]:
    """Return what compares a database by its name, at so many MiB a second, for so many seconds."""
    from functools import partial

    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.ssh import SshHosts
    from jbnet.services.recover.actions_rows import compare
    from jbnet.wiring.devices import _addresses
    from jbnet.wiring.recoveries import RECOVERY_CONNECT_S

    hosts = SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S)
    return partial(compare, row_tools(network, hosts, PostgresServers(network, hosts), SystemClock()))
