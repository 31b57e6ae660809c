"""What leaves the monitor: metrics, remote write, and signs of life to whoever started it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.monitoring import load_outlets
from jbnet.wiring.secrets import secrets

if TYPE_CHECKING:
    from jbnet.adapters.remote_write import RemoteWriter
    from jbnet.model.text import Text
    from jbnet.monitor.outlets import RemoteWriteDecl
    from jbnet.services.watch.monitor import Monitor
    from jbnet.services.watch.outward import Outward


@contextmanager
def outward(
    directory: Path, state_dir: Path, watcher: Monitor, say: Callable[[Text], None], metrics: str | None = None
) -> Iterator[Outward]:
    """Give others what a started monitor knows, while the block lasts; what cannot be had is said, and gone without.

    ``metrics``: where to serve them, in place of what monitors/ declares; ``off``: nowhere.
    """
    from contextlib import ExitStack

    from jbnet.adapters.metrics_server import MetricsServer
    from jbnet.adapters.service_manager import ServiceManager
    from jbnet.model.errors import Missing
    from jbnet.model.text import text
    from jbnet.monitor.outlets import address
    from jbnet.services.watch.outward import Outward
    from jbnet.services.watch.self_watch import Keeper

    if watcher.own is None:
        raise RuntimeError("the monitor does not look at itself")
    outlets, manager = load_outlets(directory), ServiceManager()
    made = Outward(watcher.own, watcher.policy)
    made.begin(watcher.plant)
    where = outlets.metrics if metrics is None else None if metrics == "off" else address(metrics)
    with ExitStack() as stack:
        if where is not None:
            server = MetricsServer(where, made.points)
            try:
                server.start()
                stack.callback(server.close)
            except Missing as error:
                say(text("{problem} ({hint})", problem=error.text, hint=error.hint or "-"))
        if outlets.remote_write is not None:
            try:
                writer = _writer(directory, state_dir, outlets.remote_write, made, say)
                watcher.own.add("remote write", lambda: dict(writer.counters), writer.waiting, writer.beat)
                writer.start()
                stack.callback(writer.close)
            except Missing as error:  # its secret, or who vouches for the other side
                say(text("{problem} ({hint})", problem=error.text, hint=error.hint or "-"))
        keeper = Keeper(watcher.own, say, manager.alive)
        keeper.start()
        stack.callback(keeper.close)
        manager.ready()
        stack.callback(manager.stopping)
        yield made


def _writer(
    directory: Path, state_dir: Path, declared: RemoteWriteDecl, made: Outward, say: Callable[[Text], None]
) -> RemoteWriter:
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.remote_write import Destination, RemoteWriter

    token = secrets(directory, state_dir).get(declared.token_secret) if declared.token_secret else None
    to = Destination(
        declared.url,
        declared.every_s,
        declared.timeout_s,
        int(declared.buffer_mib * (1 << 20)),
        int(declared.buffer_h * 3_600_000),
        token,
        directory / declared.ca_file if declared.ca_file else None,
        {"job": "jbnet", **declared.labels},
        state_dir / "remote-write",
    )
    return RemoteWriter(to, made.batches, SystemClock(), say)
