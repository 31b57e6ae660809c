"""The forecast against brute force: what every router would be configured to do, packet by packet."""

from __future__ import annotations

from ipaddress import IPv4Address

from drawn_network import networks
from explanations import Broken, Silent
from forwarding_oracle import Oracle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.model.network import Network, Status
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

VANTAGES = ("noc-s1", "dc-db1", "core-r1")
settings.register_profile("forecast", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("forecast")


@st.composite
def failures(draw: st.DrawFn, network: Network, most: int = 2) -> FailureSet:
    """Draw up to some circuits, with ports down or up, and devices that fail together."""
    things = st.one_of(
        st.tuples(st.sampled_from(["circuits", "silent"]), st.sampled_from(sorted(network.circuits))),
        st.tuples(st.just("devices"), st.sampled_from(sorted(network.devices))),
    )
    drawn = draw(st.lists(things, min_size=0, max_size=most))
    return FailureSet.of(**{kind: [n for k, n in drawn if k == kind] for kind in ("circuits", "devices", "silent")})


def oracle_of(network: Network, failure: FailureSet) -> Oracle:
    return Silent(network, Broken(failure.circuits, failure.silent - failure.circuits, failure.devices))


@given(networks(), st.data())
@settings(max_examples=60)
def test_reached_is_what_packets_reach(network: Network, data: st.DataObject) -> None:
    failure = data.draw(failures(network))
    oracle = oracle_of(network, failure)
    forecaster = Forecaster(network)
    for vantage in VANTAGES:
        ours = {device for device in network.devices if device != "ministry-r1" and oracle.exchanges(vantage, device)}
        assert forecaster.reached(vantage, failure) - {"ministry-r1"} == ours, vantage


@given(networks(), st.data())
@settings(max_examples=60)
def test_services_stop_for_the_sites_that_reach_no_host(network: Network, data: st.DataObject) -> None:
    failure = data.draw(failures(network))
    whole, broken = Oracle(network), oracle_of(network, failure)
    in_use = [site.name for site in network.sites.values() if site.status is Status.ACTIVE]
    lost = [site for site in in_use if _serves(network, whole, site) and not _serves(network, broken, site)]
    expected = {
        service.name: count
        for service in network.services.values()
        if (count := sum(network.sites[site].level in service.levels for site in lost))
    }
    found = {impact.name: impact.sites for impact in Forecaster(network).of(failure).services}
    assert found == expected


def _serves(network: Network, oracle: Oracle, site: str) -> bool:
    return any(oracle.exchanges(device, "dc-db1") for device in _behind(network, site))


def _behind(network: Network, site: str) -> list[str]:
    """Return the devices that a site uses: its own, else its gateway."""
    gateway = network.sites[site].gateway
    return [d.name for d in network.devices.values() if d.home == site] or ([gateway] if gateway else [])


@given(networks(), st.data())
@settings(max_examples=150)
def test_what_is_mended_equals_what_is_computed_anew(network: Network, data: st.DataObject) -> None:
    forecaster = Forecaster(network)
    for _ in range(4):
        failure = data.draw(failures(network, 3))
        assert forecaster.of(failure) == forecaster.anew(failure)


@given(networks())
@settings(max_examples=25)
def test_every_single_failure_cuts_off_the_sites_that_no_core_reaches(network: Network) -> None:
    forecaster, whole = Forecaster(network), Oracle(network)
    cores = [device for device in network.devices if device.startswith("core-")]
    before = _reached_sites(network, whole, cores)
    for name in network.circuits:
        after = _reached_sites(network, Oracle(network, circuits=[name]), cores)
        found, lost = forecaster.of(FailureSet.of(circuits=[name])), {site for site in before if site not in after}
        in_use = {site for site in lost if network.sites[site].status is Status.ACTIVE}
        assert (set(found.cut_off), set(found.planned)) == (in_use, lost - in_use), name
        assert len(found.cut_off) + len(found.planned) == len(lost), name


def _reached_sites(network: Network, oracle: Oracle, cores: list[str]) -> list[str]:
    reached = {device for device in network.devices if any(oracle.exchanges(core, device) for core in cores)}
    return [site for site in network.sites if reached.intersection(_behind(network, site))]


@given(networks(), st.data())
@settings(max_examples=60)
def test_the_line_up_is_the_one_that_packets_leave_by(network: Network, data: st.DataObject) -> None:
    failure = data.draw(failures(network))
    oracle, forecaster = oracle_of(network, failure), Forecaster(network)
    for home, (device, circuits) in forecaster.lines_up(failure, network.sites).items():
        root = _nearest_core(network, oracle, device)
        if root is not None:
            assert circuits[0] in oracle.next_circuits(device, root), (home, device)


def _nearest_core(network: Network, oracle: Oracle, device: str) -> IPv4Address | None:
    """Return a core's loopback, where there is but one core to go to."""
    cores = [d for d in network.devices.values() if d.name.startswith("core-") and d.name not in oracle.dead]
    return cores[0].loopback if len(cores) == 1 and oracle.exchanges(device, cores[0].name) else None
