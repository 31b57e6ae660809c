"""What tests of commands share: the shipped declaration is judged once, and not anew for each of a thousand tests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from jbnet.wiring import declaration

if TYPE_CHECKING:
    from jbnet.adapters.texts import Texts
    from jbnet.inventory.loader import Loaded

KEPT = 4
"""Declarations that are remembered: the shipped one, and those of the tests that are being run."""

judge = declaration._judge
judged: OrderedDict[object, Loaded] = OrderedDict()


@pytest.fixture(scope="module", autouse=True)
def _the_same_texts_are_judged_once() -> Iterator[None]:
    """Remember what the texts of a workspace came to: the shipped network takes 0.3 s of CPU each time.

    Reading the files stays as it is; what they come to depends on nothing else, and nobody can change it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(declaration, "_judge", remembered)
        yield


def remembered(texts: Texts) -> Loaded:
    """Return what texts come to, as it was when they were judged before. What was found in reading them is seldom."""
    if texts.findings:
        return judge(texts)
    key = tuple(texts.files.items())
    found = judged.pop(key, None) or judge(texts)
    judged[key] = found
    if len(judged) > KEPT:
        judged.popitem(last=False)
    return found
