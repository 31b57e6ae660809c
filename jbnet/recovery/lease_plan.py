"""The declared lease (``lease:`` in dr/plan.yaml): which hosts keep it, and for how long it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jbnet.inventory.reading.source import Source
from jbnet.model.levels import Level
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.recovery.fields import Fields, Findings
from jbnet.recovery.lease import LeaseTerms

LEAST_MEMBERS = 3
MOST_S = 600.0
CLIENT_PORT, PEER_PORT, WATCHDOG_PORT = 2379, 2380, 2390
"""etcd's own two (registered with IANA), and where a host's watchdog answers another's."""


@dataclass(frozen=True, slots=True)
class LeasePlan:
    """``members``: the hosts on which etcd runs."""

    members: tuple[str, ...]
    terms: LeaseTerms = field(default_factory=LeaseTerms)


def read_lease(source: Source, raw: object, findings: Findings) -> LeasePlan | None:
    """Read the section; None: it is absent, and nothing is ever promoted by a lease."""
    if raw is None:
        return None
    fields = Fields(source, ("lease",), raw, findings)
    members, usual = fields.names("members") or (), LeaseTerms()
    terms = LeaseTerms(
        _seconds(fields, "renew_s", usual.renew_s),
        _seconds(fields, "hold_s", usual.hold_s),
        _seconds(fields, "silence_s", usual.silence_s),
    )
    fields.end()
    if len(set(members)) < LEAST_MEMBERS or len(set(members)) % 2 == 0 or len(set(members)) < len(members):
        message = text("a lease wants an odd number of different members, {least} at least; there are {count}",
                       least=LEAST_MEMBERS, count=len(set(members)))  # fmt: skip
        findings.add("JB716", message, fields.place("members"))
    if not terms.is_safe or terms.hold_s < 3 * terms.renew_s:
        message = text("renewed each {renew_s:g} s, held for {hold_s:g} s, replaced after {silence_s:g} s: expected "
                       "three renewals in hold_s, and silence_s longer than hold_s by the end of a server and what "
                       "clocks differ",
                       renew_s=terms.renew_s, hold_s=terms.hold_s, silence_s=terms.silence_s)  # fmt: skip
        findings.add("JB717", message, source.place(("lease",)))
    return LeasePlan(members, terms)


def _seconds(fields: Fields, key: str, usual: float) -> float:
    value = fields.take(key, float, usual)
    if value is not None and 1 <= value <= MOST_S:
        return value
    message = text("{key} is {value!r}; expected {expected}", key=key, value=value,
                   expected=text("1 to {most:g}", most=MOST_S))  # fmt: skip
    fields.findings.add("JB703", message, fields.place(key))
    return usual


def check_members(
    source: Source, plan: LeasePlan, sides: Mapping[str, str], network: Network, findings: Findings
) -> None:
    """Report members that fail together. ``sides``: the two locations of the plan, by name of side."""
    where = {host: _site(network, host) for host in plan.members}
    seen: dict[str, str] = {}
    for number, (host, site) in enumerate(where.items()):
        first = seen.setdefault(site, host)
        if first != host:
            message = text("{host} and {first} both stand in {site}; members stand at different sites", host=host,
                           first=first, site=site)  # fmt: skip
            findings.add("JB716", message, source.place(("lease", "members", number)))
    centres = {network.locations[location].site for location in sides.values()}
    third = [site for site in where.values() if site not in centres and _is_a_place(network, site)]
    if not third:
        message = text("no member stands outside {sites}: with one of them dark nobody decides",
                       sites=", ".join(sorted(centres)))  # fmt: skip
        findings.add("JB716", message, source.place(("lease", "members")))


def _site(network: Network, host: str) -> str:
    """Return the site that a device stands in; one of a location stands where that lies."""
    home = network.devices[host].home
    return network.locations[home].site if home in network.locations else home


def _is_a_place(network: Network, site: str) -> bool:
    """A province is no place of its own: what belongs to it stands in its capital."""
    return site in network.sites and network.sites[site].level is not Level.PROVINCE
