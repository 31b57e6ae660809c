"""Syslog messages, read from the bytes that a device sent: RFC 5424, RFC 3164, and what devices send in its place.

Nothing here raises, whatever the bytes are: what cannot be told apart stays in the text. All parts are bounded, and
characters that steer a terminal are taken out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

MOST_BYTES = 8192
"""Of a longer message the beginning is read (RFC 5424, 6.1: receivers take 2048 at least and may cut)."""
MOST_TEXT = 1024
"""Characters of the text that are kept."""
MOST_NAME = 255
MOST_TAG = 96
_PRI = re.compile(r"<(\d{1,3})>")
_HIGHEST = 191
_WITHOUT_PRI = 13
"""What a message without a priority is taken for: user, notice (RFC 3164, 4.3.3)."""
_VERSION = re.compile(r"[1-9]\d{0,2} ")
_COUNTER = re.compile(r"\s*\d{1,12}: ")
"""IOS numbers its messages (``service sequence-numbers``)."""
_CLOCK = r"\d{2}:\d{2}:\d{2}(?:[.:,]\d{1,6})?"
_ZONE = r"(?: ?(?:[+-]\d{2}:?\d{2}|Z|[A-Z]{3,4}(?=[: ])))?"
_STAMPS = re.compile(
    rf"[*.]?(?:(?P<bsd>[A-Z][a-z]{{2}} {{1,2}}\d{{1,2}}(?: \d{{4}})? {_CLOCK})"
    rf"|(?P<iso>\d{{4}}-\d{{1,2}}-\d{{1,2}}[T ]{_CLOCK})){_ZONE}(?: \d{{4}}(?= ))?:? *"
)
"""``Nov 22 04:00:01``; with a year before (VRP) or behind the time (Comware), with fraction and zone (IOS), or ISO."""
_HOST = re.compile(r"([0-9A-Za-z][0-9A-Za-z._:-]{0,254}) +")
_HOST_IOS = re.compile(r"([0-9A-Za-z][0-9A-Za-z._-]{0,254}): +(?=[*.]?(?:[A-Z][a-z]{2} |\d{4}-|%))")
_TAGS = (
    re.compile(
        r"(?:%%\d{2})?(?P<tag>[A-Za-z][\w.-]{0,40}/\d/[\w.-]{1,48})(?:\([a-z]\))?(?:\[\d+\])?: *"
    ),  # VRP, Comware
    re.compile(r"%(?P<tag>[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-\d-[A-Z0-9_]+): *"),  # IOS
    re.compile(r"(?P<tag>[A-Za-z][\w./-]{0,47})(?:\[\d+\])?: *"),  # programs of a host, FRR's daemons
)
_PARAMETER = re.compile(r'\[[^\s\]="]{1,64}(?: [^\s\]="]{1,64}="(?:[^"\\]|\\.)*")*\]')
"""An element of structured data (RFC 5424, 6.3)."""


@dataclass(frozen=True, slots=True)
class SyslogMessage:
    """One message as it was understood.

    ``source`` is the sender's address, ``received_at`` seconds on the monotonic clock. ``severity`` is 0 (emergency) to
    7 (debug). ``stamped`` is the sender's own time as written, ``host`` the name that it gives itself (both may be
    empty). ``tag`` says which part of it speaks: ``IFNET/4/LINK_STATE``, ``LINK-3-UPDOWN``, ``ospfd``.
    """

    source: str
    received_at: float
    facility: int
    severity: int
    stamped: str = ""
    host: str = ""
    tag: str = ""
    text: str = ""


def parse(data: bytes, source: str = "", received_at: float = 0.0) -> SyslogMessage:
    """Return the message that the bytes hold. Never raises."""
    line = decoded(data[:MOST_BYTES]).strip()
    found = _PRI.match(line)
    priority = int(found[1]) if found is not None else _WITHOUT_PRI
    if found is None or priority > _HIGHEST:
        priority, rest = _WITHOUT_PRI, line
    else:
        rest = line[found.end() :]
    version = _VERSION.match(rest)
    parts = _newer(rest[version.end() :]) if version is not None else None
    stamped, host, tag, said = parts if parts is not None else _older(rest)
    return SyslogMessage(
        source, received_at, priority >> 3, priority & 7, stamped[:64], host[:MOST_NAME], tag[:MOST_TAG],
        said[:MOST_TEXT].strip(),
    )  # fmt: skip


def decoded(data: bytes) -> str:
    """Return bytes as text: UTF-8, else GB 18030 (what boxes with Chinese texts send), else what is readable of them.

    A character that was cut off at the end is left out.
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            found = codecs.getincrementaldecoder(encoding)().decode(data, final=False)
        except (UnicodeDecodeError, ValueError):
            continue
        return _harmless(found)
    return _harmless(data.decode("utf-8", "replace"))


def _harmless(found: str) -> str:
    """Return text without control and formatting characters; the mark of the byte order goes without a trace."""
    return "".join(c if c.isprintable() else " " for c in found.replace("\ufeff", ""))


def _newer(rest: str) -> tuple[str, str, str, str] | None:
    """Return time, host, tag and text of RFC 5424; None where it is no such message."""
    fields = rest.split(" ", 5)
    if len(fields) < 6:  # TIMESTAMP HOSTNAME APP-NAME PROCID MSGID, and the rest
        return None
    stamped, host, name, _, kind, said = fields
    nothing = "-"
    if said[:1] == "[":
        begin = 0
        while (element := _PARAMETER.match(said, begin)) is not None:
            begin = element.end()
        said = said[begin:]
    elif said[:1] == nothing:
        said = said[1:]
    else:
        return None
    tag = "" if name == nothing else name
    shaped = _tagged(said.strip()) if tag == "" else None
    if shaped is not None and shaped[0]:
        tag, said = shaped
    if kind not in (nothing, "") and tag != kind:
        tag = f"{tag}/{kind}" if tag else kind
    return _or_nothing(stamped), _or_nothing(host), tag, said.strip()


def _or_nothing(field: str) -> str:
    return "" if field == "-" else field


def _older(rest: str) -> tuple[str, str, str, str]:
    """Return time, host, tag and text of RFC 3164, and of what devices make of it; all but the text may be empty."""
    counter = _COUNTER.match(rest)
    rest = rest[counter.end() :] if counter is not None else rest
    host = ""
    named = _HOST_IOS.match(rest)
    if named is not None:
        host, rest = named[1], rest[named.end() :]
    stamp = _STAMPS.match(rest)
    stamped = ""
    if stamp is not None:
        stamped, rest = stamp[0].strip().rstrip(":"), rest[stamp.end() :]
        named = _HOST.match(rest)
        if named is not None and not named[1].endswith(":") and not host:
            host, rest = named[1], rest[named.end() :]
    return (stamped, host, *_tagged(rest))


def _tagged(rest: str) -> tuple[str, str]:
    for shape in _TAGS:
        found = shape.match(rest)
        if found is not None:
            return found["tag"], rest[found.end() :]
    return "", rest
