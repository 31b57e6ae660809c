"""How VRP talks: HUAWEI CloudEngine 6800 Command Reference, "CLI Overview"; AR Series, "CLI Overview"."""

from __future__ import annotations

import re

from jbnet.adapters.commandline.dialect import Dialect, Reply

_UNPAGED = "screen-length 0 temporary"
_ERROR = re.compile(r"^[ \t]*Error:", re.MULTILINE)
VRP8_DIALECT = Dialect("vrp8", _UNPAGED, _ERROR, ("HUAWEI",))
VRP5_DIALECT = Dialect("vrp5", _UNPAGED, _ERROR, ("HUAWEI", "Huawei"))
SAVED = (Reply("sure to continue|Continue\\?", "y"), Reply("overwrite", "y"))
"""What ``save`` asks."""
