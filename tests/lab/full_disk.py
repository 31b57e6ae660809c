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

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore

folder = Path(sys.argv[1])
path, ballast = folder / "monitor.db", folder / "ballast"
net, clock, said = SimNet(small()), FakeClock(), list[str]()
monitor = make_monitor(net, KeptStore(SqliteStore(path), path, lambda text: said.append(text.template)), clock=clock)
monitor.start()


def rounds(count: int) -> None:
    for _ in range(count):
        clock.sleep(1)
        monitor.poll_once()


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
ballast.unlink()
rounds(10)
net.cut.clear()
rounds(5)
monitor.close()
with sqlite3.connect(path) as database:
    news = database.execute("SELECT incident, event FROM outbox ORDER BY id").fetchall()
    sound = database.execute("PRAGMA integrity_check").fetchone()[0]
print(json.dumps({"said": said, "while_full": while_full, "news": news, "sound": sound}))
