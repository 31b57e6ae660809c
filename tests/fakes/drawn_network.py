"""Networks of the real one's shape, drawn by hypothesis: more border routers, fewer lines, other costs than usual.

Some sites are planned only, and some have no equipment of their own: they hang on a gateway.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from hypothesis import strategies as st
from network_builder import BACKBONE, EVERYWHERE, NetworkBuilder, database

from jbnet.model.network import Level, Network, Service, Status

STATUS = st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.PLANNED, Status.REGISTER])
SERVICES = (
    Service("pension", "养老", ("db",), (), (Level.PROVINCE, *EVERYWHERE)),
    Service("hotline", "热线", (), ("pension",), (Level.COUNTY,)),
)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network: one or two cores, a data centre, the NOC, up to three prefectures with counties below."""
    made = NetworkBuilder(gateway=draw(st.sampled_from([None, "core-r1"])), demand=draw(st.integers(0, 9)))
    cores = _middle(draw, made)
    for number in range(draw(st.integers(1, 2))):
        _prefecture(draw, made, f"p{number}", 8 * (number + 1), [*cores, "dc-r1"])
    _sessions(made, cores)
    return made.network(databases=[database("db", "dc-db1", "dc-db1")], services=SERVICES)


def _middle(draw: st.DrawFn, made: NetworkBuilder) -> list[str]:
    for number, name in enumerate(("core", "dc", "noc")):
        made.location(name, f"10.{number}.0.0/16")
    cores = [f"core-r{n}" for n in range(1, draw(st.integers(1, 2)) + 1)]
    for number, name in enumerate(cores, 1):
        made.device(name, "core", "core", f"10.0.192.{number}", BACKBONE)
    made.device("dc-r1", "dc", "dc-router", "10.1.192.1", BACKBONE)
    made.device("dc-db1", "dc", "database-server", "10.1.192.2", BACKBONE)
    made.device("noc-s1", "noc", "noc-server", "10.2.192.1", BACKBONE)
    if len(cores) > 1 and draw(st.booleans()):
        made.line("core-pair1", cores[0], cores[1], up=False, bandwidth=10)
    for name in ("dc-r1", "noc-s1"):
        for number, core in enumerate(draw(_some(cores))):
            made.line(f"{name}-up{number + 1}", core, name, backup=number > 0, bandwidth=10)
    made.line("dc-db1-up1", "dc-r1", "dc-db1", bandwidth=10)
    return cores


def _prefecture(draw: st.DrawFn, made: NetworkBuilder, name: str, octet: int, uppers: list[str]) -> None:
    area = f"0.0.63.{octet}"
    made.site(name, Level.PREFECTURE, "qinghai", f"10.{octet}.0.0/13", demand=draw(st.integers(0, 9)))
    doors = [f"{name}-r{n}" for n in range(1, draw(st.integers(1, 3)) + 1)]
    for number, door in enumerate(doors, 1):
        made.device(door, name, "prefecture-router", f"10.{octet}.96.{number}", area)
        for line, upper in enumerate(draw(_some(uppers)), 1):
            made.line(f"{door}-up{line}", upper, door, backup=draw(st.booleans()), bandwidth=10)
    for number, (one, other) in enumerate(zip(doors, doors[1:], strict=False), 1):
        if draw(st.booleans()):
            pair = f"{name}-pair{number}"
            made.line(pair, one, other, area=area, backup=draw(st.booleans()), up=False, bandwidth=10)
    counties: list[str] = []
    for number in range(draw(st.integers(0, 3))):
        county = f"{name}c{number}"
        block = f"10.{octet + 1}.{128 * number}.0/17" if number < 2 else f"10.{octet + 2}.0.0/17"
        made.site(county, Level.COUNTY, name, block, demand=draw(st.integers(0, 9)), status=draw(_status(made, name)))
        _county(draw, made, county, area, [*doors, *counties])
        counties.append(f"{county}-r1")


def _county(draw: st.DrawFn, made: NetworkBuilder, county: str, area: str, uppers: list[str]) -> None:
    block = made.sites[county].block
    assert block is not None
    router = f"{county}-r1"
    made.device(router, county, "county-router", block[0x301], area)
    for line, upper in enumerate(draw(_some(uppers)), 1):
        made.line(f"{county}-up{line}", upper, router, area=area, backup=draw(st.booleans()), bandwidth=10)
    for number in range(draw(st.integers(0, 2))):
        town, inside = f"{county}t{number}", block[0x400 * (number + 1)]
        status = draw(_status(made, county))
        made.site(town, Level.TOWNSHIP, county, f"{inside}/22", demand=draw(st.integers(0, 9)), status=status)
        made.device(f"{town}-r1", town, "township-cpe", inside + 0xC1)
        made.line(f"{town}-up1", router, f"{town}-r1", area=None, bandwidth=10)
        if draw(st.booleans()):
            made.site(f"{town}a", Level.COMMUNITY, town, status=draw(_status(made, town)), gateway=f"{town}-r1")


def _sessions(made: NetworkBuilder, cores: list[str]) -> None:
    """Give every core a session to a peer's router: so each announces a default into the backbone."""
    made.peer("ministry", 64512, "172.20.0.0/16")
    made.device("ministry-r1", "ministry", "peer-router", IPv4Address("10.5.0.193"))
    for number, core in enumerate(cores):
        name = f"ministry-up{number + 1}"
        made.line(name, core, "ministry-r1", area=None, backup=number > 0, bandwidth=10)
        made.session(name, 200 - 100 * number)


def _status(made: NetworkBuilder, parent: str) -> st.SearchStrategy[Status]:
    """Nothing is in use below what is not."""
    above = made.sites[parent].status
    return STATUS if above is Status.ACTIVE else st.just(above)


def _some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
