"""The actions by the names that runbooks use."""

from __future__ import annotations

from jbnet.ports import StepAction
from jbnet.services.recover.actions import Tools
from jbnet.services.recover.actions_address import MoveAddress, ReleaseAddress, VerifyWrites
from jbnet.services.recover.actions_assess import Assess
from jbnet.services.recover.actions_fence import FenceHost, Unfence
from jbnet.services.recover.actions_hand_back import TakeBack
from jbnet.services.recover.actions_hand_over import HandOverDatabase
from jbnet.services.recover.actions_lead import Promote, StopPrimary, WaitCaughtUp
from jbnet.services.recover.actions_standby import CheckStandby, ListLost, RebuildLocal, RebuildStandby


def all_actions(tools: Tools) -> dict[str, StepAction]:
    """Return every action."""
    return {
        "assess": Assess(tools),
        "fence": FenceHost(tools),
        "unfence": Unfence(tools),
        "promote": Promote(tools),
        "stop-primary": StopPrimary(tools),
        "wait-caught-up": WaitCaughtUp(tools),
        "move-address": MoveAddress(tools),
        "release-address": ReleaseAddress(tools),
        "verify-writes": VerifyWrites(tools),
        "list-lost": ListLost(tools),
        "rebuild-standby": RebuildStandby(tools),
        "rebuild-local": RebuildLocal(tools),
        "check-standby": CheckStandby(tools),
        "hand-over": HandOverDatabase(tools),
        "take-back": TakeBack(tools),
    }
