"""Laws of the Differ for VRP and Comware, by what a router makes of the commands, not by what the Differ thinks.

Nothing between equals; the commands lead from any configuration to any other; and back again.
"""

from __future__ import annotations

import pytest
from cli_configs import configs, loaded, told
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.annet_differ import AnnetDiffer

KINDS: dict[type[Router], AnnetDiffer] = {
    Vrp8: AnnetDiffer("vrp8"), Vrp5: AnnetDiffer("vrp5"), Comware: AnnetDiffer("comware7")
}  # fmt: skip
quick = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shown(router: Router) -> str:
    return "\n".join(router.running.lines()) + "\n"


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_a_configuration_differs_from_itself_in_nothing(kind: type[Router], data: st.DataObject) -> None:
    config = shown(loaded(kind, data.draw(configs(kind))))
    assert not KINDS[kind].compare(config, config)


@pytest.mark.parametrize("kind", KINDS)
@quick
@given(data=st.data())
def test_the_commands_lead_to_the_intended_and_those_of_the_way_back_lead_back(
    kind: type[Router], data: st.DataObject
) -> None:
    before, intended = data.draw(configs(kind)), data.draw(configs(kind))
    router, goal, differ = loaded(kind, before), loaded(kind, intended), KINDS[kind]
    start = shown(router)
    told(router, differ.compare(start, shown(goal)).commands)
    assert not differ.compare(shown(router), shown(goal)), f"{start}\n--\n{shown(router)}\n--\n{shown(goal)}"
    told(router, differ.compare(shown(goal), start).commands)
    assert not differ.compare(shown(router), start)
