"""``jbnet dr status --lease``: who holds each database's lease, for how long, and how many members answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.cli.context import Context


def leases(context: Context) -> list[dict[str, object]]:
    """Look, show, and return them as JSON has them; from where recovery is run, as `jbnet dr check` looks."""
    from jbnet import wiring
    from jbnet.cli.dr_check_show import check_json, show_checks
    from jbnet.cli.vantage import enter
    from jbnet.recovery.readiness import worst_first

    enter(context, wiring.recovery_plan(context.directory).run_from)
    network = wiring.load_network(context.directory, context.state_dir)
    found = wiring.leases(context.directory, context.state_dir, network, tuple(network.databases))
    if found:
        show_checks(context, found, {}, everything=True)
    else:
        context.say("no lease is declared (lease: in dr/plan.yaml)")
    return [check_json(context, result, {}) for result in worst_first(found)]
