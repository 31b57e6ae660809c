"""Text that is not UTF-8: which encoding it most likely is, so that the finding can say what to do.

Readers of files decode with ``surrogateescape``: bytes that are not UTF-8 come as lone surrogates (PEP 383),
and the original bytes can be had back here.
"""

from __future__ import annotations

import re

from jbnet.inventory.report import FileReport
from jbnet.model.findings import Place

_ESCAPED = re.compile("[\ud800-\udfff]")
_COMMON = "[\u4e00-\u9fa5]"
_FOREIGN = "[\x80-\uffff\U00010000-\U0010ffff]"
"""Compiled when a file is not UTF-8, which is seldom: ranges so wide take as long as reading ten files."""
_SAMPLE = 65_536
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_NAMES = {"utf-32": "UTF-32", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
          "gb18030": "GB 18030 (GBK)", "big5": "Big5"}  # fmt: skip


def decode(content: str, report: FileReport) -> str | None:
    """Return a text as it was meant. What is not UTF-8 is reported, and None unless its encoding is known."""
    escaped = _ESCAPED.search(content)
    if escaped is None and "\x00" not in content[:_SAMPLE]:
        return content
    raw = content.encode("utf-8", errors="surrogatepass" if escaped and _is_bare(content) else "surrogateescape")
    encoding = likely(raw)
    if encoding is None and escaped is None:
        return content  # NUL bytes, reported as control characters
    offset = escaped.start() if escaped else 0
    place = Place(report.file) if encoding and encoding.startswith("utf") else place_of(report.file, content, offset)
    if encoding is None:
        report.add("JB108", "not UTF-8 text from here on", place)
        return None
    report.add("JB108", "the file is not UTF-8 but most likely {encoding}; save it as UTF-8", place,
               encoding=_NAMES[encoding])  # fmt: skip
    return raw.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\ufffd", "?")


def _is_bare(content: str) -> bool:
    """Say whether there are surrogates that no byte stands for: the text never was a file."""
    return any(not "\udc80" <= found <= "\udcff" for found in _ESCAPED.findall(content))


def place_of(file: str, content: str, offset: int) -> Place:
    """Return the place of an offset into a text, whichever way its lines end."""
    before = content[: max(0, offset)].replace("\r\n", "\n").replace("\r", "\n")
    return Place(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def likely(raw: bytes) -> str | None:
    """Return the Python name of the encoding that bytes which are not UTF-8 most likely have, or None.

    A mark at the beginning decides; else every second byte being NUL; else that all of it decodes, and that most
    of what is beyond ASCII then is everyday Chinese.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name
    sample = raw[:_SAMPLE]
    zeros = sample.count(0)
    if zeros * 3 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    if zeros or _has_utf8(sample):
        return None
    return next((name for name in ("gb18030", "big5") if _chinese(raw, name)), None)


def _has_utf8(sample: bytes) -> bool:
    """Say whether some of it is good UTF-8 beyond ASCII: then it is a damaged file, not another encoding."""
    return len(re.findall(_COMMON, sample.decode("utf-8", errors="ignore"))) > 1


def _chinese(raw: bytes, encoding: str) -> bool:
    try:
        foreign = re.findall(_FOREIGN, raw.decode(encoding))
    except UnicodeDecodeError:
        return False
    return len(re.findall(_COMMON, "".join(foreign))) * 10 >= len(foreign) * 8
