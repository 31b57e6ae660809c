"""Huawei VRP: NAPALM drivers for versions 5 and 8."""

from jbnet.adapters.vrp.vrp5 import Vrp5Driver
from jbnet.adapters.vrp.vrp8 import Vrp8Driver

__all__ = ["Vrp5Driver", "Vrp8Driver"]
