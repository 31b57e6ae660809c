"""A monitor whose disk fills up and is cleared again; run in a mount namespace of its own, it prints what came."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "fakes"))

from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.monitor.messages import Fate, Message
from jbnet.monitor.notices import Contact, Route, Telling
from jbnet.monitor.tongue import PLAIN
from jbnet.services.watch.tell import Teller
from jbnet.services.watch.telling_kept import KeptOutbox
from jbnet.services.watch.waiting import Waiting
from jbnet.wiring.telling import picks

folder = Path(sys.argv[1])
path, ballast = folder / "monitor.db", folder / "ballast"
net, clock, said = SimNet(small()), FakeClock(), list[str]()
waiting, told = Waiting(), list[str]()
store = KeptStore(SqliteStore(path), path, lambda text: said.append(text.template), waiting)
monitor = make_monitor(net, store, clock=clock)
monitor.start()


class Receiver:
    """Takes every message, and keeps its title."""

    def send(self, message: Message) -> Fate:
        told.append(message.title)
        return Fate.SENT


teller = Teller(
    Telling({"noc": Contact("noc", ("way",))}, (Route(("noc",)),)), KeptOutbox(SqliteOutbox(path), waiting),
    ActionFile(folder / "actions.db"), {"way": Receiver()}, clock, picks(net.network), lambda _: PLAIN, lambda _: None,
)  # fmt: skip


def rounds(count: int) -> None:
    for _ in range(count):
        clock.sleep(1)
        monitor.poll_once()
        teller.step()


rounds(5)
with ballast.open("wb", buffering=0) as stream:
    try:
        while True:
            stream.write(b"x" * 4096)
    except OSError:
        pass
rounds(20)
net.cut.add("chengdong-up1")
rounds(80)
while_full = [i.root_cause.name for i in monitor.book.incidents.open.values()]
told_while_full = list(told)
ballast.unlink()
rounds(10)
net.cut.clear()
rounds(90)
monitor.close()
with sqlite3.connect(path) as database:
    news = database.execute("SELECT incident, event FROM outbox ORDER BY id").fetchall()
    sound = database.execute("PRAGMA integrity_check").fetchone()[0]
found = {"said": said, "while_full": while_full, "news": news, "sound": sound}
print(json.dumps({**found, "told_while_full": told_while_full, "told": told}))
