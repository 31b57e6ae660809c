"""A monitor and a teller as a process of their own, over a simulated network, to be killed at any point.

``python telling_process.py FOLDER URL ROUNDS``: what is broken follows from the number of the round alone, so that a
process that begins again goes on in the same story.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.notify_webhook import WebhookNotifier
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.monitor.notices import Contact, Route, Telling
from jbnet.monitor.tongue import PLAIN
from jbnet.services.watch.tell import Teller
from jbnet.wiring.telling import picks

STORY: tuple[tuple[int, set[str]], ...] = (
    (5, {"chengdong-up1"}),
    (15, {"chengdong-up1", "huangyuan-t1-up1"}),
    (25, {"huangyuan-t1-up1"}),
    (35, set()),
)


def broken(number: int) -> set[str]:
    """Return what is cut in a round."""
    found: set[str] = set()
    for begin, cuts in STORY:
        found = set(cuts) if number >= begin else found
    return found


def last_round(path: Path) -> int:
    """Return the last round that is in the store."""
    if not path.exists():
        return 0
    with sqlite3.connect(path) as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'rounds'").fetchone()[0]
        return int(database.execute("SELECT max(number) FROM rounds").fetchone()[0] or 0) if tables else 0


def main(folder: Path, url: str, rounds: int) -> None:
    """Go on until that round, and say so."""
    net, path = SimNet(small()), folder / "monitor.db"
    clock = FakeClock(START + timedelta(seconds=10 * last_round(path)))
    store = KeptStore(SqliteStore(path), path, lambda said: print(said, file=sys.stderr))
    monitor = make_monitor(net, store, clock=clock)
    monitor.start()
    none = timedelta()
    telling = Telling({"noc": Contact("noc", ("hook",))}, (Route(("noc",)),), wait=none, every=none)
    notifiers = {"hook": WebhookNotifier(url, 5)}
    say = partial(print, file=sys.stderr)
    outbox, log = SqliteOutbox(path), ActionFile(folder / "actions.db")
    teller = Teller(telling, outbox, log, notifiers, clock, picks(net.network), lambda _: PLAIN, say, store.copy_vital)
    while monitor._number < rounds:
        number = monitor._number + 1
        clock.time = START + timedelta(seconds=10 * number)
        net.cut = broken(number)
        monitor.poll_once()
        teller.step()
        print(number, flush=True)
    clock.sleep(1000)
    teller.step()
    monitor.close()
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
