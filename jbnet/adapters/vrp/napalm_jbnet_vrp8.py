"""NAPALM finds a driver by name: ``get_network_driver("jbnet_vrp8")`` looks for a module ``napalm_jbnet_vrp8``.

The wheel installs this file a second time under that name (``pyproject.toml``). It must show one class only.
"""

from jbnet.adapters.vrp import Vrp8Driver

__all__ = ["Vrp8Driver"]
