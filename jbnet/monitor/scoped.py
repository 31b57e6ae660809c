"""What somebody who sees a part of the network sees of an incident, and whether it is theirs to handle (R5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from jbnet.inventory.scope import Scope
from jbnet.model.levels import Level, Status
from jbnet.model.network import Network
from jbnet.monitor.agencies import agencies_at
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.lines import Symptom
from jbnet.monitor.state import SubjectKind
from jbnet.topology.needs import ServiceImpact


def scoped(incident: Incident, scope: Scope) -> Incident | None:
    """Return what belongs to the scope of an incident; None where nothing does.

    The cause's name stays, so that a prefecture learns why it is cut off. What is said about a cause that is not
    theirs (figures, evidence, advice, whose work it was) does not. Numbers of sites and offices count theirs alone,
    and how severe it is follows from what is left.
    """
    if scope.whole:
        return incident
    cut = replace(
        incident,
        devices=tuple(filter(scope.sees_device, incident.devices)),
        sites=tuple(filter(scope.sees_site, incident.sites)),
        peak=tuple(filter(scope.sees_site, incident.peak)),
        degraded=tuple(filter(scope.sees_home, incident.degraded)),
        on_backup=tuple(filter(scope.sees_home, incident.on_backup)),
        others=tuple(filter(scope.sees_home, incident.others)),
        services=_services(incident, scope),
        agencies=agencies_at(scope.network, [site for site in incident.sites if scope.sees_site(site)]),
        symptoms=tuple(symptom for symptom in incident.symptoms if _sees_symptom(scope, symptom)),
        parts=tuple(part for part in incident.parts if sees_cause(part.id, scope)),
    )
    if sees_cause(incident.root_cause, scope):
        return cut
    touched = cut.devices or cut.sites or cut.peak or cut.degraded or cut.on_backup or cut.others
    if not (touched or cut.services or cut.agencies or cut.symptoms or cut.parts):
        return None
    # ``alarm`` is how severe it is where it is, and would be told of a place that is not theirs
    return replace(cut, said=None, advice=None, readings=(), reading="", related="")


def may_handle(incident: Incident, scope: Scope) -> bool:
    """Say whether the incident is for people of this scope to acknowledge, comment and silence: its cause is theirs.

    A circuit is with its lower end; a shared risk when all its circuits are. A carrier is for who sees everything.
    """
    if scope.whole:
        return True
    cause = incident.root_cause
    if cause.kind is CauseKind.ALARM:
        return scope.owns_named(incident.subject)
    if cause.kind is CauseKind.CIRCUIT:
        return cause.name in scope.own_circuits
    if cause.kind is CauseKind.SRLG:
        return cause.name in scope.own_srlgs
    if cause.kind is CauseKind.DEVICE:
        return scope.sees_device(cause.name)
    return cause.kind is CauseKind.SITE and scope.sees_home(cause.name)


def sees_cause(cause: CauseId, scope: Scope) -> bool:
    """Say whether a cause belongs to a scope; of a circuit one end is enough."""
    if scope.whole:
        return True
    if cause.kind is CauseKind.ALARM:
        return scope.sees_named(cause.name.partition(" ")[2].partition("/")[0])
    if cause.kind is CauseKind.CIRCUIT:
        return scope.sees_circuit(cause.name)
    if cause.kind is CauseKind.SRLG:
        return cause.name in scope.own_srlgs
    if cause.kind is CauseKind.DEVICE:
        return scope.sees_device(cause.name)
    return cause.kind is CauseKind.SITE and scope.sees_home(cause.name)


def _sees_symptom(scope: Scope, symptom: Symptom) -> bool:
    subject = symptom.subject
    if subject.kind is SubjectKind.CIRCUIT:
        return scope.sees_circuit(subject.device)
    if subject.kind is SubjectKind.SITE:
        return scope.sees_home(subject.device)
    return scope.sees_device(subject.device)


def _services(incident: Incident, scope: Scope) -> tuple[ServiceImpact, ...]:
    """Return the services with the number of sites of the scope that can no longer use them.

    An incident keeps how many sites lost a service, not which. These are the sites that it cuts off; where it is
    every site that uses the service, those of the scope are among them.
    """
    network = scope.network
    cut = _levels(network, filter(scope.sees_site, incident.sites))
    mine, everyone = _levels(network, scope.sites), _levels(network, network.sites)
    found = []
    for impact in incident.services:
        service = network.services.get(impact.name)
        if service is None:
            continue
        lost_by_all = impact.sites >= _count(everyone, service.levels)
        count = _count(mine if lost_by_all else cut, service.levels)
        if count:
            found.append(ServiceImpact(impact.name, count))
    return tuple(found)


def _levels(network: Network, sites: Iterable[str]) -> Counter[Level]:
    return Counter(network.sites[name].level for name in _in_use(network, sites))


def _in_use(network: Network, sites: Iterable[str]) -> Iterator[str]:
    """Yield the sites that are declared and in use: others use no service."""
    yield from (name for name in sites if name in network.sites and network.sites[name].status is Status.ACTIVE)


def _count(levels: Counter[Level], used_at: Iterable[Level]) -> int:
    return sum(levels[level] for level in {*used_at})
