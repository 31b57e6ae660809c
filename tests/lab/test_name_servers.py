"""Names are changed at a real BIND 9, and the fake of the unit tests does as BIND does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bind_servers import PLAIN, PRIMARY, SECONDARY, SECRET, Bind, adapter, zone_at
from name_servers import ALIAS, PAY, FakeNameServers, records, zone_of

from jbnet.model.dns import DnsZone
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.ports.names import NameServers
from jbnet.recovery.name_moves import Fate, NameUpdate, as_typed, moving, trying

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]
EAST, WEST = records("10.1.0.1"), records("10.2.0.1", "2001:db8::2")


@pytest.fixture(params=["bind", "fake"])
def pair(request: pytest.FixtureRequest) -> tuple[DnsZone, NameServers]:
    """Servers of either kind: what holds of BIND holds of the fake."""
    if request.param == "bind":
        return zone_at(request.getfixturevalue("bind")), adapter()
    zone = zone_of(PRIMARY, SECONDARY)
    return zone, FakeNameServers(zone)


def test_a_name_is_changed_while_it_says_what_is_expected_and_only_then(pair: tuple[DnsZone, NameServers]) -> None:
    zone, port = pair
    name = zone.names[PAY]
    before = port.look(zone, PRIMARY, PAY)
    assert before.records == EAST
    assert port.update(zone, moving(name, "east", "west")) is Fate.MADE
    after = port.look(zone, PRIMARY, PAY)
    assert (after.records, after.ttl) == (WEST, name.ttl)
    assert after.serial > before.serial
    assert port.update(zone, moving(name, "east", "west")) is Fate.OTHERWISE
    assert port.look(zone, PRIMARY, PAY) == after, "nothing of it was done"
    assert port.update(zone, moving(name, "west", "east")) is Fate.MADE
    assert port.look(zone, PRIMARY, PAY).records == EAST


def test_a_name_beside_another_is_changed_too(pair: tuple[DnsZone, NameServers]) -> None:
    zone, port = pair
    assert port.update(zone, moving(zone.names[ALIAS], "east", "west")) is Fate.MADE
    assert port.look(zone, PRIMARY, ALIAS).records == records("two.example.org.")


def test_more_than_is_expected_is_something_else(pair: tuple[DnsZone, NameServers]) -> None:
    zone, port = pair
    narrow = NameUpdate(PAY, 30, EAST, WEST)
    wide = NameUpdate(PAY, 30, EAST, EAST | records("2001:db8::9"))
    assert port.update(zone, wide) is Fate.MADE
    assert port.update(zone, narrow) is Fate.OTHERWISE, "somebody gave it an address of IPv6"
    assert port.update(zone, NameUpdate(PAY, 600, wide.wanted, EAST)) is Fate.MADE


def test_another_value_of_the_same_type_is_something_else(pair: tuple[DnsZone, NameServers]) -> None:
    zone, port = pair
    theirs = records("10.9.9.9")
    assert port.update(zone, NameUpdate(PAY, 600, EAST, theirs)) is Fate.MADE
    before = port.look(zone, PRIMARY, PAY)
    assert port.update(zone, moving(zone.names[PAY], "east", "west")) is Fate.OTHERWISE
    assert port.look(zone, PRIMARY, PAY) == before
    assert port.update(zone, NameUpdate(PAY, 600, EAST | theirs, WEST)) is Fate.OTHERWISE, "one of two is not both"
    assert port.update(zone, NameUpdate(PAY, 600, theirs, EAST)) is Fate.MADE


def test_a_try_changes_nothing(pair: tuple[DnsZone, NameServers]) -> None:
    zone, port = pair
    for name in zone.names.values():
        before = port.look(zone, PRIMARY, name.name)
        assert port.update(zone, trying(before.records, name)) is Fate.MADE
        assert port.look(zone, PRIMARY, name.name) == before


def test_a_server_that_is_gone_is_unreachable(pair: tuple[DnsZone, NameServers]) -> None:
    zone, port = pair
    gone = replace(zone, primary="127.53.0.9")
    if isinstance(port, FakeNameServers):
        port.silent.add("127.53.0.9")
    for ask in (
        lambda: port.look(gone, "127.53.0.9", PAY),
        lambda: port.update(gone, moving(zone.names[PAY], "east", "west")),
    ):
        with pytest.raises(Unreachable, match=r"127\.53\.0\.9"):
            ask()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"secret": "other"}, "has another secret"),
        ({"key": "nobody"}, "does not know it"),
        ({"algorithm": "hmac-sha512"}, "refuses the key"),
        ({"secret": "text"}, "no key of TSIG"),
        ({"key": PLAIN}, "refuses to change pay.example.net: REFUSED"),
        ({"primary": SECONDARY}, "NOTAUTH|NOTIMP|REFUSED"),
    ],
)
def test_a_change_that_is_not_granted_is_refused_with_its_reason(
    bind: Bind, changed: dict[str, str], said: str
) -> None:
    zone = replace(zone_at(bind), **changed)  # type: ignore[arg-type]  # all of these are texts
    name, before = zone.names[PAY], adapter().look(zone_at(bind), PRIMARY, PAY)
    for update in (moving(name, "east", "west"), trying(before.records, name)):
        with pytest.raises(CommandFailed, match=said) as found:
            adapter().update(zone, update)
        assert SECRET not in repr(found.value) + str(found.value) + str(found.value.__cause__)
    assert adapter().look(zone_at(bind), PRIMARY, PAY) == before


def test_a_zone_that_is_not_served_is_no_answer(bind: Bind) -> None:
    zone = replace(zone_at(bind), name="example.org")
    with pytest.raises(CommandFailed, match=r"does not serve example\.org: REFUSED"):
        adapter().look(zone, PRIMARY, "pay.example.org")


def test_what_a_dry_run_shows_is_what_nsupdate_takes(bind: Bind) -> None:
    zone = zone_at(bind)
    for name in zone.names.values():
        update = moving(name, "east", "west")
        lines = "\n".join(as_typed(zone, PRIMARY, update)) + "\n"
        assert bind.nsupdate(lines).returncode == 0
        said = adapter().look(zone, PRIMARY, name.name)
        assert (said.records, said.ttl) == (update.wanted, name.ttl)
        assert bind.nsupdate(lines).returncode != 0, "what is expected does not hold any more"
