"""What a plan says of rules that the declaration breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jbnet.cli.columns import hanging
from jbnet.model.text import Text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.findings import Finding

FEW = 5


def finding_line(context: Context, finding: Finding) -> str:
    """Return a finding on one line: place, severity, code, what is wrong."""
    severity = context.tr(Text(finding.severity.value))
    return f"{finding.place or '-'} {severity} {finding.code} {context.tr(finding.text)}"


def print_faults(context: Context, faults: Sequence[Finding]) -> None:
    """Print the first broken rules, how many more there are, and how to go on (nothing with ``--json``)."""
    if not faults:
        return
    context.say("the declaration breaks rules: {count}", count=sum(fault.count for fault in faults))
    for fault in faults[:FEW]:
        for line in hanging(f"  {finding_line(context, fault)}", 4):
            context.say("{line}", line=line)
    if len(faults) > FEW:
        context.say("  more: {count} (jbnet check lists them)", count=len(faults) - FEW)
    codes = dict.fromkeys(fault.code for fault in faults)
    context.say("mend or waive them; apply refuses the plan without: {overrides}",
                overrides=" ".join(f"--override {code}" for code in codes))  # fmt: skip
