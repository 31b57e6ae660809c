"""What recovery does with a local standby: brought back behind its primary, started with it, left out elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_local_standby import BESIDE, EAST, WEST, network
from test_recover_actions import FakeServer, World, leader, standby, stopped

from jbnet.model.business import Replication
from jbnet.model.errors import Refused
from jbnet.ports import LostTransactions, ServerState
from jbnet.services.recover.actions import Place
from jbnet.services.recover.actions_all import all_actions
from jbnet.services.recover.actions_assess import loss
from jbnet.services.recover.actions_hand_back import take_back

PARAMS = {"database": "cards"}


class Three:
    """Implements DatabaseServers: three servers of one database, and actions over them."""

    def __init__(self, *states: ServerState, mode: Replication = Replication.LOCAL_BLOCK):
        self.servers = {host: FakeServer(host, now) for host, now in zip((EAST, BESIDE, WEST), states, strict=True)}
        for host in (BESIDE, WEST):
            self.servers[host].peer = self.servers[EAST]
        self.servers[EAST].peer = self.servers[WEST]
        world = World(None, None)
        self.tools = replace(world.tools, network=network(mode), servers=self)  # type: ignore[arg-type]  # the half that acts
        self.routes, self.handovers, self.actions = world.routes, world.handovers, all_actions(self.tools)

    def server(self, database: str, host: str) -> FakeServer:
        return self.servers[host]


def test_it_is_brought_into_line_with_the_primary_and_commits_wait_for_it() -> None:
    three = Three(leader(timeline=3), stopped(shut_down=False), standby())
    three.servers[BESIDE].lost = LostTransactions(1, "0/3C0", ("7 0/3D0 t",))
    action = three.actions["rebuild-local"]
    assert not action.probe(PARAMS).done
    assert action.do(PARAMS).evidence["by"] == "rewind"
    assert "slot east_db2" in three.servers[EAST].did
    assert f"settings {BESIDE} False" in three.servers[EAST].did
    assert three.servers[WEST].did == []
    assert action.verify(PARAMS).done
    assert action.probe(PARAMS).done, "a second time there is nothing to do"


def test_it_is_not_brought_into_line_with_a_primary_that_does_not_lead() -> None:
    three = Three(standby(), stopped(), leader())
    with pytest.raises(Refused, match=f"{EAST} does not lead"):
        three.actions["rebuild-local"].do(PARAMS)
    assert three.servers[BESIDE].did == []


def test_where_none_is_declared_there_is_nothing_to_do() -> None:
    three = Three(leader(), stopped(), standby(), mode=Replication.BLOCK)
    action = three.actions["rebuild-local"]
    assert action.probe(PARAMS).done
    assert action.do(PARAMS).done
    assert action.verify(PARAMS).done
    assert [server.did for server in three.servers.values()] == [[], [], []]


def test_the_other_site_s_standby_is_rebuilt_without_a_word_about_whom_commits_wait_for() -> None:
    three = Three(leader(timeline=3, synchronous_to="FIRST 1 (east_db2)"), standby(), stopped())
    action, given = three.actions["rebuild-standby"], {**PARAMS, "host": WEST, "source": EAST}
    action.do(given)
    assert not any(did.startswith("settings") for did in three.servers[EAST].did)
    assert action.verify(given).done


def test_a_primary_whose_fence_failed_waits_for_the_local_one_again_and_that_is_started() -> None:
    three = Three(stopped(), stopped(BESIDE, was_leading=False), standby(receiver=None))
    three.actions["unfence"].do({**PARAMS, "host": EAST})
    assert three.servers[EAST].did[-2:] == [f"settings {BESIDE} False", "start"]
    assert three.servers[BESIDE].did == ["start"]


def test_a_hand_over_taken_back_waits_for_the_local_one() -> None:
    three = Three(stopped(), standby(), standby(receiver=None))
    take_back(three.tools, Place(network().databases["cards"], WEST, EAST))
    assert f"settings {BESIDE} False" in three.servers[EAST].did


def test_the_approvers_figures_know_nothing_of_the_local_standby() -> None:
    where = Place(network().databases["cards"], EAST, WEST)
    figures = loss(where, leader(synchronous_to="FIRST 1 (east_db2)", full_commits=True), standby())
    assert (figures["waited_for_standby"], figures["expected_loss_bytes"]) == (False, 100)
    assert loss(where, None, standby())["expected_loss_bytes"] is None
