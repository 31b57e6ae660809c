"""Whether the members of a lease still decide when a data centre is dark: enough of them, with a way to each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.inventory.reading.source import Source
from jbnet.model.levels import Level
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.recovery.fields import Findings
from jbnet.recovery.lease_plan import LeasePlan
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet


def check_reach(
    source: Source, plan: LeasePlan, sides: Mapping[str, str], network: Network, findings: Findings
) -> None:
    """Report (JB716) that with one side dark the other side's database host reaches no majority of the members.

    It is asked as routers would have it: a member whose line lies in the backbone area, behind a router that has lost
    the core, is cut off, although its prefecture has another way out. Who counts the silence of a dark site does so
    from a database host of the other.
    """
    forecaster = Forecaster(network)
    for dark, host in _cases(sides, network):
        reached = forecaster.reached(host, FailureSet.of(sites=dark))
        left = [member for member in plan.members if member in reached]
        if len(left) * 2 > len(plan.members):
            continue
        message = text(
            "with {dark} dark, {host} reaches {left} of {count} members: nobody could take the lease; give the others "
            "a line to a router that has a way past it (`jbnet whatif` shows it)",
            dark=", ".join(dark), host=host, left=len(left), count=len(plan.members),
        )  # fmt: skip
        findings.add("JB716", message, source.place(("lease", "members")))
        return


def _cases(sides: Mapping[str, str], network: Network) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is dark together, and a database host on the other side; what belongs to the province (its core, its
    NOC) stands in the capital, with the primary.
    """
    capital = tuple(
        name for name, found in network.locations.items()
        if network.sites[found.site].level is Level.PROVINCE and name not in sides.values()
    )  # fmt: skip
    primary, standby = sides["primary"], sides["standby"]
    for dark, other in (((primary,), standby), ((primary, *capital), standby), ((standby,), primary)):
        hosts = (host for found in network.databases.values() for host in (found.primary, found.standby))
        host = next((host for host in hosts if network.devices[host].home == other), None)
        if host is not None:
            yield dark, host
