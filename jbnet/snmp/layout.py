"""Layouts of answers: an agent that is asked the same answers in the same shape, and only its numbers differ.

A :class:`Layout` is made from one decoded answer. An answer fits it when every byte that is not part of a value or
of the request-id is the same: tags, lengths, names, community. Then all values lie where they lay before, and one
pass of ``struct`` reads them; nothing of X.690 is left to check, for it was checked on the answer that the layout was
made from. What does not fit is decoded in full by :mod:`jbnet.snmp.pdu`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from jbnet.snmp import ber
from jbnet.snmp.ber import BerError
from jbnet.snmp.pdu import ID_BYTES, ID_FIRST, Pdu, PduType, Request
from jbnet.snmp.shapes import shape_of, shaped
from jbnet.snmp.types import VarBind

_MOST_REMEMBERED = 64  # requests of one device
_MOST_BUILT = 8  # layouts of one request that did not last: its values change their sizes all the time
_UNSIGNED = {1: "B", 2: "H", 4: "I", 8: "Q"}
_SIGNED = {1: "b", 2: "h", 4: "i"}
_bind = partial(tuple.__new__, VarBind)


class Layout:
    """Where the values of an answer lie. Shared by all devices that answer alike, hence weak references to it."""

    __slots__ = ("__weakref__", "_fixed", "_mask", "_names", "_odd", "_shape", "_tags", "_unpack", "size")

    def __init__(self, free: bytes, fixed: bytes, fields: list[_Field], form: str):
        self.size = len(fixed)
        self._mask = ~int.from_bytes(free, "big")
        self._fixed = int.from_bytes(fixed, "big")
        self._unpack = struct.Struct(form).unpack
        self._names = tuple([field.varbind.oid for field in fields])
        self._tags = tuple([field.varbind.tag for field in fields])
        self._shape = shape_of(self._names, self._tags)
        self._odd = [(at, convert) for at, field in enumerate(fields) if (convert := field.convert()) is not None]

    def read(self, data: bytes) -> Pdu | None:
        """Return the Response in ``data``, or None when it does not have this layout."""
        if len(data) != self.size or int.from_bytes(data, "big") & self._mask != self._fixed:
            return None
        number, *values = self._unpack(data)
        try:
            for at, convert in self._odd:
                values[at] = convert(values[at])
        except BerError:  # the value is an OBJECT IDENTIFIER, and is none now
            return None
        varbinds = shaped(map(_bind, zip(self._names, self._tags, values, strict=True)), self._shape)
        return Pdu(PduType.RESPONSE, number, 0, 0, varbinds)


class _Field:
    """One variable of the answer that a layout is made from, and how its value is read."""

    __slots__ = ("start", "stop", "varbind")

    def __init__(self, varbind: VarBind, start: int, stop: int):
        self.varbind, self.start, self.stop = varbind, start, stop
        if self._most and stop - start == self._most:
            self.start += 1  # the leading zero of a number of 32 or 64 bits: a byte that must not change

    @property
    def _most(self) -> int:
        return ber.UNSIGNED_SIZES.get(self.varbind.tag, 0)

    @property
    def form(self) -> str:
        """Return what ``struct`` calls it; where it has no such number, bytes for ``convert``."""
        size = self.stop - self.start
        known = _UNSIGNED if self._most else _SIGNED if self.varbind.tag == ber.INTEGER else {}
        return known.get(size, f"{size}s")

    def convert(self) -> Callable[[Any], Any] | None:
        """Return what makes a value of what ``struct`` read; None where it is one."""
        tag = self.varbind.tag
        if tag in ber.NULL_TAGS:
            return _nothing
        if tag == ber.OBJECT_IDENTIFIER:
            return ber.decode_oid
        if not self.form.endswith("s") or not (self._most or tag == ber.INTEGER):
            return None
        return partial(int.from_bytes, byteorder="big", signed=not self._most)


def _nothing(_: bytes) -> None:
    return None


_shared: WeakValueDictionary[bytes, Layout] = WeakValueDictionary()


def layout_of(data: bytes, pdu_at: int, pdu: Pdu) -> Layout:
    """Return the layout of ``data``, in which the Response ``pdu`` was decoded at ``pdu_at``."""
    _, number_at, _ = ber.read_header(data, pdu_at, len(data))
    number_at += 2
    fields = _fields(data, number_at + ID_BYTES, pdu.varbinds)
    free, position, form = bytearray(len(data)), number_at + ID_BYTES, [f">{number_at}xi"]
    free[number_at:position] = b"\xff" * ID_BYTES
    for field in fields:
        free[field.start : field.stop] = b"\xff" * (field.stop - field.start)
        form.append(f"{field.start - position}x{field.form}")
        position = field.stop
    form.append(f"{len(data) - position}x")
    fixed = bytes([0 if taken else byte for byte, taken in zip(data, free, strict=True)])
    found = _shared.get(fixed)
    if found is None:
        found = _shared[fixed] = Layout(bytes(free), fixed, fields, "".join(form))
    return found


def _fields(data: bytes, position: int, varbinds: tuple[VarBind, ...]) -> list[_Field]:
    for _ in range(2):  # error-status and error-index
        _, _, position = ber.read_header(data, position, len(data))
    _, position, _ = ber.read_header(data, position, len(data))
    fields = []
    for varbind in varbinds:
        _, start, stop = ber.read_header(data, position, len(data))
        _, _, name_end = ber.read_header(data, start, stop)
        _, value, _ = ber.read_header(data, name_end, stop)
        fields.append(_Field(varbind, value, stop))
        position = stop
    return fields


class Layouts:
    """The layouts of one device's answers by request. One is made when two answers in a row are of the same size."""

    __slots__ = ("_built", "_known", "_sizes")

    def __init__(self) -> None:
        self._known: dict[Request, Layout] = {}
        self._sizes: dict[Request, int] = {}
        self._built: dict[Request, int] = {}

    def known(self, asked: Request) -> Layout | None:
        """Return the layout of the last answers to a request."""
        return self._known.get(asked)

    def learn(self, asked: Request, data: bytes, pdu_at: int, pdu: Pdu) -> None:
        """Take note of an answer that no known layout fitted."""
        if pdu.error_status or pdu.kind != PduType.RESPONSE or pdu.request_id < ID_FIRST:
            return
        if self._sizes.get(asked) == len(data) and self._built.get(asked, 0) < _MOST_BUILT:
            self._known[asked] = layout_of(data, pdu_at, pdu)
            self._built[asked] = self._built.get(asked, 0) + 1
        elif len(self._sizes) >= _MOST_REMEMBERED and asked not in self._sizes:
            self._forget()
        self._sizes[asked] = len(data)

    def _forget(self) -> None:
        """Begin anew: what is asked of a device changes seldom, tables that come and go must not fill the memory."""
        for remembered in (self._known, self._sizes, self._built):
            remembered.clear()

    def served(self, asked: Request) -> None:
        """Take note that a layout was of use."""
        self._built[asked] = 0
