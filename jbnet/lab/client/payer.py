"""A township's client of the application: a payment every so often, and a record of what it was told.

``python -m jbnet.lab.client.payer --record FILE --client NAME production=10.1.192.3:8080,10.2.192.3:8080 ...``

Named is the database that the application registers in, then the application's hosts. A payment that one host gives no
receipt for goes to the next one under the same number, ``NAME/1``, ``NAME/2`` ...: it is registered once. Events are
those of ``jbnet.lab.client``, so that ``jbnet databases measure`` reads the record: ``sent``, ``acked`` (a receipt,
with the host that gave it), ``failed`` (no host gave one; it may be registered all the same). Ends on SIGTERM.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

from jbnet.lab.client.options import parser, run_all, stop_on_signals
from jbnet.lab.client.record import Record

RECEIPTS = (HTTPStatus.OK, HTTPStatus.CREATED)


@dataclass(frozen=True, slots=True)
class Doors:
    """An application: the database it registers in, and its hosts with their ports."""

    database: str
    hosts: tuple[tuple[str, int], ...]


class NoReceipt(Exception):
    """No host said that it is registered."""


class Payer:
    """Pays at one application, at the host that gave the last receipt first, over a connection that is kept."""

    def __init__(self, doors: Doors, client: str, timeout: float):
        self._hosts, self._client, self._timeout = list(doors.hosts), client, timeout
        self._connection: HTTPConnection | None = None

    def pay(self, n: int) -> str:
        """Register payment ``n``; return the host that gave the receipt. Raises NoReceipt with what each host said."""
        met = []
        for _ in range(len(self._hosts)):
            host, port = self._hosts[0]
            try:
                self._try(n, host, port)
            except (NoReceipt, OSError, HTTPException) as error:
                met.append(f"{host}: {error or type(error).__name__}")
                self.close()
                self._hosts.append(self._hosts.pop(0))
            else:
                return host
        raise NoReceipt("; ".join(met))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _try(self, n: int, host: str, port: int) -> None:
        if self._connection is None:
            self._connection = HTTPConnection(host, port, timeout=self._timeout)
        one = {"number": f"{self._client}/{n}", "service": "township", "person": self._client,
               "counterparty": "township", "amount": 1 + n % 997}  # fmt: skip
        self._connection.request("POST", "/payments", json.dumps(one))
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status not in RECEIPTS:
            raise NoReceipt(f"{answer.status} {said.decode(errors='replace')}")


def pay_on(place: Doors, payer: Payer, record: Record, stop: threading.Event, every: float) -> None:
    """Register payments 1, 2, 3... until told to stop. A slow answer delays the next one."""
    n, due = 0, time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        n += 1
        due = max(due + every, time.monotonic())
        record.write(db=place.database, id=n, event="sent")
        try:
            host = payer.pay(n)
        except NoReceipt as error:
            record.write(db=place.database, id=n, event="failed", detail=str(error))
        else:
            record.write(db=place.database, id=n, event="acked", host=host)
    payer.close()


def doors(text: str) -> Doors:
    """Read ``DATABASE=HOST:PORT,HOST:PORT``. Raises ValueError, which argparse turns into a message."""
    database, _, places = text.partition("=")
    each = [place.rpartition(":") for place in places.split(",")]
    if not database or not all(host for host, _, _ in each):
        raise ValueError(text)
    return Doors(database, tuple((host, int(port)) for host, _, port in each))


def main() -> None:
    """Read the options, pay until SIGTERM."""
    options = parser(__doc__ or "", of_databases=False)
    options.add_argument("targets", nargs="+", type=doors, metavar="DATABASE=HOST:PORT,HOST:PORT")
    given = options.parse_args()
    stop, record = stop_on_signals(), Record(given.record)
    threads = []
    for place in given.targets:
        arguments = (place, Payer(place, given.client, given.timeout), record, stop, given.every)
        threads.append(threading.Thread(target=pay_on, args=arguments, name=place.database))
    run_all(threads, record)


if __name__ == "__main__":
    main()
