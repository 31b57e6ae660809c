"""``jbnet web``: the page, until it is ended."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.context import Context

BIND = "127.0.0.1:8700"
_PORTS = range(65536)


def run(context: Context, bind: str, names: Sequence[str], cert: Path | None, key: Path | None) -> None:
    """Serve the page until SIGINT or SIGTERM. Raises JbnetError."""
    from jbnet import wiring
    from jbnet.web.serve import Listening, serve

    host, port = address(bind)
    if not wiring.accounts(context.state_dir).anybody():
        context.note("nobody can sign in yet: jbnet web user add NAME --role operator")

    def say(address: str) -> None:
        context.emit({"address": address})
        context.say("{address}", address=address)
        context.out.file.flush()

    serve(context.directory, context.state_dir, Listening(host, port, tuple(names), cert, key), say)


def address(said: str) -> tuple[str, int]:
    """Return the host and port of ``HOST:PORT``, ``[IPV6]:PORT`` or ``PORT``. Raises UsageError."""
    host, _, port = said.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not port.isdigit() or int(port) not in _PORTS or not _is_host(host):
        hint = text("for example {example}", example=BIND)
        raise UsageError("{said!r} is no address to listen on", said=said, hint=hint)
    return host, int(port)


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
