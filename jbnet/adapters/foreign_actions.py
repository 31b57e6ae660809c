"""Recovery actions of other packages: entry points of the group ``jbnet.recovery_actions``, named OWNER.ACTION.

What an entry point names is called with jbnet's ``Tools`` and returns a ``StepAction``. It is imported when a runbook
uses it first: what somebody else's package does at its import must not stand in the way of a failover that needs none
of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from jbnet.model.errors import Missing
from jbnet.ports import StepAction, StepOutcome
from jbnet.recovery.step_params import is_foreign

GROUP = "jbnet.recovery_actions"
ToolsT = TypeVar("ToolsT")

Params = Mapping[str, object]


def foreign_actions(tools: ToolsT) -> dict[str, StepAction]:
    """Return the actions that installed packages offer, by name; none of them is imported yet.

    A name without its owner is left out: nobody replaces an action of jbnet's own.
    """
    return {entry.name: _Late(entry, tools) for entry in entry_points(group=GROUP) if is_foreign(entry.name)}


class _Late:
    """An action that is imported at its first use. Raises Missing where that fails."""

    def __init__(self, entry: EntryPoint, tools: object):
        self._entry, self._tools = entry, tools
        self._made: StepAction | None = None

    def probe(self, params: Params) -> StepOutcome:
        """Ask the action."""
        return self._action().probe(params)

    def do(self, params: Params) -> StepOutcome:
        """Let the action do it."""
        return self._action().do(params)

    def verify(self, params: Params) -> StepOutcome:
        """Let the action look."""
        return self._action().verify(params)

    def _action(self) -> StepAction:
        if self._made is None:
            try:
                self._made = self._entry.load()(self._tools)
            except Exception as error:
                raise Missing(
                    "the action {action} of {package} cannot be loaded: {error}",
                    action=self._entry.name, package=self._entry.value, error=f"{type(error).__name__}: {error}",
                ) from error  # fmt: skip
        return self._made
