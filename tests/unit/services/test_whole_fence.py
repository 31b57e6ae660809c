"""A local standby is fenced with its primary: neither proof stands for the other, and nobody else is asked twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from test_local_standby import BESIDE, EAST, WEST, network

from jbnet.model.business import Replication
from jbnet.ports import FenceProof
from jbnet.services.recover.whole_fence import WholeFence


@dataclass
class OneFence:
    """Implements the half of Fence that concerns one database: proved are the hosts named."""

    proved: set[str]
    filters: Mapping[str, Mapping[str, bool | None]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def _proof(self, what: str, host: str) -> FenceProof:
        self.asked.append((what, host))
        return FenceProof("cards", host, host in self.proved, "ring" if host in self.proved else "", ({"at": host},))

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        return self._proof("check", host)

    def glance(self, database: str, host: str) -> FenceProof:
        return self._proof("glance", host)

    def close(self, database: str, host: str) -> FenceProof:
        return self._proof("close", host)

    def open(self, database: str, host: str) -> FenceProof:
        return self._proof("open", host)

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        return self.filters.get(host, {})


def whole(leads: OneFence, local: OneFence, mode: Replication = Replication.LOCAL_BLOCK) -> WholeFence:
    return WholeFence(network(mode), leads, local)  # type: ignore[arg-type]  # the half that is asked


@pytest.mark.parametrize("what", ["check", "glance", "close", "open"])
@pytest.mark.parametrize(("primary", "local"), [(True, True), (True, False), (False, True), (False, False)])
def test_it_is_proved_when_both_are(what: str, *, primary: bool, local: bool) -> None:
    leads, beside = OneFence({EAST} if primary else set()), OneFence({BESIDE} if local else set())
    proof = getattr(whole(leads, beside), what)("cards", EAST)
    assert proof.proved is (primary and local)
    assert (proof.host, bool(proof.by)) == (EAST, primary and local)
    assert (leads.asked, beside.asked) == ([(what, EAST)], [(what, BESIDE)])
    assert {EAST, BESIDE} <= {seen.get("at") for seen in proof.observations}


def test_the_other_site_and_databases_without_a_local_standby_have_one_fence() -> None:
    for host, mode in ((WEST, Replication.LOCAL_BLOCK), (EAST, Replication.BLOCK)):
        leads, beside = OneFence({host}), OneFence(set())
        assert whole(leads, beside, mode).close("cards", host) == OneFence({host}).close("cards", host)
        assert beside.asked == []


def test_a_router_that_filters_around_either_filters_and_a_silent_one_is_not_known() -> None:
    leads = OneFence(set(), {EAST: {"r1": False, "r2": False, "r3": None}})
    local = OneFence(set(), {BESIDE: {"r1": True, "r2": None, "r3": True, "r4": False}})
    assert whole(leads, local).filtered("cards", EAST) == {"r1": True, "r2": None, "r3": True, "r4": False}
