"""The files of ``monitors/`` read for what they say of ``listen``, ``metrics`` and ``remote_write``."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.inventory.reading.source import Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding, Place
from jbnet.monitor.checks import MonitorFile, of_checks
from jbnet.monitor.outlets import Outlets, collected, is_local

_KEYS = ("listen", "metrics", "remote_write")


def load_outlets(files: Mapping[str, str]) -> tuple[Outlets, tuple[Finding, ...]]:
    """Return what is declared, and every problem with its place. With an error among them it is not to be used."""
    report = Report()
    found: dict[str, MonitorFile] = {}
    places: dict[str, Source] = {}
    for file, content in sorted(of_checks(files).items()):
        source = read(file, content, report)
        shaped = validate(source, MonitorFile, report, set()) if source is not None else None
        if source is not None and shaped is not None:
            found[file] = shaped
            _once(shaped, source, places, report)
            _guarded(shaped, source, report)
    return collected({f: (s.listen, s.metrics, s.remote_write) for f, s in found.items()}), report.sorted()


def authorities(files: Mapping[str, str]) -> tuple[str, Place] | None:
    """Return the ``ca_file`` that remote write declares and where it stands; None: there is none to look for."""
    for file, content in sorted(of_checks(files).items()):
        source = read(file, content, Report()) if "ca_file" in content else None
        shaped = validate(source, MonitorFile, Report(), set()) if source is not None else None
        if source is not None and shaped is not None and shaped.remote_write and shaped.remote_write.ca_file:
            return shaped.remote_write.ca_file, source.place(("remote_write", "ca_file"))
    return None


def _once(shaped: MonitorFile, source: Source, places: dict[str, Source], report: Report) -> None:
    for key in _KEYS:
        if getattr(shaped, key) is None:
            continue
        first = places.setdefault(key, source)
        if first is not source:
            template = "the {kind} {name} is declared twice"
            report.add("JB112", template, source.key_place((key,)), [first.key_place((key,))], kind="key", name=key)


def _guarded(shaped: MonitorFile, source: Source, report: Report) -> None:
    """A token does not go over a network in the clear."""
    write = shaped.remote_write
    if write is not None and write.token_secret and write.url.startswith("http:") and not is_local(write.url):
        template = "{url}: a token is sent over https only, or to this host itself"
        report.add("JB107", template, source.place(("remote_write", "url")), url=write.url)
