"""What an application's port says of itself, and what is no answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from jbnet.adapters.ports_tcp import TcpPorts
from jbnet.recovery.readiness_around import Port


@contextmanager
def answering(code: int, body: bytes) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(code if self.path == "/release" else 500)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base class has it
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


PORTS = TcpPorts(lambda host: ("127.0.0.1",) if host == "known" else ())


@pytest.mark.parametrize(
    ("code", "body", "wanted"),
    [
        (200, b'{"application": "card", "release": "ab12"}', "ab12"),
        (200, b'{"release": 7}', None),
        (200, b'{"release": "a\\u001b[2J"}', None),
        (200, b"[]", None),
        (200, b"<html>", None),
        (404, b'{"release": "ab12"}', None),
    ],
)
def test_a_release_is_what_the_application_says_in_so_many_words(code: int, body: bytes, wanted: str | None) -> None:
    with answering(code, body) as port:
        assert PORTS.release("known", port, 5.0) == wanted


def test_who_does_not_listen_or_is_not_known_says_nothing() -> None:
    with answering(200, b"") as port:
        assert PORTS.knock("known", port, 5.0) == Port.OPEN
    assert (PORTS.knock("known", port, 5.0), PORTS.release("known", port, 5.0)) == (Port.CLOSED, None)
    assert (PORTS.knock("other", port, 5.0), PORTS.release("other", port, 5.0)) == (Port.SILENT, None)
