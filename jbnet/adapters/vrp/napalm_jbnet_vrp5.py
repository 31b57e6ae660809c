"""NAPALM finds a driver by name: ``get_network_driver("jbnet_vrp5")`` looks for a module ``napalm_jbnet_vrp5``.

The wheel installs this file a second time under that name (``pyproject.toml``). It must show one class only.
"""

from jbnet.adapters.vrp import Vrp5Driver

__all__ = ["Vrp5Driver"]
