"""A change of what encrypts a county's only line, which nobody confirms: it goes back at both ends, with the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from encrypted_lab import (
    LOWER,
    PORTS,
    UPPER,
    declare,
    encrypted_lab,
    file_of,
    is_at_rest,
    laid,
    protected,
)
from eventually import eventually
from running_apply import begin
from workspace import Workspace

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

BACK_S = 120.0
TIMER = ("--timer", "20")
TYPED = ("interface lan1", "bandwidth 77")
"""A line of FRR's own that the plan takes away in the same breath."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A prefecture with a county on a single line, which is encrypted."""
    with encrypted_lab(tmp_path_factory.mktemp("encrypted")) as workspace:
        yield workspace


def test_what_nobody_confirms_goes_back_at_both_ends_by_the_timer_and_at_a_boot(network: Workspace) -> None:
    before = {name: file_of(network, name).read_text() for name in PORTS}
    network.type(LOWER, *TYPED)
    declare(network.folder, encryption="aes128")
    plan = network.plan()
    assert [unit["devices"] for unit in plan["units"]] == [[LOWER, UPPER]]
    run = begin(network, plan, *TIMER)
    run.until("apply.looking", UPPER)
    run.kill()
    assert set(laid(network, "esp_proposals").values()) == {"aes128-sha256-modp2048"}
    assert TYPED[-1] not in network.running(LOWER)
    assert not is_at_rest(network)
    network.lab.kill(LOWER)
    network.lab.boot(LOWER)
    assert file_of(network, LOWER).read_text() == before[LOWER]
    assert TYPED[-1] in network.running(LOWER)
    assert eventually(lambda: is_at_rest(network), BACK_S)
    assert {name: file_of(network, name).read_text() for name in PORTS} == before
    assert eventually(lambda: not network.cut_off("noc-s1", [LOWER]), BACK_S)
    network.apply(plan, *TIMER, "--resume")
    assert all(protected(network, name).startswith("AES_CBC-128") for name in PORTS)
    assert not network.plan()["changes"]
