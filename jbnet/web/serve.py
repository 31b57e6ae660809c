"""Running the page: where it listens, by which names it may be called, with or without TLS."""

from __future__ import annotations

import resource
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from jbnet import wiring
from jbnet.model.errors import JbnetError, Refused, UsageError
from jbnet.model.text import text
from jbnet.topology.diagrams.outline import read_outlines
from jbnet.web.app import Page, make_app
from jbnet.web.sight import Eyes
from jbnet.wiring.pictures import read_geo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.topology.diagrams.outline import Outline


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the page listens. ``names``: further names by which browsers may call it. ``cert`` None: without TLS."""

    host: str = "127.0.0.1"
    port: int = 8700
    names: tuple[str, ...] = ()
    cert: Path | None = None
    key: Path | None = None

    @property
    def tls(self) -> bool:
        """Say whether it speaks TLS."""
        return self.cert is not None

    @property
    def proxied(self) -> bool:
        """Say whether a proxy with TLS stands before it, as --name says where it listens on this machine alone."""
        return self.is_local and bool(self.names)

    @property
    def hosts(self) -> frozenset[str]:
        """Return the names by which it may be called."""
        bracketed = f"[{self.host}]" if ":" in self.host else self.host
        local = ("localhost", "127.0.0.1", "[::1]") if self.is_local else ()
        return frozenset(name.lower() for name in (bracketed, *local, *self.names))

    @property
    def is_local(self) -> bool:
        """Say whether only this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def check(self) -> None:
        """Raise Refused where passwords would cross a network in the open, UsageError for a half of a certificate."""
        if (self.cert is None) != (self.key is None):
            raise UsageError("--tls-cert and --tls-key belong together", hint=text("give both, or none"))
        if not self.is_local and not self.tls:
            raise Refused(
                "the page would listen on {host} without TLS: passwords would be read on the way",
                host=self.host,
                hint=text("give --tls-cert and --tls-key, or put a proxy with TLS before 127.0.0.1"),
            )


def serve(directory: Path, state_dir: Path, where: Listening, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. ``say`` is told the address once it is open. Raises JbnetError."""
    where.check()
    listening = _open(where)
    page = Page(
        Eyes(directory, state_dir), wiring.accounts(state_dir), _outlines(directory), tls=where.tls or where.proxied
    )
    config = uvicorn.Config(
        make_app(page, where.hosts),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        ssl_certfile=where.cert,
        ssl_keyfile=where.key,
        timeout_graceful_shutdown=2,
        limit_concurrency=2000,
        h11_max_incomplete_event_size=65536,
    )
    _load(config)
    _raise_limit()
    port = listening.getsockname()[1]
    shown = f"[{where.host}]" if ":" in where.host else where.host
    say(f"{'https' if where.tls else 'http'}://{shown}:{port}/")
    uvicorn.Server(config).run(sockets=[listening])


def _load(config: uvicorn.Config) -> None:
    """Read the certificate before anybody is told the address. Raises UsageError where it is none."""
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        hint = text("give a certificate with its chain and its key, both in PEM and readable")
        raise UsageError("the certificate cannot be used: {reason}", reason=error, hint=hint) from error


def _raise_limit() -> None:
    """Let this process have as many connections as the machine allows: who only connects must not end the page."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _open(where: Listening) -> socket.socket:
    """Return the open socket. Raises JbnetError where another program has it, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((where.host, where.port))
        made.listen(256)
    except OSError as error:
        made.close()
        raise JbnetError(
            "the page cannot listen on {host} port {port}: {reason}",
            host=where.host,
            port=where.port,
            reason=error.strerror,
            hint=text("choose another address with --bind"),
        ) from error
    return made


def _outlines(directory: Path) -> Sequence[Outline]:
    """Return the borders on the map; a file that cannot be read keeps nobody from looking."""
    try:
        return [one for file, content in read_geo(directory).items() for one in read_outlines(file, content)]
    except JbnetError:
        return ()
