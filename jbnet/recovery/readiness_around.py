"""Readiness of what is around the databases: addresses, fences, vantages, people, applications, practice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jbnet.model.text import Text, text
from jbnet.recovery import advice
from jbnet.recovery.observed import DatabaseLook, RingLook, ServerLook, Unseen
from jbnet.recovery.plan import MIN_VANTAGES
from jbnet.recovery.readiness import Check, Level, Question, Result
from jbnet.recovery.readiness_servers import LOOK

PEOPLE = 2
"""Who must approve (design section 5, rule 4)."""
_DAY_S = 86400.0


def about_way(look: DatabaseLook) -> Iterator[Result]:
    """Yield what is to be said of the way to a database: its address, who answers, its fence, old filters."""
    yield _address(look)
    yield _service(look)
    yield about_fence(look, look.leader)
    yield from (about_filter(look, host) for host in (look.leader, look.follower))
    yield _vantages(look)


def _address(look: DatabaseLook) -> Result:
    leader, address = look.leader, str(look.database.service_address)
    expected = text("{host} announces it, and nobody else", host=leader)

    def result(level: Level, found: Text, advice: Text | None = None, *, looked: bool = True) -> Result:
        return Result(Check.ADDRESS, address, level, found, expected, advice, None, "", look.database.name, looked)

    hosts = (look.database.primary, look.database.standby)
    holding = [host for host in look.database.hosts if look.announced.get(host)]
    silent = [host for host in hosts if look.announced.get(host) is None]
    if len(holding) > 1:
        found = text("{hosts} both announce it", hosts=", ".join(holding))
        return result(Level.RED, found, advice.address_on_both(look))
    if silent:
        return result(Level.UNKNOWN, text("{hosts} did not say", hosts=", ".join(silent)), LOOK, looked=False)
    if not holding:
        found = text("nobody announces it: no client finds the database")
        return result(Level.RED, found, advice.address_of_nobody(look))
    if look.leaders and holding[0] not in look.leaders:
        found = text("{host} announces it and does not lead", host=holding[0])
        return result(Level.RED, found, advice.address_elsewhere(look, holding[0]))
    if not look.leaders:
        return result(Level.UNKNOWN, text("{host} announces it; who leads is not known", host=holding[0]), LOOK)
    return result(Level.GREEN, text("{host} announces it", host=holding[0]))


def _service(look: DatabaseLook) -> Result:
    """A client's own look: the cluster that answers at the address must be the one that leads."""
    address, seen, leader = str(look.database.service_address), look.service, look.at(look.leader)
    expected = text("the leader's cluster answers there and takes writes")

    def result(level: Level, found: Text, advice: Text | None = None, *, looked: bool = True) -> Result:
        return Result(Check.SERVICE, address, level, found, expected, advice, None, "", look.database.name, looked)

    if isinstance(seen, Unseen):
        return result(Level.UNKNOWN, text("no client gets through: {reason}", reason=seen.reason), LOOK, looked=False)
    if seen.in_recovery:
        found = text("a server that takes no writes answers there")
        return result(Level.RED, found, text("the address leads to the standby: see the check address"))
    if isinstance(leader, Unseen) or None in (seen.system_identifier, leader.system_identifier):
        return result(Level.UNKNOWN, text("who answers there cannot be compared with the leader"))
    if seen.system_identifier != leader.system_identifier:
        found = text("another cluster answers there: {id}", id=seen.system_identifier)
        return result(Level.RED, found, text("find out what listens at that address before anybody writes to it"))
    return result(Level.GREEN, text("it answers and takes writes"))


def about_fence(look: DatabaseLook, host: str) -> Result:
    """Judge the rings around a host: one serves when it shuts the host in and each of its routers was read from two
    homes, as its proof will be.
    """
    rings = look.rings.get(host, ())
    expected = text("every ring around {host} can be closed and read back from {count} places", host=host,
                    count=MIN_VANTAGES)  # fmt: skip
    good = [ring for ring in rings if _provable(ring)]

    def result(level: Level, found: Text, advice: Text | None = None) -> Result:
        return Result(Check.FENCE, host, level, found, expected, advice, float(len(good)), "", look.database.name)

    if not rings:
        return result(Level.RED, text("no ring is declared"), text("declare it under fences: in dr/plan.yaml"))
    bad = [", ".join(_unproved(ring)) for ring in rings if ring not in good]
    if not good:
        found = text("no ring can be proved; without an answer: {names}", names="; ".join(bad))
        return result(Level.RED, found, text("a failover would be refused; reach these routers, from both vantages"))
    if bad:
        return result(Level.AMBER, text("{good} of {all} rings; without an answer: {names}", good=len(good),
                                        all=len(rings), names="; ".join(bad)), LOOK)  # fmt: skip
    return result(Level.GREEN, text("all {count} rings", count=len(rings)))


def _provable(ring: RingLook) -> bool:
    return ring.shuts_in and not _unproved(ring)


def _unproved(ring: RingLook) -> list[str]:
    """Return the routers of a ring that were not read from two homes; all of them where it shuts nobody in."""
    homes: dict[str, set[str]] = {router: set() for router in ring.routers}
    for one in ring.seen:
        if one.filtered is not None:
            homes[one.router].add(one.home)
    return [router for router, found in homes.items() if len(found) < MIN_VANTAGES or not ring.shuts_in]


def about_filter(look: DatabaseLook, host: str) -> Result:
    """Judge whether a router still keeps clients from a host."""
    expected = text("no router keeps clients from {host}", host=host)
    routers = look.filtered(host)
    closed = sorted(router for router, filtered in routers.items() if filtered)
    silent = sorted(router for router, filtered in routers.items() if filtered is None)

    def result(level: Level, found: Text, advice: Text | None = None, *, looked: bool = True) -> Result:
        return Result(Check.FILTER, host, level, found, expected, advice, float(len(closed)), "", look.database.name,
                      looked)  # fmt: skip

    if closed:
        found = text("a filter is left on {names}", names=", ".join(closed))
        moved = host != look.leader and look.leaders == (look.database.standby,)
        if moved:
            return result(Level.AMBER, found, text("it stays until failback: jbnet dr failback takes it away"))
        return result(Level.RED, found, advice.filter_left(look, host))
    if silent or not routers:
        found = text("not known of {names}", names=", ".join(silent) or "-")
        return result(Level.UNKNOWN, found, LOOK, looked=not silent)
    return result(Level.GREEN, text("none is left on {count} routers", count=len(routers)))


def _vantages(look: DatabaseLook) -> Result:
    """A vantage answers when a router was read through it."""
    host = look.leader
    expected = text("{count} places from which a fence around {host} is proved", count=MIN_VANTAGES, host=host)
    seen = [one for ring in look.rings.get(host, ()) for one in ring.seen]
    through = {one.vantage: one.home for one in seen if one.filtered is not None}
    silent = sorted({one.vantage for one in seen} - through.keys())
    places = len(set(through.values()))

    def result(level: Level, found: Text, advice: Text | None = None) -> Result:
        return Result(Check.VANTAGES, host, level, found, expected, advice, float(places), "", look.database.name)

    if places < MIN_VANTAGES:
        found = text("{count} of them; silent: {names}", count=places, names=", ".join(silent) or "-")
        return result(Level.RED, found, text("one vantage proves nothing: bring another to answer"))
    if silent:
        return result(
            Level.AMBER, text("{count} of them; silent: {names}", count=places, names=", ".join(silent)), LOOK
        )
    return result(Level.GREEN, text("{names} see the routers", names=", ".join(sorted(through))))


def about_hosts(looks: Sequence[DatabaseLook]) -> Iterator[Result]:
    """Yield whether each host of a database was reached; one that answered for any of its databases was."""
    reached: dict[str, Unseen | None] = {}
    for look in looks:
        for host in look.database.hosts:
            seen = look.at(host)
            if isinstance(seen, ServerLook):
                reached[host] = None
            else:
                reached.setdefault(host, seen)
    expected = text("it answers on SSH")
    for host, why in reached.items():
        if why is None:
            yield Result(Check.HOST, host, Level.GREEN, text("it answers"), expected)
        else:
            found = text("{host} was not seen: {reason}", host=host, reason=why.reason)
            yield Result(Check.HOST, host, Level.UNKNOWN, found, expected, LOOK,
                         looked=False)  # fmt: skip


def about_people(able: Sequence[str]) -> Result:
    """Judge who may approve. One of them may be the one who starts it, and that one does not approve."""
    expected = text("{count} people with keys, and one more who may start it", count=PEOPLE)
    found = text("{count} people: {names}", count=len(able), names=", ".join(sorted(able)) or "-")
    advice = text("dr/approvers/README.md says how a key is added")
    level = Level.RED if len(able) < PEOPLE else Level.AMBER if len(able) == PEOPLE else Level.GREEN
    return Result(Check.APPROVERS, "-", level, found, expected, None if level is Level.GREEN else advice,
                  float(len(able)))  # fmt: skip


def about_runbook(question: Question, name: str, fault: Text | None) -> Result:
    """Judge whether there is a runbook for a question; ``fault``: why it cannot be used."""
    expected, where = text("a runbook that passes its checks"), f"dr/runbooks/{name}.yaml"
    level, found, advice = Level.GREEN, text("{path} is sound", path=where), None
    if fault is not None:
        level, found, advice = Level.RED, fault, text("jbnet check names what is wrong with it")
    return Result(Check.RUNBOOK, name, level, found, expected, advice, question=question)


class Port:
    """What a TCP connection met."""

    OPEN, CLOSED, SILENT = "open", "closed", "silent"


@dataclass(frozen=True, slots=True)
class Door:
    """A port of an application: what a connection met (``Port``), and what runs behind it by its own word."""

    met: str
    release: str | None = None


def about_application(name: str, sites: Mapping[str, Mapping[str, Door]], leading: str, following: str) -> Result:
    """Judge an application; ``sites``: by site, what was met at each of its hosts."""
    expected = text("it answers at {leading} and at {following}", leading=leading, following=following)

    def at(site: str) -> str:
        met = {door.met for door in sites.get(site, {}).values()}
        return next((one for one in (Port.OPEN, Port.SILENT, Port.CLOSED) if one in met), Port.CLOSED)

    def result(level: Level, found: Text, advice: Text | None = None, *, looked: bool = True) -> Result:
        return Result(Check.APPLICATION, name, level, found, expected, advice, None, "", None, looked)

    here, there = at(leading), at(following)
    if not sites:  # a lab has some of the devices only
        return result(Level.UNKNOWN, text("no host of it is declared, or this lab leaves them out"))
    if not sites.get(following):
        return result(Level.AMBER, text("no host at {site} is declared for it", site=following),
                      text("declare one: a move would leave it behind"))  # fmt: skip
    if here == there == Port.OPEN:
        return result(*_about_release({host: door for at in (leading, following) for host, door in sites[at].items()}))
    if here == Port.OPEN and there == Port.CLOSED:
        return result(Level.RED, text("nothing listens at {site}", site=following), text("start it there"))
    if Port.SILENT in (here, there):
        silent = [site for site, met in ((leading, here), (following, there)) if met == Port.SILENT]
        return result(Level.UNKNOWN, text("no answer from {names}", names=", ".join(silent)), LOOK, looked=False)
    if there == Port.OPEN:
        return result(Level.AMBER, text("it answers at {site} alone", site=following))
    return result(Level.UNKNOWN, text("nothing listens at either: it may not be deployed"))


def _about_release(doors: Mapping[str, Door]) -> tuple[Level, Text, Text | None]:
    """Judge whether what answers at both sites is the same; hosts that do not answer are not asked."""
    says = {host: door.release for host, door in sorted(doors.items()) if door.met == Port.OPEN}
    known = {release for release in says.values() if release is not None}
    if len(known) > 1:
        each = ", ".join(f"{host} {release or '?'}" for host, release in says.items())
        return Level.RED, text("other releases run at the sites: {each}", each=each), text("bring them to one release")
    if mute := [host for host, release in says.items() if release is None]:
        found = text("it answers at both; {names}: it does not say its release", names=", ".join(mute))
        return Level.AMBER, found, text("have it answer GET /release, or compare by hand")
    return Level.GREEN, text("it answers at both, release {release}", release=", ".join(known)), None


@dataclass(frozen=True, slots=True)
class Practice:
    """The last time that something was practised: when it ended, and what it was."""

    ended: datetime
    what: str


def about_practice(check: Check, last: Practice | Unseen | None, now: datetime, most_days: float) -> Result:
    """Judge the age of a drill or a restore test. Never practised is amber: nothing says that it works, or not."""
    expected = text("not older than {days:g} d", days=most_days)
    advice = (
        text("practise it: jbnet dr drill; a real move counts, too")
        if check is Check.DRILL
        else text("jbnet playbook restore-proof all")
    )
    if isinstance(last, Unseen):
        return Result(check, "-", Level.UNKNOWN, last.reason, expected, None, None, "d", looked=False)
    if last is None:
        return Result(check, "-", Level.AMBER, text("never, as far as is written here"), expected, advice, None, "d")
    days = max(0.0, (now - last.ended).total_seconds() / _DAY_S)
    found = text("{days:.1f} d ago: {what}", days=days, what=last.what)
    if days > most_days:
        return Result(check, "-", Level.AMBER, found, expected, advice, round(days, 2), "d")
    return Result(check, "-", Level.GREEN, found, expected, None, round(days, 2), "d")
