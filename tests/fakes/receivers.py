"""Real receivers of messages on 127.0.0.1: an HTTP server and a mail server that note what they get."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Web(ThreadingHTTPServer):
    """Takes posts. ``mood``: ok, refuse (400), broken (503), deaf (takes it and never answers: the answer is lost).

    ``file``: each body is appended there too, for receivers in a process of their own.
    """

    daemon_threads = True

    def __init__(self, file: Path | None = None):
        super().__init__(("127.0.0.1", 0), _Hook)
        self.got: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.tokens: list[str] = []
        self.mood = "ok"
        self.file = file

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


class _Hook(BaseHTTPRequestHandler):
    server: Web

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        web = self.server
        if web.mood in ("refuse", "broken"):
            self.send_response(400 if web.mood == "refuse" else 503)
            self.end_headers()
            return
        web.got.append(json.loads(body))
        web.keys.append(self.headers.get("Idempotency-Key", ""))
        web.tokens.append(self.headers.get("Authorization", ""))
        if web.file is not None:
            with web.file.open("a") as stream:
                stream.write(json.dumps([web.keys[-1], web.got[-1]]) + "\n")
        if web.mood == "deaf":
            time.sleep(1)
            return
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Mail(socketserver.ThreadingTCPServer):
    """As much of SMTP (RFC 5321) as it takes to be given a mail."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Smtp)
        self.got: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Smtp(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        self._say(220)
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "DATA":
                self._say(354)
                lines = []
                while (text := self.rfile.readline().decode()) not in (".\r\n", ""):
                    lines.append(text)
                self.server.got.append("".join(lines))
            self._say(221 if verb == "QUIT" else 250)
            if verb == "QUIT":
                return

    def _say(self, code: int) -> None:
        self.wfile.write(f"{code} ok\r\n".encode())


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Serve in a thread for the time of a ``with``."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
