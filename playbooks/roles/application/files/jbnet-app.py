#!/usr/bin/python3
"""The sample business application: each declared application on its port, reading and writing its databases.

    GET  /health    200 when every database of the application takes writes, else 503; JSON
    POST /records   write a record into the application's first database; 201 with its number, else 503

Usage: jbnet-app.py DIRECTORY; it holds applications.json and pgpass (libpq's format, mode 0600). It needs Python and
psql. Each database is asked at its service address, so that whoever leads answers.
       jbnet-app.py DIRECTORY --look SECONDS   asks every application how it is, and prints that as JSON; exit code 1
       when one does not answer in that time
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ASK_S = 3
STATE = "SELECT NOT pg_is_in_recovery()"
WRITE = """INSERT INTO client_writes (client, n) SELECT :'client', coalesce(max(n), 0) + 1 FROM client_writes
WHERE client = :'client' RETURNING n"""


class Application:
    """One application: what it asks of its databases."""

    def __init__(self, declared: dict[str, Any], host: str, passfile: Path):
        self.name, self.port, self.databases = declared["name"], declared["port"], declared["databases"]
        self.client = f"{host}.{self.name}"
        self.passfile = passfile
        self.writing = threading.Lock()

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return whether every database takes writes."""
        seen = {database["name"]: self.ask(database, STATE) == "t" for database in self.databases}
        well = all(seen.values())
        return (200 if well else 503), {
            "application": self.name,
            "state": "up" if well else "degraded",
            "databases": seen,
        }

    def record(self) -> tuple[int, dict[str, Any]]:
        """Write a record; one at a time, for each takes the next number."""
        with self.writing:
            number = self.ask(self.databases[0], WRITE) if self.databases else None
        return (503, {"error": "no record was written"}) if number is None else (201, {"record": int(number)})

    def ask(self, database: dict[str, Any], query: str) -> str | None:
        """Return the answer of a database; None: it gave none in time."""
        environment = {
            **os.environ, "PGPASSFILE": str(self.passfile), "PGCONNECT_TIMEOUT": str(ASK_S),
            "PGOPTIONS": f"-c statement_timeout={ASK_S}s",
        }  # fmt: skip
        to = ["-h", database["address"], "-p", str(database["port"]), "-U", database["account"], "-d", database["name"]]
        argv = ["psql", "-XqAtw", "-v", "ON_ERROR_STOP=1", "-v", f"client={self.client}", *to, "-f", "-"]
        try:
            done = subprocess.run(
                argv, input=query, capture_output=True, text=True, timeout=2 * ASK_S, env=environment, check=False
            )
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.strip() if done.returncode == 0 else None


def handler(application: Application) -> type[BaseHTTPRequestHandler]:
    """Return what answers the requests to an application."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            self.answer(application.health if self.path == "/health" else None)

        def do_POST(self) -> None:
            self.answer(application.record if self.path == "/records" else None)

        def answer(self, work: Any) -> None:
            code, said = work() if work else (404, {"error": "no such thing"})
            body = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep silent: a health check a second fills disks."""

    return Handler


def look(port: int, deadline: float) -> str:
    """Return an application's state: up, degraded, or silent."""
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
                return str(json.load(answer)["state"])
        except HTTPError as answer:
            return str(json.load(answer)["state"])
        except (URLError, OSError):  # it does not listen yet
            if time.monotonic() > deadline:
                return "silent"
            time.sleep(0.2)


def look_at_all(applications: list[dict[str, Any]], seconds: float) -> int:
    """Print every application's state; return the exit code."""
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(len(applications)) as pool:
        states = list(pool.map(lambda found: look(found["port"], deadline), applications))
    names = [found["name"] for found in applications]
    sys.stdout.write(json.dumps(dict(zip(names, states, strict=True))) + "\n")
    return int("silent" in states)


def main() -> None:
    """Serve every application until told to end, or look at those that are served."""
    directory = Path(sys.argv[1])
    declared = json.loads((directory / "applications.json").read_text(encoding="utf-8"))
    if sys.argv[2:3] == ["--look"]:
        sys.exit(look_at_all(declared["applications"], float(sys.argv[3])))
    for found in declared["applications"]:
        application = Application(found, declared["host"], directory / "pgpass")
        server = ThreadingHTTPServer(("", application.port), handler(application))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
