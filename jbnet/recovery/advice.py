"""What is to be done about what readiness found: never what the guide forbids, nor what the command would refuse.

Nothing is moved away or copied over before what it alone has was listed; set-up is named only where the declared
primary leads, for it refuses elsewhere; ``resume`` only for an execution on record that has not ended.
"""

from __future__ import annotations

from jbnet.model.text import Text, text
from jbnet.recovery.observed import DatabaseLook

BOTH_LEAD = text(
    "docs/recovery-howto.md, both think they are primary: the one that the service address leads to goes on, the other"
    " one is stopped behind a marker; jbnet dr alone lists what each has alone"
)


def going_on(look: DatabaseLook) -> Text | None:
    """Name the execution that moves this database and has not ended; None: there is none on record."""
    if look.unfinished is None:
        return None
    return text("execution {execution} has not ended: jbnet dr status says where it stands, jbnet dr resume {execution}"
                " goes on with it", execution=look.unfinished)  # fmt: skip


def is_home(look: DatabaseLook) -> bool:
    """Say whether the declared primary leads, or may: what set-up is for. Not where it was moved and nobody leads."""
    return look.leader == look.database.primary and not (look.away and not look.leaders)


def either(look: DatabaseLook, home: Text, away: Text) -> Text:
    """Return what fits who leads, ``home``: the declared primary; first of all an execution that has not ended."""
    return going_on(look) or (home if is_home(look) else away)


def follow_again(look: DatabaseLook) -> Text:
    """Say how a standby that does not follow comes to follow, and what it alone has is listed first."""
    if len(look.leaders) > 1:
        return BOTH_LEAD
    if look.follower == look.database.local_standby:
        return text("see its log; if it cannot catch up: stop it, move its data aside and keep it; jbnet databases"
                    " set-up copies it anew")  # fmt: skip
    rejoin = text("see its log; if it cannot catch up: jbnet dr rejoin lists what it alone has, and makes it follow")
    back = text("see its log; if it cannot catch up: jbnet dr failback lists what it alone has, and makes it follow")
    return either(look, rejoin, back)


def made(look: DatabaseLook) -> Text:
    """Say what makes a standby where there is none."""
    if look.follower == look.database.local_standby:
        return text("jbnet databases set-up makes it")
    return either(look, text("jbnet databases set-up makes it"), text("jbnet dr failback copies it"))


def started(look: DatabaseLook) -> Text:
    """Say what starts a standby that does not run."""
    if look.follower == look.database.local_standby:
        return text("jbnet databases set-up starts it; else see its log")
    home = text("jbnet dr rejoin starts it, behind a list of what it alone has; else see its log")
    away = text("jbnet dr failback starts it, behind a list of what it alone has; else see its log")
    return either(look, home, away)


def led_nowhere(look: DatabaseLook) -> Text:
    """Say what to do where nobody takes writes: the one that led last is started, or replaced behind a fence."""
    if look.unfinished is not None:
        return going_on(look) or BOTH_LEAD
    standby, primary = look.database.standby, look.database.primary
    if look.away:
        return text("{host} led last: start it there (pg_ctl, as postgres); do not start {other} by hand", host=standby,
                    other=primary)  # fmt: skip
    return text("jbnet databases set-up starts {host} where it led last, and refuses else; if it is gone: jbnet dr"
                " failover", host=primary)  # fmt: skip


def address_of_nobody(look: DatabaseLook) -> Text:
    """Say what announces a service address that nobody announces."""
    return either(look, text("jbnet databases set-up announces it where the database leads"), _moves_there(look))


def address_elsewhere(look: DatabaseLook, host: str) -> Text:
    """Say what to do about an address on a host that does not lead."""
    home = text("take it from {host} (no ip address on lo, in vtysh); jbnet databases set-up then announces it where"
                " the database leads", host=host)  # fmt: skip
    return either(look, home, _moves_there(look))


def address_on_both(look: DatabaseLook) -> Text:
    """Say from whom an address is to be taken that two hosts announce."""
    if len(look.leaders) > 1:
        return BOTH_LEAD
    taken = text("take it from the one that does not lead (no ip address on lo, in vtysh)")
    return either(look, taken, taken)


def _moves_there(look: DatabaseLook) -> Text:
    return text("jbnet dr failover --database {name} announces it where the database leads: what holds already is not"
                " done again", name=look.database.name)  # fmt: skip


def filter_left(look: DatabaseLook, host: str) -> Text:
    """Say what to do about a fence's filter that keeps clients from a host that should have them."""
    nobody = text("no execution on record here would open it; jbnet dr status lists those that were given up. Open it"
                  " only when nobody but {host} takes writes", host=host)  # fmt: skip
    return going_on(look) or nobody
