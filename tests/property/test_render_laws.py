"""Nothing that is decided is lost on the way to a platform's text, and nothing depends on the order of anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from drawn_intents import INTENTS
from equipped import RENDERED, equipped
from hypothesis import given

from jbnet.config.intent import Intent
from jbnet.config.printer import print_intent, trace_intent
from jbnet.config.render import intent, render
from jbnet.platforms.registry import names, platform


def said(what: Intent) -> Iterator[str]:
    """Yield every name, address and number that has to stand in the text."""
    yield what.hostname
    for port in what.interfaces:
        yield from (port.name, port.description, str(port.address.ip) if port.address else port.name)
        yield from (f"area {port.area}", f"cost {port.cost}") if port.area and port.cost else ()
    for route in what.statics:
        yield from (str(route.prefix.network_address), str(route.via) if route.via else "")
        yield str(route.distance or "")
    if what.ospf is not None:
        yield str(what.ospf.router_id)
        for area in what.ospf.areas:
            yield str(area.range.network_address) if area.range else ""
    if what.bgp is not None:
        yield from (str(what.bgp.asn), str(what.bgp.router_id), *(str(p.network_address) for p in what.bgp.networks))
        for peer in what.bgp.neighbors:
            yield from (
                str(peer.address),
                str(peer.asn),
                peer.description,
                str(peer.route_map_in or ""),
                str(peer.route_map_out or ""),
            )
    for entry in what.prefix_lists:
        yield from (entry.name, str(entry.prefix.network_address), str(entry.seq))
    for clause in what.route_maps:
        yield from (clause.name, clause.match, str(clause.seq), str(clause.local_preference or ""))


@pytest.mark.parametrize("name", names())
@given(what=INTENTS)
def test_every_name_address_and_number_of_an_intent_stands_in_the_text(name: str, what: Intent) -> None:
    if platform(name).loopback is None:
        what = replace(what, interfaces=tuple(replace(p, name=p.name[-12:]) for p in what.interfaces))
    text = print_intent(name, what)
    assert [value for value in said(what) if value not in text] == []


@pytest.mark.parametrize("name", RENDERED)
@given(what=INTENTS)
def test_the_traced_text_is_the_text(name: str, what: Intent) -> None:
    assert "".join(f"{line.text}\n" for line in trace_intent(name, what)) == print_intent(name, what)


@pytest.mark.parametrize("name", RENDERED)
def test_every_device_renders_on_every_platform_and_nothing_of_it_is_lost(name: str) -> None:
    network = equipped(name)
    for device in network.devices.values():
        text = render(network, device)
        assert [value for value in said(intent(network, device)) if value not in text] == []


@pytest.mark.parametrize("name", RENDERED)
@given(what=INTENTS)
def test_no_line_is_blank_or_ends_in_a_blank_and_contexts_step_by_one(name: str, what: Intent) -> None:
    depth = 0
    for line in print_intent(name, what).splitlines():
        assert line.strip()
        assert line == line.rstrip()
        indent = len(line) - len(line.lstrip(" "))
        assert indent <= depth + 1
        depth = indent
