#!/usr/bin/python3
"""The sample business application: each declared application on its port, reading and writing its databases.

    GET  /health            200 when every database of the application takes writes, else 503
    GET  /release           what runs here: the same text wherever the same programs run
    POST /records           write a record into the application's first database; 201 with its number
  and where payments are registered (one application of a host):
    POST /payments          register a payment: {"number", "service", "person", "counterparty", "amount"}; 201 once it
                            is committed; 200 when it was before; 409 when the number is another payment's
    GET  /payments/NUMBER   the payment, or 404
    GET  /ledger            how many payments there are, and what all entries add up to: 0
    GET  /sums              (where sums are kept) payments of each day

Answers are JSON. 503: no answer came from the database; whether a payment was registered is not known, so send it
again, here or at another host: it is registered once. Usage:

    jbnet-app.py DIRECTORY                      serve; it holds applications.json and pgpass (libpq's format, mode 0600)
    jbnet-app.py DIRECTORY --look SECONDS       ask every application how it is; exit code 1 when one does not answer
    jbnet-app.py DIRECTORY --reconcile HOURS    compare payments with messages; exit code 1 when people must settle some

Each database is asked at its service address, so that whoever leads answers.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parent))

from jbnet_app_ledger import NUMBER, SUMS, Ledger, Messenger, Wrong, payment, with_tables
from jbnet_app_libpq import Database, Refused, Silent

ASK_S = 3.0
"""Seconds in which a database has to answer. A planned move is over sooner, and is waited for."""
AT_ONCE = 32
"""Requests that are worked at; more are told 503 at once rather than kept waiting."""
MOST_BODY = 16384
CARRY_S = 1.0
SUM_S = 10.0
STATE = "SELECT NOT pg_is_in_recovery()"
WRITE = """INSERT INTO client_writes (client, n) SELECT $1, coalesce(max(n), 0) + 1 FROM client_writes
WHERE client = $1 RETURNING n"""

Answer = tuple[int, Any]


def release() -> str:
    """Return what runs here: the first digits of SHA-256 over these programs. No two that differ have the same."""
    files = sorted(Path(__file__).parent.glob("jbnet[-_]app*.py"))
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()[:12]


class Application:
    """One application: what it asks of its databases."""

    def __init__(self, declared: dict[str, Any], host: str, databases: list[Database], seconds: float = ASK_S):
        self.name, self.port, self.databases = declared["name"], declared["port"], databases
        self.seconds = seconds
        self.client = f"{host}.{self.name}"
        self.ledger: Ledger | None = None
        self.summary: Database | None = None
        self.writing = threading.Lock()
        self.room = threading.BoundedSemaphore(AT_ONCE)

    def health(self) -> Answer:
        """Return whether every database takes writes."""
        with ThreadPoolExecutor(max(1, len(self.databases))) as pool:
            found = pool.map(lambda database: takes_writes(database, self.seconds), self.databases)
            seen = dict(zip((d.name for d in self.databases), found, strict=True))
        well = all(why is None for why in seen.values())
        return (200 if well else 503), {
            "application": self.name,
            "release": RELEASE,
            "state": "up" if well else "degraded",
            "databases": {name: why is None for name, why in seen.items()},
            "why": {name: why for name, why in seen.items() if why is not None},
        }

    def record(self) -> Answer:
        """Write a record; one at a time, for each takes the next number."""
        if not self.databases:
            return 503, {"error": "it has no database"}
        with self.writing:
            rows = self.databases[0].ask(WRITE, self.client, seconds=self.seconds)
        return 201, {"record": int(rows[0][0] or 0)}

    def get(self, path: str) -> Answer | None:
        """Answer a GET; None: there is no such thing."""
        plain: dict[str, Callable[[], Answer]] = {"/health": self.health, "/release": self.say_release}
        if path in plain:
            return plain[path]()
        if self.summary is not None and path == "/sums":
            return 200, json.loads(with_tables(self.summary, SUMS)[0][0] or "[]")
        if self.ledger is None:
            return None
        if path == "/ledger":
            return 200, self.ledger.sums(self.seconds)
        number = unquote(path.removeprefix("/payments/"))
        asked = path.startswith("/payments/") and NUMBER.fullmatch(number)
        found = self.ledger.find(number, self.seconds) if asked else None
        return (200, found) if found is not None else None

    def post(self, path: str, body: bytes) -> Answer | None:
        """Answer a POST; None: there is no such thing."""
        if path == "/records":
            return self.record()
        if path != "/payments" or self.ledger is None:
            return None
        new, found = self.ledger.register(payment(body), self.seconds)
        return (201 if new else 200), found

    def say_release(self) -> Answer:
        """Say what runs here."""
        return 200, {"application": self.name, "release": RELEASE}


def takes_writes(database: Database, seconds: float) -> str | None:
    """Return why a database takes no writes; None: it takes them."""
    for kept in (True, False):  # a session that was kept may have ended since
        try:
            return None if database.ask(STATE, seconds=seconds) == [("t",)] else "it is a standby"
        except Refused as error:
            return str(error)
        except Silent as error:
            if not kept:
                return str(error)
    return None


def handler(application: Application) -> type[BaseHTTPRequestHandler]:
    """Return what answers the requests to an application."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 10

        def do_GET(self) -> None:
            self.work(lambda: application.get(self.path))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "0")
            if not length.isdecimal() or int(length) > MOST_BODY or "Transfer-Encoding" in self.headers:
                self.close_connection = True
                self.answer(413, {"error": f"a body has a length, at most {MOST_BODY}"})
                return
            body = self.rfile.read(int(length))
            self.work(lambda: application.post(self.path, body))

        def work(self, do: Callable[[], Answer | None]) -> None:
            if not application.room.acquire(blocking=False):
                self.answer(503, {"error": "busy"})
                return
            try:
                found = do()
                self.answer(*(found if found is not None else (404, {"error": "no such thing"})))
            except Wrong as error:
                self.answer(error.code, {"error": str(error)})
            except (Silent, Refused) as error:
                self.answer(503, {"error": str(error)})
            finally:
                application.room.release()

        def answer(self, code: int, said: Any) -> None:
            body = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep silent: a health check a second fills disks."""

    return Handler


class Server(ThreadingHTTPServer):
    """An application's port. Clients that come all at once after an outage are kept, not refused."""

    request_queue_size = 128
    daemon_threads = True


def applications(directory: Path, declared: dict[str, Any]) -> list[Application]:
    """Return the applications of this host; those of one database share its sessions."""
    known: dict[str, Database] = {}
    found = []
    for one in declared["applications"]:
        mine = [
            known.setdefault(d["name"], Database(d["name"], conninfo(directory, declared, d))) for d in one["databases"]
        ]
        found.append(Application(one, declared["host"], mine, float(declared.get("answer_s", ASK_S))))
        if one["name"] == declared.get("payments") and mine:
            found[-1].ledger = Ledger(mine[0], declared["host"])
        if one["name"] == declared.get("summary") and mine:
            found[-1].summary = mine[0]
    return found


def conninfo(directory: Path, declared: dict[str, Any], database: dict[str, Any]) -> str:
    """Return libpq's words for a database."""
    zone = declared.get("time_zone", "UTC")
    # No statement_timeout: it would end a commit's waiting for its standby, and call it done.
    options = f"-c lock_timeout={round(ASK_S * 1000)} -c client_min_messages=warning -c TimeZone={zone}"
    words = {
        "host": database["address"],
        "port": database["port"],
        "dbname": database["name"],
        "user": database["account"],
        "passfile": directory / "pgpass",
        "application_name": "jbnet-app",
        "tcp_user_timeout": round(ASK_S * 1000),
        "keepalives_idle": 2,
        "keepalives_interval": 1,
        "gssencmode": "disable",
        "options": options,
    }
    return " ".join(f"{name}='{value}'" for name, value in words.items())


def messenger(found: list[Application]) -> Messenger | None:
    """Return who carries payments on: to the other databases of the application where they are registered, and sums."""
    at = next((one for one in found if one.ledger is not None), None)
    if at is None:
        return None
    told = at.databases[1] if len(at.databases) > 1 else None
    summary = next((one.summary for one in found if one.summary is not None), None)
    return Messenger(at.databases[0], told, summary)


def carry_on(work: Messenger, every: float) -> None:
    """Carry payments on, for ever, and add up ``every`` so many seconds. What does not answer is tried again."""
    added_up = 0.0
    while True:
        carried = 0
        try:
            carried = work.carry()
        except (Silent, Refused):
            time.sleep(CARRY_S)
        try:
            if time.monotonic() - added_up > every:
                work.add_up()
                added_up = time.monotonic()
        except (Silent, Refused):
            added_up = time.monotonic()
        time.sleep(0.0 if carried else CARRY_S)


def look(port: int, deadline: float) -> str:
    """Return an application's state: up, degraded, or silent."""
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
                return str(json.load(answer)["state"])
        except HTTPError as answer:
            return str(json.load(answer).get("state", "degraded"))
        except (URLError, OSError):  # it does not listen yet
            if time.monotonic() > deadline:
                return "silent"
            time.sleep(0.2)


def look_at_all(declared: list[dict[str, Any]], seconds: float) -> int:
    """Print every application's state; return the exit code."""
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(len(declared)) as pool:
        states = list(pool.map(lambda found: look(found["port"], deadline), declared))
    names = [found["name"] for found in declared]
    sys.stdout.write(json.dumps(dict(zip(names, states, strict=True))) + "\n")
    return int("silent" in states)


def reconcile(found: list[Application], hours: int) -> int:
    """Print what payments and messages differ by; return the exit code: 1 people must settle some, 3 not known."""
    work = messenger(found)
    try:
        differ = work.reconcile(hours) if work is not None else {}
    except (Silent, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    sys.stdout.write(json.dumps(differ) + "\n")
    return int(bool(differ.get("without_payment")))


RELEASE = release()


def main() -> None:
    """Serve every application until told to end, look at those that are served, or reconcile."""
    directory = Path(sys.argv[1])
    declared = json.loads((directory / "applications.json").read_text(encoding="utf-8"))
    if sys.argv[2:3] == ["--look"]:
        sys.exit(look_at_all(declared["applications"], float(sys.argv[3])))
    found = applications(directory, declared)
    if sys.argv[2:3] == ["--reconcile"]:
        sys.exit(reconcile(found, int(sys.argv[3])))
    for application in found:
        server = Server(("", application.port), handler(application))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    work = messenger(found)
    if work is not None:
        threading.Thread(target=carry_on, args=(work, float(declared.get("sums_every_s", SUM_S))), daemon=True).start()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
