"""Sealing a report and finding whatever was changed in it afterwards.

One document has one text: keys sorted, one indentation, so that any byte that was changed is found, also where the
content stayed the same. Signed (ed25519) is everything but the signature itself: the journals with their hash chains,
the figures made of them, the signer's own key. A page carries the document and a second signature, over the page's
bytes around it: an older page stays provable whatever a newer program would draw.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jbnet.model.text import Text, text
from jbnet.recovery.canonical import canonical_json, digest
from jbnet.recovery.report.build import SCHEMA

PURPOSE = "jbnet-recovery-report/1"
PAGE_PURPOSE = "jbnet-recovery-page/1"
"""First words of what is signed, so that a signature is good for nothing else."""
OPENING = b'<script type="application/json" id="jbnet-report">'
CLOSING = b"</script>"
_LONE = re.compile("[\ud800-\udfff]")
_IN_SCRIPT = re.compile("[<>&\u2028\u2029]")

Sign = Callable[[bytes], bytes]
Genuine = Callable[[str, bytes, bytes], bool]
"""Says whether the key (OpenSSH, one line) made the signature over the message."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose seal it is: the public key as OpenSSH writes it, its fingerprint, and what signs with it."""

    key: str
    fingerprint: str
    sign: Sign


def seal(document: Mapping[str, object], signer: Signer) -> dict[str, object]:
    """Return the document with the signer's key, a digest of each part, and the signature over all of it."""
    parts = {name: digest(part) for name, part in document.items()}
    whole = {
        **document,
        "digests": parts,
        "signer": {"algorithm": "ed25519", "key": signer.key, "fingerprint": signer.fingerprint},
    }
    return {**whole, "signature": signer.sign(_message(whole)).hex()}


def written(document: Mapping[str, object]) -> bytes:
    """Return the one text of a document."""
    said = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (_LONE.sub(lambda found: f"\\u{ord(found.group()):04x}", said) + "\n").encode()


def page_with(html: str, document: Mapping[str, object], lang: str, signer: Signer, mark: str) -> bytes:
    """Return the page with the document in the place of ``mark``, and the seal over all the rest of the page.

    Raises ValueError where the mark does not stand in it exactly once.
    """
    before, *after = html.encode().split(mark.encode())
    if len(after) != 1:
        raise ValueError("the page has no single place for the document")
    around = {"lang": lang, "sha256": _around(before + OPENING, CLOSING + after[0])}
    signature = signer.sign(_page_message(around, document)).hex()
    block = _block({"page": {**around, "signature": signature}, "report": document})
    return before + OPENING + block + CLOSING + after[0]


@dataclass(frozen=True, slots=True)
class Opened:
    """What was read of a report: the document (None: it cannot be read), its page's language, and what is wrong."""

    document: Mapping[str, object] | None
    lang: str | None = None
    faults: tuple[Text, ...] = ()
    page: tuple[bytes, bytes] | None = None
    """The page's bytes before and behind the document, where they are not those that were signed."""


def open_report(raw: bytes, genuine: Genuine) -> Opened:
    """Read a report, page or document, and find what was changed in it since it was signed."""
    try:
        return _open_page(raw, genuine) if _is_page(raw) else _open_document(raw, genuine)
    except (ValueError, RecursionError) as error:  # numbers past all bounds, nesting without an end
        return Opened(None, faults=(text("it cannot be read: {error}", error=str(error)[:200]),))


def _is_page(raw: bytes) -> bool:
    return OPENING in raw or raw.lstrip()[:1] == b"<"


def _open_document(raw: bytes, genuine: Genuine) -> Opened:
    found, fault = _parsed(raw)
    if found is None:
        return Opened(None, faults=(fault,))
    faults = faults_of(found, genuine)
    if not faults and written(found) != raw:
        faults = (_first_difference(raw, written(found)),)
    return Opened(found, faults=faults)


def _open_page(raw: bytes, genuine: Genuine) -> Opened:
    before, *after = raw.split(OPENING)
    block, closing, rest = after[0].partition(CLOSING) if len(after) == 1 else (b"", b"", b"")
    if not closing:
        return Opened(None, faults=(text("the page has no single report in it"),))
    found, fault = _parsed(block)
    if found is None:
        return Opened(None, faults=(fault,))
    page, document = found.get("page"), found.get("report")
    if not isinstance(page, Mapping) or not isinstance(document, Mapping):
        return Opened(None, faults=(text("the page has no single report in it"),))
    faults = list(faults_of(document, genuine))
    if not faults and _block(found) != block:
        faults.append(text("the report in the page is written otherwise than it was signed"))
    around = {"lang": page.get("lang"), "sha256": _around(before + OPENING, CLOSING + rest)}
    same = around["sha256"] == page.get("sha256")
    if not same:
        faults.append(text("the page around the report is not the one that was signed"))
    elif not _signed(document, _page_message(around, document), page.get("signature"), genuine):
        faults.append(text("the page's own signature is not by the key in the report"))
    lang = page.get("lang")
    changed = None if same else (before, rest)
    return Opened(document, lang if isinstance(lang, str) else None, tuple(faults), changed)


def faults_of(document: Mapping[str, object], genuine: Genuine) -> tuple[Text, ...]:
    """Return what is wrong with a document's seal, naming the parts that were changed; empty: nothing."""
    if document.get("schema") != SCHEMA:
        told = text("schema is {found}; expected {expected}", found=str(document.get("schema")), expected=SCHEMA)
        return (told,)
    whole = {name: part for name, part in document.items() if name != "signature"}
    if _signed(document, _message(whole), document.get("signature"), genuine):
        return ()
    changed = _changed_parts(document)
    if changed:
        return tuple(text("part {name} was changed after it was signed", name=name) for name in changed)
    return (text("the signature is not by the key in the report, or not over this report"),)


def signer_of(document: Mapping[str, object]) -> tuple[str, str]:
    """Return the signer's key and fingerprint as the document has them; empty where it has none."""
    signer = document.get("signer")
    if not isinstance(signer, Mapping):
        return "", ""
    return str(signer.get("key", "")), str(signer.get("fingerprint", ""))


def _changed_parts(document: Mapping[str, object]) -> list[str]:
    """Return the parts that do not have the digest that was signed."""
    digests = document.get("digests")
    expected = digests if isinstance(digests, Mapping) else {}
    names = {*document, *expected} - {"digests", "signer", "signature"}
    return sorted(name for name in names if name not in document or digest(document[name]) != expected.get(name))


def _signed(document: Mapping[str, object], message: bytes, signature: object, genuine: Genuine) -> bool:
    """Say whether a signature is by the document's signer. It has one spelling: hexadecimal in small letters."""
    if not isinstance(signature, str):
        return False
    try:
        raw = bytes.fromhex(signature)
    except ValueError:
        return False
    return raw.hex() == signature and genuine(signer_of(document)[0], message, raw)


def _message(whole: Mapping[str, object]) -> bytes:
    return canonical_json({"purpose": PURPOSE, "report": whole}).encode("utf-8", "surrogatepass")


def _page_message(around: Mapping[str, object], document: Mapping[str, object]) -> bytes:
    return canonical_json({"purpose": PAGE_PURPOSE, "page": around, "report": document.get("signature")}).encode()


def _around(before: bytes, after: bytes) -> str:
    """Return the hash of the page without the document; the length keeps the two parts apart."""
    return hashlib.sha256(len(before).to_bytes(8, "big") + before + after).hexdigest()


def _block(found: object) -> bytes:
    """Return a document as it stands in a page, where nothing of it can end the element that it stands in."""
    said = canonical_json(found)
    said = _IN_SCRIPT.sub(lambda m: f"\\u{ord(m.group()):04x}", said)
    return _LONE.sub(lambda m: f"\\u{ord(m.group()):04x}", said).encode()


def _parsed(raw: bytes) -> tuple[Mapping[str, object] | None, Text]:
    """Return the object that JSON text says, or None and why there is none."""
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        return None, text("byte {number} is no UTF-8", number=error.start + 1)
    except json.JSONDecodeError as error:
        said = text("line {line}, column {column}: {error}", line=error.lineno, column=error.colno, error=error.msg)
        return None, said
    except (ValueError, RecursionError) as error:
        return None, text("it cannot be read: {error}", error=str(error)[:200])
    return (found, text("")) if isinstance(found, dict) else (None, text("it is no report"))


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def _first_difference(found: bytes, expected: bytes) -> Text:
    """Name the first line that is written otherwise."""
    mine, signed = found.decode().split("\n"), expected.decode().split("\n")
    for number, (one, other) in enumerate(zip(mine, signed, strict=False), 1):
        if one != other:
            return text("line {line} is {found!r}; signed was {expected!r}", line=number, found=one[:120],
                        expected=other[:120])  # fmt: skip
    return text("it has {found} lines; signed were {expected}", found=len(mine), expected=len(signed))
