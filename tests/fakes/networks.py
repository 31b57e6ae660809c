"""A small network declared in code: the shape of the real one, without its files, in one area."""

from __future__ import annotations

from network_builder import BACKBONE, EVERYWHERE, NetworkBuilder, database

from jbnet.model.network import Level, Network, Service

SERVICES = (
    Service("pension", "养老保险", ("production",), (), EVERYWHERE),
    Service("hotline", "12333", (), (), (Level.PREFECTURE,)),
)


def small() -> Network:
    """Two cores, two data centres, NOC, ministry; one prefecture pair, three counties (one dual-homed), townships."""
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
