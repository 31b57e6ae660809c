"""An office's client: a row to each database every 50 ms, and a record of what was acknowledged.

``python -m jbnet.lab.client --record FILE --client NAME --passfile FILE production=10.3.0.1:5432 ...``

Each attempt is a new row; none is tried again, so that a row tells its fate. Events: ``sent`` (on disk before the
row leaves), ``acked``, ``failed`` (not acknowledged; the row may exist all the same). Ends on SIGTERM.
"""

from __future__ import annotations

import threading
import time

from jbnet.lab.client.options import parser, run_all, stop_on_signals, target
from jbnet.lab.client.record import Record
from jbnet.lab.client.writer import Refusal, Target, Writer


def write_on(
    place: Target, writer: Writer, record: Record, stop: threading.Event, every: float, timeout: float
) -> None:
    """Write rows 1, 2, 3... to one database until told to stop. A slow answer delays the next row."""
    n = 0
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        n += 1
        due = max(due + every, time.monotonic())
        record.write(db=place.database, id=n, event="sent")
        try:
            writer.write(n, time.monotonic() + timeout)
        except Refusal as error:
            record.write(db=place.database, id=n, event="failed", detail=str(error))
        else:
            record.write(db=place.database, id=n, event="acked")
    writer.close()


def main() -> None:
    """Read the options, write until SIGTERM."""
    options = parser(__doc__ or "")
    options.add_argument("targets", nargs="+", type=target, metavar="DATABASE=ADDRESS:PORT")
    given = options.parse_args()
    stop = stop_on_signals()
    record = Record(given.record)
    threads = []
    for place in given.targets:
        writer = Writer(place, given.client, given.user, given.passfile)
        arguments = (place, writer, record, stop, given.every, given.timeout)
        threads.append(threading.Thread(target=write_on, args=arguments, name=place.database))
    run_all(threads, record)


if __name__ == "__main__":
    main()
