"""Command line options that all these programs share, and how they run."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from jbnet.lab.client.record import Record
from jbnet.lab.client.writer import Target


def parser(description: str, *, of_databases: bool = True) -> argparse.ArgumentParser:
    """Return a parser with the shared options; ``of_databases``: with those by which one logs in at a database."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--record", type=Path, required=True, help="file to append events to, one line of JSON each")
    options.add_argument("--client", required=True, help="this client's name in the rows; new for every run")
    if of_databases:
        options.add_argument("--passfile", required=True, help="libpq pass file (mode 0600)")
        options.add_argument("--user", default="jbnet_client", help="database user")
    options.add_argument("--every", type=float, default=0.05, help="seconds from one write to the next")
    options.add_argument("--timeout", type=float, default=1.0, help="seconds to wait for anything")
    return options


def target(text: str) -> Target:
    """Read ``DATABASE=ADDRESS:PORT``. Raises ValueError, which argparse turns into a message."""
    database, _, place = text.partition("=")
    address, _, port = place.rpartition(":")
    if not (database and address):
        raise ValueError(text)
    return Target(database, address, int(port))


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def run_all(threads: Sequence[threading.Thread], record: Record) -> None:
    """Run until all threads have ended, and close their record."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record.close()
