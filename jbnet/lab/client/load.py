"""A load: many clients of each database at once, each payment a transaction of its own, a record of their fates.

``python -m jbnet.lab.client.load --record FILE --client NAME --passfile FILE --rate 300 production=10.3.0.1:5432 ...``

The record has the lines of ``jbnet.lab.client`` (sent, acked, failed), so that ``jbnet databases measure`` reads it; it
is written outside of the databases and survives whatever becomes of the servers. It is not forced to the disk line by
line: this machine's own power is not what fails. None is tried again. ``failed`` with ``answered`` false: no answer
came, and whether the payment was registered is not known. Ends on SIGTERM.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.lab.client.options import parser, run_all, stop_on_signals, target
from jbnet.lab.client.payments import REGISTER
from jbnet.lab.client.record import Record
from jbnet.lab.client.writer import Declined, Refusal, Target, Writer


@dataclass(frozen=True, slots=True)
class Work:
    """What one client of one database does: payments ``numbers``, one every ``every`` seconds as answers allow."""

    place: Target
    numbers: Iterator[int]
    every: float
    timeout: float


def pay_on(work: Work, writer: Writer, record: Record, stop: threading.Event) -> None:
    """Register payments until told to stop. What a slow answer delayed is caught up with, a second's worth at most."""
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        n = next(work.numbers)
        due = max(due + work.every, time.monotonic() - 1.0)
        record.write(db=work.place.database, id=n, event="sent")
        try:
            xid = writer.write(n, time.monotonic() + work.timeout)
        except Refusal as error:
            answered = isinstance(error, Declined)
            record.write(db=work.place.database, id=n, event="failed", answered=answered, detail=str(error))
        else:
            record.write(db=work.place.database, id=n, event="acked", xid=xid)
    writer.close()


def main() -> None:
    """Read the options, load until SIGTERM."""
    options = parser(__doc__ or "")
    options.add_argument("--rate", type=float, default=300.0, help="payments a second, over all databases")
    options.add_argument("--at-once", type=int, default=5, help="clients of each database")
    options.add_argument("targets", nargs="+", type=target, metavar="DATABASE=ADDRESS:PORT")
    given = options.parse_args()
    stop = stop_on_signals()
    record = Record(given.record, forced=False)
    every = given.at_once * len(given.targets) / given.rate
    threads = []
    for place, number in itertools.product(given.targets, range(given.at_once)):
        work = Work(place, itertools.count(number + 1, given.at_once), every, given.timeout)
        writer = Writer(place, given.client, given.user, given.passfile, REGISTER)
        threads.append(threading.Thread(target=pay_on, args=(work, writer, record, stop)))
    run_all(threads, record)


if __name__ == "__main__":
    main()
