"""Two writers? At each instant a write is tried on both hosts of every database, at their own addresses.

``python -m jbnet.lab.client.probe --record FILE --client NAME --passfile FILE DATABASE=ADDRESS:PORT ...``

One line of JSON a try, on disk after it: ``{"t", "began", "db", "instant", "host", "accepted", "detail"}``. Instants
lie ``--every`` seconds apart, the same for all hosts; a try that takes longer misses the instants during which it
lasts, so ``until`` (the instant at which it ended) is recorded too. ``began`` and ``t`` are on the monotonic clock,
which probes at several places share.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from jbnet.lab.client.options import parser, run_all, stop_on_signals, target
from jbnet.lab.client.record import Record
from jbnet.lab.client.writer import Refusal, Target, Writer


@dataclass(frozen=True, slots=True)
class Pace:
    """When tries are made: ``every`` seconds from ``start`` (monotonic), each at most ``timeout`` seconds long."""

    start: float
    every: float
    timeout: float

    def instant(self) -> int:
        """Return the number of the last instant."""
        return int((time.monotonic() - self.start) / self.every)

    def time(self, instant: int) -> float:
        """Return when an instant is."""
        return self.start + instant * self.every


def try_on(place: Target, writer: Writer, record: Record, stop: threading.Event, pace: Pace) -> None:
    """Try a write at every instant until told to stop; the row's number is the instant's."""
    instant = 0
    while not stop.wait(max(0.0, pace.time(instant) - time.monotonic())):
        began = time.monotonic()
        try:
            writer.write(instant, time.monotonic() + pace.timeout)
            accepted, detail = True, ""
        except Refusal as error:
            accepted, detail = False, str(error)
        until = pace.instant()
        said = {"accepted": accepted, "detail": detail, "began": began}
        record.write(db=place.database, host=place.address, instant=instant, until=until, **said)
        instant = max(instant + 1, until)
    writer.close()


def two_writers(lines: Iterable[str]) -> int:
    """Count the (database, instant) pairs at which more than one host accepted a write.

    A write that was under way from instant 5 to 8 counts as accepted at each of them: nobody can say when it was.
    """
    hosts: dict[tuple[str, int], set[str]] = defaultdict(set)
    for line in lines:
        event = json.loads(line)
        if event["accepted"]:
            for instant in range(event["instant"], event["until"] + 1):
                hosts[event["db"], instant].add(event["host"])
    return sum(len(accepting) > 1 for accepting in hosts.values())


SAME_SPELL_S = 1.0
"""A host that accepted two writes less than this apart accepted writes in between."""


def two_writers_s(lines: Iterable[str]) -> float:
    """Return for how many seconds two hosts accepted writes to the same database, by the records of all places.

    A host's spell lasts from when an accepted write began to when the last one, never ``SAME_SPELL_S`` without, had
    ended: whoever accepts now and a moment later is taken to accept in between, wherever it was asked from.
    """
    writes: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for line in lines:
        event = json.loads(line)
        if event["accepted"]:
            writes[event["db"], event["host"]].append((event["began"], event["t"]))
    spells = {place: _spells(sorted(found)) for place, found in writes.items()}
    return sum(
        max(0.0, min(end, other_end) - max(begin, other_begin))
        for (database, host), mine in spells.items()
        for (other_database, other), theirs in spells.items()
        if database == other_database and host < other
        for begin, end in mine
        for other_begin, other_end in theirs
    )


def _spells(writes: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for began, ended in writes:
        if found and began - found[-1][1] < SAME_SPELL_S:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((began, ended))
    return found


def main() -> None:
    """Read the options, probe until SIGTERM."""
    options = parser(__doc__ or "")
    options.add_argument("targets", nargs="+", type=target, metavar="DATABASE=ADDRESS:PORT")
    given = options.parse_args()
    stop = stop_on_signals()
    record = Record(given.record)
    pace = Pace(time.monotonic(), given.every, given.timeout)
    threads = []
    for place in given.targets:
        writer = Writer(place, f"{given.client}-{place.address}", given.user, given.passfile)
        threads.append(threading.Thread(target=try_on, args=(place, writer, record, stop, pace)))
    run_all(threads, record)


if __name__ == "__main__":
    main()
