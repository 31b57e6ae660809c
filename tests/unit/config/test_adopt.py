"""Adoption in parts: names, lines, LLDP, codes, blocks, reading."""

from __future__ import annotations

import pytest

from jbnet.config.adopt.draft import Draft
from jbnet.config.adopt.drafting import draft
from jbnet.config.adopt.facts import Problem, Running, Source
from jbnet.config.adopt.files import files
from jbnet.config.adopt.joints import joints
from jbnet.config.adopt.lldp import same_port, sightings
from jbnet.config.adopt.names import housed, patterns
from jbnet.config.adopt.reading import read
from jbnet.config.adopt.space import room
from jbnet.inventory.loader import load
from jbnet.model.levels import Level

COUNTIES = patterns(
    [r"(?P<prefecture>[a-z]+)-(?P<county>[a-z]+)-(?P<device>r\d)", r"(?P<prefecture>[a-z]+)-(?P<device>r\d)"]
)


def running(name: str, *addresses: str, extra: str = "", platform: str = "frr") -> Running:
    """A router with FRR and these addresses on eth0, eth1 and so on."""
    ports = "".join(f"interface eth{n}\n ip address {a}\nexit\n!\n" for n, a in enumerate(addresses))
    found = read(Source(f"{name}.conf", f"frr defaults traditional\nhostname {name}\n{ports}{extra}", platform))
    assert isinstance(found, Running)
    return found


def drafted(*texts: Running, lldp: str = "", names: tuple[str, ...] = ()) -> Draft:
    return draft(texts, patterns(names) if names else COUNTIES, "net", [*sightings([Source("lldp.txt", lldp)])])


@pytest.mark.parametrize(
    ("name", "home", "device", "homes"),
    [
        ("xining-chengdong-r1", "chengdong", "chengdong-r1", ("xining", "chengdong")),
        ("XINING-R2", "xining", "xining-r2", ("xining",)),
        ("branch_7", "branch-7", "branch-7-r1", ()),
        ("core-r3", "core", "core-r3", ("core",)),
        ("9-to-5", "s9-to-5", "s9-to-5-r1", ()),
        ("a-very-long-name-of-a-place", "a-very-long", "a-very-long-r1", ()),
    ],
)
def test_a_host_name_says_where_a_device_stands(name: str, home: str, device: str, homes: tuple[str, ...]) -> None:
    found = housed(name, COUNTIES)
    assert (found.home, found.device, found.homes) == (home, device, homes)


def test_a_township_is_called_after_the_county_in_which_it_lies() -> None:
    known = patterns([r"(?P<county>[a-z]+)-(?P<township>[a-z]+)-(?P<community>[a-z]+)-(?P<device>r\d)"])
    assert housed("lake-north-gate-r1", known).homes == ("lake", "lake-north", "lake-north-gate")


def test_two_devices_that_would_bear_one_name_get_two() -> None:
    found = drafted(running("alpha", "10.0.0.1/24"), running("alpha ", "10.0.1.1/24"), running("al_pha", "10.0.2.1/24"))
    assert list(found.devices) == ["alpha-r1", "alpha-r2", "al-pha-r1"]


def test_a_narrow_subnet_of_two_is_a_line_from_the_home_further_down() -> None:
    found = drafted(running("xining-r1", "10.0.0.0/31"), running("xining-lake-r1", "10.0.0.1/31"))
    line = found.homes["lake"].circuits["up1"]
    assert (line.from_, line.to) == ("r1", "xining-r1")
    assert found.devices["lake-r1"].ports == {"up1": "eth0"}
    assert list(found.devices["xining-r1"].exceptions) == [f"{found.homes['lake'].down}-1"]


def test_a_wide_subnet_of_two_is_a_line_only_where_they_saw_each_other() -> None:
    texts = running("xining-r1", "10.0.0.1/24"), running("xining-lake-r1", "10.0.0.2/24")
    assert drafted(*texts).homes["lake"].circuits == {}
    seen = "<xining-r1>display lldp neighbor brief\nLocal Intf  Neighbor Dev  Neighbor Intf  Exptime\n"
    seen += "eth0  xining-lake-r1  eth0  105\n"
    assert list(drafted(*texts, lldp=seen).homes["lake"].circuits) == ["up1"]


def test_what_lldp_saw_and_nothing_explains_is_told() -> None:
    seen = """<xining-r1>display lldp neighbor-information list
System Name  Local Interface  Chassis ID  Port ID
eth0  00e0-fc12-3456  eth0  xining-lake-r1
eth0  00e0-fc12-3457  eth0  somebody
"""
    found = drafted(running("xining-r1", "10.0.0.1/30"), running("xining-lake-r1", "10.0.1.1/30"), lldp=seen)
    told = {str(problem.place): str(problem.text) for problem in found.problems if problem.place.file == "lldp.txt"}
    assert told == {
        "lldp.txt:3:1": "LLDP: lake-r1:eth0, xining-r1:eth0 are joined and share no subnet of their own",
        "lldp.txt:4:1": "LLDP: xining-r1:eth0 saw somebody:eth0; "
        "one of them is not among the configurations that were read",
    }


@pytest.mark.parametrize(
    ("short", "full", "same"),
    [
        ("GE0/1/0", "GigabitEthernet0/1/0", True),
        ("XGE1/0/1", "XGigabitEthernet1/0/1", True),
        ("Eth0/0/1", "Ethernet0/0/1", True),
        ("100GE0/2/0", "100GE0/2/0", True),
        ("GE0/1/0", "GigabitEthernet0/1/1", False),
        ("GE0/1/0", "Ethernet0/1/0", False),
        ("GE0/1/0", "LoopBack0", False),
    ],
)
def test_short_names_of_ports_are_recognised(short: str, full: str, same: bool) -> None:
    assert same_port(short, full) is same


def test_two_lines_between_two_homes_are_numbered_in_the_order_of_the_lower_ports() -> None:
    upper = running("xining-r1", "10.0.0.3/31", "10.0.0.1/31")
    lower = running("xining-lake-r1", "10.0.0.0/31", "10.0.0.2/31")
    found = drafted(upper, lower)
    assert found.devices["lake-r1"].ports == {"up1": "eth0", "up2": "eth1"}
    assert list(found.devices["xining-r1"].ports.values()) == ["eth1", "eth0"]


def test_lines_between_sites_that_do_not_hold_each_other_are_declared_as_lans() -> None:
    found = drafted(running("east-lake-r1", "10.0.0.0/31"), running("west-hill-r1", "10.0.0.1/31"))
    assert [home.circuits for home in found.homes.values()] == [{}] * 4
    assert list(found.devices["lake-r1"].lans) == ["lan1"]
    assert "does not hold" in str(found.problems[-1].text)


def test_a_prefecture_has_the_code_of_its_area_and_others_get_one_of_their_own() -> None:
    area = "router ospf\n ospf router-id 10.9.9.9\n area 0.0.63.7 nssa\nexit\n"
    odd = area.replace("0.0.63.7", "0.0.1.200")
    found = drafted(running("north-r1", extra=area), running("south-r1", extra=odd), running("north-lake-r1"))
    assert found.homes["north"].code == "6307"
    assert found.homes["lake"].code == "630701"
    assert len(found.homes["south"].code) == 4
    assert "0.0.1.200" in str(found.problems[-1].text)


def test_a_block_that_does_not_lie_in_the_one_above_is_not_kept() -> None:
    def of(name: str, loopback: str, block: str) -> Running:
        lo = f"interface lo\n ip address {loopback}/32\nexit\nip route {block} blackhole\n"
        return running(name, extra=lo)

    found = drafted(of("north-r1", "10.8.0.1", "10.8.0.0/16"), of("north-lake-r1", "10.8.64.1", "10.8.64.0/18"),
                    of("north-hill-r1", "10.9.0.1", "10.9.0.0/18"))  # fmt: skip
    space = room(found, keep=True)
    assert space is not None
    assert {name: str(block) for name, block in space.known.items()} == {
        "north": "10.8.0.0/16",
        "lake": "10.8.64.0/18",
    }
    without = room(found, keep=False)
    assert without is not None
    assert without.known == {}


def test_the_plan_lies_where_nothing_runs() -> None:
    found = drafted(running("north-r1", "10.255.255.1/24", "10.0.0.1/24", "192.168.1.1/24"))
    space = room(found, keep=False)
    assert space is not None
    drawn = [space.services, *space.pools, *space.locations.values(), *space.peers.values()]
    assert all(not prefix.overlaps(used) for prefix in drawn for used in found.used())
    assert all(prefix.subnet_of(space.supernet) for prefix in drawn)


def test_areas_follow_from_networks_the_longest_first() -> None:
    process = "router ospf\n network 10.0.0.0/8 area 0\n network 10.1.0.0/16 area 0.0.0.5\nexit\n"
    found = running("a-r1", "10.1.2.1/24", "10.2.0.1/24", extra=process)
    assert [port.area for port in found.ports.values()] == ["0.0.0.5", "0.0.0.0"]


def test_values_that_are_none_are_not_understood() -> None:
    text = "frr defaults traditional\nhostname r\ninterface eth0\n ip address 10.0.0.300/24\n ip ospf area x\nexit\n"
    found = read(Source("r", text, "frr"))
    assert isinstance(found, Running)
    assert found.ports["eth0"].address is None
    assert not {4, 5} & found.understood


def test_a_text_that_nobody_recognises_is_a_problem_and_not_an_error() -> None:
    assert isinstance(read(Source("x", "hello\n")), Problem)


def test_addresses_of_a_vpn_instance_are_nobodys_lines() -> None:
    text = """!Software Version V800R023C10SPC500
#
sysname {name}
#
interface GigabitEthernet0/1/0
 ip binding vpn-instance A
 ip address 10.0.0.{n} 255.255.255.252
#
return
"""
    read_ = [read(Source(name, text.format(name=name, n=n))) for n, name in enumerate(("a-r1", "b-r1"), 1)]
    texts = {one.name: one for one in read_ if isinstance(one, Running)}
    assert joints(texts, {}, {}).lines == ()
    assert joints(texts, {}, {}).lans == ()


def test_levels_of_the_draft_that_speak_ospf_are_said() -> None:
    process = "router ospf\n ospf router-id 10.9.9.9\nexit\n"
    found = drafted(running("north-r1", extra=process), running("north-lake-r1"))
    assert found.speakers == (Level.PREFECTURE,)


def test_townships_of_one_key_in_two_counties_stand_in_their_counties() -> None:
    names = (r"(?P<county>[a-z]+)-(?P<township>[a-z]+)-(?P<device>r\d)", r"(?P<county>[a-z]+)-(?P<device>r\d)")
    texts = [running(name) for name in ("lake-r1", "lake-north-r1", "hill-r1", "hill-north-r1")]
    found = drafted(*texts, names=names)
    space = room(found, keep=True)
    assert space is not None
    network = load(files(found, space)).network
    assert network is not None
    assert set(network.devices) == {"lake-r1", "lake-north-r1", "hill-r1", "hill-north-r1"}


@pytest.mark.parametrize(
    ("platform", "mask", "indent"), [("vrp8", "255.255.0.0", ""), ("vrp5", "255.255.0.0", ""), ("comware7", "16", " ")]
)
def test_static_routes_are_read_with_all_that_a_declaration_can_say(platform: str, mask: str, indent: str) -> None:
    lines = f"{indent}ip route-static 10.9.0.0 {mask} 10.1.0.2 preference 70 description far hall\n"
    lines += f"{indent}ip route-static 10.8.0.0 {mask} NULL0\n"
    found = read(Source("r.cfg", f"#\nsysname r\n#\n{lines}#\nreturn\n", platform))
    assert isinstance(found, Running)
    assert [(str(r.prefix), r.via and str(r.via), r.preference, r.description) for r in found.routes] == [
        ("10.9.0.0/16", "10.1.0.2", 70, "far hall"),
        ("10.8.0.0/16", None, None, ""),
    ]


def test_static_routes_of_frr_are_read() -> None:
    said = "ip route 10.9.0.0/16 10.1.0.2 70\nip route 10.8.0.0/16 blackhole\n"
    found = running("r", extra=said + "ip route 10.7.0.0/16 10.1.0.2 eth0\n")
    assert [(str(r.prefix), r.via and str(r.via), r.preference) for r in found.routes] == [
        ("10.9.0.0/16", "10.1.0.2", 70),
        ("10.8.0.0/16", None, None),
    ]
