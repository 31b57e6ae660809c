"""The names in dr/ against the declared network: what a disaster would otherwise be the first to find out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.recovery.backups_plan import check_repository
from jbnet.recovery.fields import Findings
from jbnet.recovery.lease_plan import check_members
from jbnet.recovery.lease_reach import check_reach
from jbnet.recovery.name_steps import check_move
from jbnet.recovery.plan import RecoveryPlan, load_plan
from jbnet.recovery.runbook import MOVE_NAME

_HOSTS = ("host", "device", "primary", "standby", "from", "to", "source")
"""Parameters of actions that name a device."""
_DEVICES = ("hosts", "ends")
"""Those that list some."""
_LISTS = (*_DEVICES, "applications")


def plan_names(file: str, content: str, network: Network) -> tuple[Finding, ...]:
    """Return what a plan (``dr/plan.yaml``) says that the network does not know; nothing while it cannot be read."""
    plan = load_plan(file, content)[0]
    source = read(file, content, Report())
    if plan is None or source is None:
        return ()
    findings = Findings()
    for path, name in _devices(plan):
        _known(source, path, name, text("device"), network.devices, findings)
    for side, name in (("primary", plan.primary), ("standby", plan.standby)):
        _known(source, ("sites", side), name, text("location"), network.locations, findings)
    for name in plan.drills.smoke:
        _known(source, ("drills", "smoke", name), name, text("database"), network.databases, findings)
    if not findings.found:
        _check_sides(source, plan, network, findings)
        _check_fences(source, plan, network, findings)
        if plan.lease is not None:
            sides = {"primary": plan.primary, "standby": plan.standby}
            check_members(source, plan.lease, sides, network, findings)
            if not findings.found:
                check_reach(source, plan.lease, sides, network, findings)
        if plan.backups is not None:
            check_repository(source, plan.backups, plan.standby, network, findings)
    return findings.sorted()


def runbook_names(file: str, content: str, network: Network) -> tuple[Finding, ...]:
    """Return the databases, hosts, applications and circuits that a runbook names outright and the network does not
    know, devices that are no ends of the circuit beside them or have no session over it, and names that cannot be
    moved as it says.
    """
    source = read(file, content, Report())
    steps = source.data.get("steps") if source and isinstance(source.data, Mapping) else None
    findings = Findings()
    for index, step in enumerate(steps if isinstance(steps, list) else []):
        for path, action, params in _params(step, ("steps", index)):
            if source is not None:
                _check_params(source, path, action, params, network, findings)
    return findings.sorted()


def _check_params(
    source: Source, path: Path, action: object, params: Mapping[str, object], network: Network, findings: Findings
) -> None:
    if action == MOVE_NAME:  # its from and to are places, and no devices
        check_move(source, path, params, network, findings)
        return
    for key, name in params.items():
        _check_names(source, (*path, key), name, network, findings)
    _check_ends(source, path, params, network, findings)
    _check_session(source, path, params, network, findings)


def _check_names(source: Source, path: Path, value: object, network: Network, findings: Findings) -> None:
    """Check a parameter that names a database, devices or applications; braces are filled in for each database."""
    key = path[-1]
    named = enumerate(value) if key in _LISTS and isinstance(value, list) else [(None, value)]
    for at, name in named:
        if not isinstance(name, str) or "{" in name:
            continue
        if key == "database":
            _known(source, path, name, text("database"), network.databases, findings)
        elif key in ("applications", "payment"):
            where = path if at is None else (*path, at)
            _known(source, where, name, text("application"), network.applications, findings)
        elif key == "circuit":
            _known(source, path, name, text("circuit"), network.circuits, findings)
        elif key in (*_HOSTS, *_DEVICES):
            _known(source, path if at is None else (*path, at), name, text("device"), network.devices, findings)


def _check_ends(source: Source, path: Path, params: Mapping[str, object], network: Network, findings: Findings) -> None:
    """Report devices that a step names as ends of a circuit, and that are none, or have no OSPF there."""
    circuit, ends = network.circuits.get(str(params.get("circuit"))), params.get("ends")
    if circuit is None or not isinstance(ends, list):
        return
    there = {end.device: network.devices[end.device].interface(end.interface) for end in (circuit.a, circuit.z)}
    for at, name in enumerate(ends):
        if name not in network.devices:
            continue
        port = there.get(name)
        if port is None:
            told = text("{device} is no end of {circuit}; expected of {known}", device=name, circuit=circuit.name,
                        known=", ".join(there))  # fmt: skip
        elif port.area is None or port.cost is None or port.passive:
            told = text("{circuit} has no OSPF at {device}", circuit=circuit.name, device=name)
        else:
            continue
        findings.add("JB708", told, source.place((*path, "ends", at)))


def _check_session(
    source: Source, path: Path, params: Mapping[str, object], network: Network, findings: Findings
) -> None:
    """Report a circuit over which a step sets a session, and that has none, or another device at our end."""
    circuit, device = str(params.get("circuit")), params.get("device")
    if "session" not in params or circuit not in network.circuits:
        return
    found = next((one for one in network.bgp_sessions if one.circuit == circuit), None)
    if found is None:
        told = text("no BGP session runs over {circuit}", circuit=circuit)
        findings.add("JB708", told, source.place((*path, "circuit")))
    elif device in network.devices and device != found.device:
        told = text("the session over {circuit} ends on {actual}, not on {device}", circuit=circuit,
                    actual=found.device, device=str(device))  # fmt: skip
        findings.add("JB708", told, source.place((*path, "device")))


def _devices(plan: RecoveryPlan) -> Iterator[tuple[Path, str]]:
    yield ("run_from",), plan.run_from
    yield from ((("journal_copies", at), name) for at, name in enumerate(plan.journal_copies))
    for number, member in enumerate(plan.lease.members if plan.lease else ()):
        yield ("lease", "members", number), member
    if plan.backups is not None:
        yield ("backups", "repository"), plan.backups.repository
    for host, fence in plan.fences.items():
        yield ("fences", host), host
        for number, ring in enumerate(fence.rings):
            yield from ((("fences", host, "rings", number, at), name) for at, name in enumerate(ring))
        yield from ((("fences", host, "vantages", at), name) for at, name in enumerate(fence.vantages))


def _params(step: object, path: Path) -> Iterator[tuple[Path, object, Mapping[str, object]]]:
    """Yield the action and the parameters of a step and of what undoes it."""
    if not isinstance(step, Mapping):
        return
    if isinstance(step.get("params"), Mapping):
        yield (*path, "params"), step.get("action"), step["params"]
    yield from _params(step.get("undo"), (*path, "undo"))


def _known(source: Source, path: Path, name: str, kind: Text, known: Collection[str], findings: Findings) -> None:
    if name in known:
        return
    like = findings.hints.nearest(name, known)
    place = source.key_place(path) if path[:-1] == ("fences",) else source.place(path)
    told = (
        text("there is no {kind} {name}; did you mean {like}?", kind=kind, name=name, like=like)
        if like
        else text("there is no {kind} {name}", kind=kind, name=name)
    )
    findings.add("JB708", told, place)


def _check_sides(source: Source, plan: RecoveryPlan, network: Network, findings: Findings) -> None:
    """Report a plan whose two sides are one, or that is run from the side that it gives up."""
    if plan.primary == plan.standby:
        told = text("{location} cannot stand by for itself", location=plan.primary)
        findings.add("JB709", told, source.place(("sites", "standby")), source.place(("sites", "primary")))
    elif network.devices[plan.run_from].home == plan.primary:
        told = text("recovery would be run from {device}, which is lost with {location}", device=plan.run_from,
                    location=plan.primary)  # fmt: skip
        findings.add("JB709", told, source.place(("run_from",)), source.place(("sites", "primary")))
    here = network.devices[plan.run_from].home
    for at, name in enumerate(plan.journal_copies):
        if network.devices[name].home == here:
            told = text("the journal would be copied to {device}, which is lost with {location} as well", device=name,
                        location=here)  # fmt: skip
            findings.add("JB709", told, source.place(("journal_copies", at)), source.place(("run_from",)))


def _check_fences(source: Source, plan: RecoveryPlan, network: Network, findings: Findings) -> None:
    """Report database hosts without a fence, and databases that lead outside the primary site."""
    for database in network.databases.values():
        related = [database.place] if database.place else []
        for host in database.hosts:
            if host not in plan.fences:
                told = text("{host} of the database {database} has no fence", host=host, database=database.name)
                findings.add("JB709", told, source.key_place(("fences",)), *related)
        for side, host in ((plan.primary, database.primary), (plan.standby, database.standby)):
            home = network.devices[host].home
            if home != side:
                told = text("{host} of the database {database} stands in {home}, not in {location}", host=host,
                            database=database.name, home=home, location=side)  # fmt: skip
                findings.add("JB709", told, source.place(("sites",)), *related)
