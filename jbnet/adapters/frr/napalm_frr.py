"""NAPALM finds a driver by name: ``get_network_driver("frr")`` looks for a module ``napalm_frr``.

The wheel installs this file a second time under that name (``pyproject.toml``). It must show one class only.
"""

from jbnet.adapters.frr.driver import FRRDriver

__all__ = ["FRRDriver"]
