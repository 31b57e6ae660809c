"""Steps that move a name, against the declared zones: what a disaster would otherwise be the first to find out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from jbnet.inventory.reading.source import Path, Source
from jbnet.inventory.rules.dns import home_of_server
from jbnet.model.dns import DnsZone, MovableName
from jbnet.model.findings import Finding, Severity
from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.recovery.fields import Findings


def check_move(source: Source, path: Path, params: Mapping[str, object], network: Network, findings: Findings) -> None:
    """Report a name that no zone has (JB708), a place at which it has no value (JB708), and one that is moved away
    from the place where its zone is changed (JB719): with that place dark nobody can move it.
    """
    whole = params.get("name")
    if not isinstance(whole, str) or "{" in whole:
        return
    names = {name.name: (zone, name) for zone in network.dns.values() for name in zone.names.values()}
    if whole not in names:
        _report_unknown(source, (*path, "name"), text("movable name"), whole, names, findings)
        return
    zone, name = names[whole]
    for key in ("from", "to"):
        home = params.get(key)
        if isinstance(home, str) and "{" not in home and home not in name.values:
            _report_unknown(source, (*path, key), text("value of {name} at", name=whole), home, name.values, findings)
    _check_primary(source, path, params.get("from"), zone, name, network, findings)


def _check_primary(
    source: Source, path: Path, old: object, zone: DnsZone, name: MovableName, network: Network, findings: Findings
) -> None:
    if path[-2:-1] == ("undo",) or old is None or old != home_of_server(network, zone.primary):
        return
    told = text("{name} is moved away from {home}, and can be changed at {server} alone, which is lost with it",
                name=name.name, home=old, server=zone.primary)  # fmt: skip
    related = (zone.place,) if zone.place else ()
    findings.found.append(Finding("JB719", Severity.WARNING, told, source.place((*path, "from")), related))


def _report_unknown(
    source: Source, path: Path, kind: Text, name: str, known: Collection[str], findings: Findings
) -> None:
    like = findings.hints.nearest(name, known)
    told = (
        text("there is no {kind} {name}; did you mean {like}?", kind=kind, name=name, like=like)
        if like
        else text("there is no {kind} {name}", kind=kind, name=name)
    )
    findings.add("JB708", told, source.place(path))
