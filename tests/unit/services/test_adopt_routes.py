"""Static routes of networks that exist: declared where that can be done, told where it cannot."""

from __future__ import annotations

from jbnet.config.adopt.account import Fate
from jbnet.config.adopt.facts import Source
from jbnet.config.adopt.names import patterns
from jbnet.model.ownership import Hold
from jbnet.services.adopt import Adoption, adopt
from jbnet.wiring.adopting import differ

HEAD = "frr defaults traditional\nhostname {name}\ninterface eth0\n ip address {address}\nexit\n!\n"
UPPER = HEAD.format(name="core-r1", address="10.0.0.0/31")
LOWER = HEAD.format(name="lake-r1", address="10.0.0.1/31")
NAMES = patterns([r"(?P<location>core)-(?P<device>r\d)", r"(?P<prefecture>lake)-(?P<device>r\d)"])


def adopted(routes: str) -> Adoption:
    texts = {"core-r1": UPPER, "lake-r1": f"{LOWER}{routes}!\nend\n"}
    return adopt([Source(f"{name}.conf", text, "frr") for name, text in texts.items()], NAMES, "net", differ)


def test_a_route_of_somebodys_own_is_declared_and_rendered_as_it_runs() -> None:
    speaking = UPPER.replace("/31\n", "/31\n ip ospf area 0.0.0.0\n") + "router ospf\nexit\n!\n"
    route = "ip route 172.30.0.0/16 10.0.0.1 200\n!\nend\n"
    found = adopt([Source("core-r1.conf", speaking + route, "frr"), Source("lake.conf", LOWER, "frr")], NAMES, "net",
                  differ)  # fmt: skip
    network = found.loaded.network
    assert network is not None
    (declared,) = network.routes["core-r1"]
    assert (str(declared.prefix), str(declared.via), declared.preference) == ("172.30.0.0/16", "10.0.0.1", 200)
    assert [line.fate for line in found.lines if line.said.startswith("ip route 172.30")] == [Fate.DECLARED]
    assert [str(p.text) for p in found.problems if "route" in str(p.text)] == []


def test_what_follows_from_where_a_site_lies_is_not_declared_again() -> None:
    network = adopted("ip route 0.0.0.0/0 10.0.0.0 250\n").loaded.network
    assert network is not None
    assert network.routes == {}


def test_a_route_that_cannot_be_declared_is_told_with_its_line_and_stays() -> None:
    odd = ("172.30.0.0/16 192.0.2.1", "0.0.0.0/0 10.0.0.0", "172.31.0.0/16 10.0.0.0 255")
    found = adopted("".join(f"ip route {one}\n" for one in odd))
    told = {p.place.line: str(p.text) for p in found.problems if "route" in str(p.text)}
    assert told == {
        7: "the route to 172.30.0.0/16 is not declared: its next hop stands on no link that is declared",
        8: "the route to 0.0.0.0/0 is not declared: lake-r1 has a default route by lake-up1 with the preference 250; "
        "this one, with 1, would be used before it",
        9: "the route to 172.31.0.0/16 is not declared: its preference or its description cannot be written",
    }
    assert found.held["lake-r1"].of("statics", "") is Hold.OBSERVED
