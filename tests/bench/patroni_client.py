"""An office whose driver knows both sites, as clients of Patroni do: libpq's ``target_session_attrs=read-write``.

``python patroni_client.py --record FILE --client NAME --passfile FILE DATABASE=ADDRESS:PORT DATABASE=ADDRESS:PORT ...``

The quickest of the ways that Patroni's manual names: no HAProxy whose checks take seconds, no DNS. The addresses of a
database are tried in turn, without a pause; who is a standby says so at login, who is silent has ``--timeout`` (libpq's
own ``connect_timeout`` allows no less than 2 s). Otherwise as ``jbnet.lab.client``: a new row each time, one line of
JSON for each fate.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from jbnet.lab.client.options import parser, run_all, stop_on_signals, target
from jbnet.lab.client.record import Record
from jbnet.lab.client.writer import Refusal, Target, Writer


def write_on(
    places: Iterator[Writer], database: str, record: Record, stop: threading.Event, pace: tuple[float, float]
) -> None:
    """Write rows 1, 2, 3... wherever they are accepted, until told to stop. ``pace``: seconds between, and to wait."""
    every, timeout = pace
    writer, due = next(places), time.monotonic()
    for n in itertools.count(1):
        if stop.wait(max(0.0, due - time.monotonic())):
            break
        due = max(due + every, time.monotonic())
        record.write(db=database, id=n, event="sent")
        try:
            writer.write(n, time.monotonic() + timeout)
        except Refusal as error:
            record.write(db=database, id=n, event="failed", detail=str(error))
            writer.close()
            writer, due = next(places), time.monotonic()
        else:
            record.write(db=database, id=n, event="acked")
    writer.close()


def main() -> None:
    """Read the options, write until SIGTERM."""
    options = parser(__doc__ or "")
    options.add_argument("targets", nargs="+", type=target, metavar="DATABASE=ADDRESS:PORT")
    given = options.parse_args()
    stop = stop_on_signals()
    record = Record(given.record, forced=False)
    by_database: dict[str, list[Target]] = defaultdict(list)
    for place in given.targets:
        by_database[place.database].append(place)
    threads = []
    for database, places in by_database.items():
        turns = itertools.cycle(_writers(places, given.client, given.user, given.passfile))
        arguments = (turns, database, record, stop, (given.every, given.timeout))
        threads.append(threading.Thread(target=write_on, args=arguments))
    run_all(threads, record)


def _writers(places: Sequence[Target], client: str, user: str, passfile: str) -> list[Writer]:
    return [Writer(place, client, user, passfile, leading_only=True) for place in places]


if __name__ == "__main__":
    main()
