"""Small networks declared in code: the shape of the real one, without its files."""

from __future__ import annotations

from network_builder import BACKBONE, EVERYWHERE, NetworkBuilder, database

from jbnet.model.network import Level, Network, Service

SERVICES = (
    Service("pension", "养老保险", ("production",), (), EVERYWHERE),
    Service("hotline", "12333", (), (), (Level.PREFECTURE,)),
)


def small() -> Network:
    """One area: two cores, two data centres, NOC, ministry; a prefecture pair, counties (one dual-homed), townships."""
    build = NetworkBuilder()
    for name in ("core", "xining-dc", "golmud-dc", "noc"):
        build.location(name)
    build.peer("ministry", 64512)
    for name in ("core-r1", "core-r2"):
        build.device(name, "core", "core", area=BACKBONE)
    build.device("xining-dc-r1", "xining-dc", "dc-router", area=BACKBONE)
    build.device("golmud-dc-r1", "golmud-dc", "dc-router", area=BACKBONE)
    build.device("noc-s1", "noc", "noc-server", area=BACKBONE)
    build.device("ministry-r1", "ministry", "peer-router")
    build.line("core-pair1", "core-r1", "core-r2", up=False)
    for home, device in (("xining-dc", "xining-dc-r1"), ("golmud-dc", "golmud-dc-r1"), ("noc", "noc-s1")):
        build.line(f"{home}-up1", "core-r1", device)
        build.line(f"{home}-up2", "core-r2", device, backup=True)
    build.line("ministry-up1", "core-r1", "ministry-r1", area=None)
    build.line("ministry-up2", "core-r2", "ministry-r1", area=None, backup=True)
    build.session("ministry-up1", 200)
    build.session("ministry-up2", 100)
    prefecture(build, "xining", {"chengdong": 2, "chengzhong": 1, "huangyuan": 2}, dual="chengzhong")
    return build.network(databases=[database("production", "xining-dc-r1", "golmud-dc-r1")], services=SERVICES)


def prefecture(build: NetworkBuilder, name: str, counties: dict[str, int], dual: str = "") -> None:
    """Add a prefecture with its pair of routers and counties with so many townships each."""
    build.site(name, Level.PREFECTURE, build.province)
    for half in ("1", "2"):
        build.device(f"{name}-r{half}", name, "prefecture-router", area=BACKBONE)
    build.line(f"{name}-up1", "core-r1", f"{name}-r1")
    build.line(f"{name}-up2", "core-r2", f"{name}-r2", backup=True)
    build.line(f"{name}-pair1", f"{name}-r1", f"{name}-r2")
    for county, townships in counties.items():
        build.site(county, Level.COUNTY, name)
        build.device(f"{county}-r1", county, "county-router", area=BACKBONE)
        build.line(f"{county}-up1", f"{name}-r1", f"{county}-r1")
        if county == dual:
            build.line(f"{county}-up2", f"{name}-r2", f"{county}-r1", backup=True)
        for number in range(1, townships + 1):
            site = f"{county}-t{number}"
            build.site(site, Level.TOWNSHIP, county)
            build.device(f"{site}-r1", site, "township-cpe")
            build.line(f"{site}-up1", f"{county}-r1", f"{site}-r1", area=None)


AREA = "0.0.63.8"
NORTH_AREA = "0.0.63.16"
DESERT_SERVICES = (
    Service("pension", "养老", ("db",), (), (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)),
    Service("hotline", "热线", (), ("pension",), (Level.COUNTY,)),
)


def desert(*, north: bool = False) -> Network:
    """Two cores, a data centre on both, a prefecture (an area) of two border routers, a county with a line to each.

    ``north``: a second prefecture (an area of its own) has one border router, with one line, and one county.
    """
    made = NetworkBuilder()
    for number, name in enumerate(("core", "dc", "noc")):
        made.location(name, f"10.{number}.0.0/16")
    for number in (1, 2):
        made.device(f"core-r{number}", "core", "core", f"10.0.192.{number}", BACKBONE)
    made.line("core-pair1", "core-r1", "core-r2", up=False, bandwidth=10)
    made.device("dc-db1", "dc", "database-server", "10.1.192.2", BACKBONE)
    made.device("noc-s1", "noc", "noc-server", "10.2.192.1", BACKBONE)
    made.site("west", Level.PREFECTURE, "qinghai", "10.8.0.0/13", demand=4)
    for number in (1, 2):
        made.device(f"west-r{number}", "west", "prefecture-router", f"10.8.96.{number}", AREA)
    for home, lower in (
        ("dc-db1", ("dc-db1", "dc-db1")),
        ("noc", ("noc-s1", "noc-s1")),
        ("west", ("west-r1", "west-r2")),
    ):
        made.line(f"{home}-up1", "core-r1", lower[0], bandwidth=10)
        made.line(f"{home}-up2", "core-r2", lower[1], backup=True, bandwidth=10)
    made.line("west-pair1", "west-r1", "west-r2", area=AREA, up=False, bandwidth=10)
    made.site("oasis", Level.COUNTY, "west", "10.9.0.0/17", demand=8)
    made.device("oasis-r1", "oasis", "county-router", "10.9.3.1", AREA)
    made.line("oasis-up1", "west-r1", "oasis-r1", area=AREA, bandwidth=10)
    made.line("oasis-up2", "west-r2", "oasis-r1", area=AREA, backup=True, bandwidth=10)
    made.site("well", Level.TOWNSHIP, "oasis", "10.9.4.0/22", demand=3)
    made.device("well-r1", "well", "township-cpe", "10.9.4.193")
    made.line("well-up1", "oasis-r1", "well-r1", area=None, bandwidth=10)
    if north:
        _north(made)
    return made.network(databases=[database("db", "dc-db1", "dc-db1")], services=DESERT_SERVICES)


def _north(made: NetworkBuilder) -> None:
    made.site("north", Level.PREFECTURE, "qinghai", "10.16.0.0/13", demand=1)
    made.device("north-r1", "north", "prefecture-router", "10.16.96.1", NORTH_AREA)
    made.line("north-up1", "core-r1", "north-r1", bandwidth=10)
    made.site("dune", Level.COUNTY, "north", "10.17.0.0/17", demand=1)
    made.device("dune-r1", "dune", "county-router", "10.17.3.1", NORTH_AREA)
    made.line("dune-up1", "north-r1", "dune-r1", area=NORTH_AREA, bandwidth=10)
