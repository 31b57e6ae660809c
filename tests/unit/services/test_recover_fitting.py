"""A planned command that does not fit who leads is refused before anything is on record; what fits is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from test_recover_actions import NEW, OLD, FakeServer, leader, network, standby, stopped

from jbnet.model.errors import CommandFailed, JbnetError, Refused, Unreachable, UsageError
from jbnet.ports import ServerState
from jbnet.recovery.observed import ServerLook
from jbnet.recovery.verbs import Verb
from jbnet.services.recover.fitting import refuse_unfit

STREAMING = ({"name": "west_db1", "state": "streaming"},)
HOME = (leader(followers=STREAMING, synchronous_to="FIRST 1 (west_db1)"), standby(receiver="streaming"))
ALONE = (leader(), stopped(NEW))
AWAY = (stopped(), replace(leader(timeline=2), host=NEW))
BOTH = (leader(), replace(leader(timeline=2), host=NEW))
NOBODY = (stopped(), standby())
PRIMARY_GONE = (None, replace(leader(timeline=2), host=NEW))
STANDBY_GONE = (leader(), None)
Pair = tuple[ServerState | None, ServerState | None]


class Servers:
    """Implements DatabaseServers: two hosts a database."""

    def __init__(self, seen: Mapping[str, Pair]):
        self.seen = seen

    def server(self, database: str, host: str) -> FakeServer:
        return FakeServer(host, self.seen[database][(OLD, NEW).index(host)])

    def look(self, host: str, databases: Sequence[str]) -> Mapping[str, ServerLook]:
        raise NotImplementedError

    def received(self, host: str, databases: Sequence[str]) -> Mapping[str, int | None]:
        raise NotImplementedError


def refusal(verb: Verb, **pairs: Pair) -> JbnetError | None:
    """Return why a command is refused, if it is."""
    declared = network().databases["production"]
    databases = [replace(declared, name=name) for name in pairs]
    try:
        refuse_unfit({verb}, databases, Servers(pairs))
    except JbnetError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("verb", "seen", "kind", "names"),
    [
        (Verb.SWITCHOVER, HOME, None, ""),
        (Verb.SWITCHOVER, ALONE, None, ""),
        (Verb.SWITCHOVER, AWAY, UsageError, "jbnet dr failback"),
        (Verb.SWITCHOVER, BOTH, Refused, "jbnet dr alone"),
        (Verb.SWITCHOVER, NOBODY, CommandFailed, "jbnet dr check"),
        (Verb.SWITCHOVER, STANDBY_GONE, Unreachable, "nothing was begun"),
        (Verb.FAILBACK, AWAY, None, ""),
        (Verb.FAILBACK, HOME, UsageError, "jbnet dr switchover"),
        (Verb.FAILBACK, ALONE, UsageError, "jbnet dr rejoin"),
        (Verb.FAILBACK, STANDBY_GONE, UsageError, "jbnet dr rejoin"),
        (Verb.FAILBACK, BOTH, None, ""),
        (Verb.FAILBACK, NOBODY, CommandFailed, "jbnet dr check"),
        (Verb.FAILBACK, PRIMARY_GONE, Unreachable, "nothing was begun"),
        (Verb.REJOIN, ALONE, None, ""),
        (Verb.REJOIN, BOTH, None, ""),
        (Verb.REJOIN, HOME, UsageError, "jbnet dr check"),
        (Verb.REJOIN, AWAY, UsageError, "jbnet dr failback"),
        (Verb.REJOIN, STANDBY_GONE, Unreachable, "nothing was begun"),
        (Verb.FAILOVER, BOTH, None, ""),
        (Verb.FAILOVER, NOBODY, None, ""),
        (Verb.DRILL, NOBODY, None, ""),
    ],
)
def test_what_does_not_fit_is_refused_and_what_fits_is_named(
    verb: Verb, seen: Pair, kind: type[JbnetError] | None, names: str
) -> None:
    found = refusal(verb, production=seen)
    assert type(found) is (kind or type(None))
    assert names in (str(found.hint) if found is not None else "")


def test_where_it_fits_some_databases_those_are_named() -> None:
    found = refusal(Verb.FAILBACK, production=HOME, exchange=AWAY)
    assert found is not None
    assert str(found.text) == "nothing to fail back: production is led by its primary"
    assert str(found.hint) == "for the others: jbnet dr failback --database exchange"
    assert refusal(Verb.REJOIN, production=HOME, exchange=ALONE) is None, "one that follows is passed over"


def test_a_standby_for_which_commits_do_not_wait_as_declared_has_to_rejoin() -> None:
    assert refusal(Verb.REJOIN, production=(leader(followers=STREAMING), HOME[1])) is None
