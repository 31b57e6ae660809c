"""NAPALM finds a driver by name: ``get_network_driver("jbnet_comware7")`` looks for a module ``napalm_jbnet_comware7``.

The wheel installs this file a second time under that name (``pyproject.toml``). It must show one class only.
"""

from jbnet.adapters.comware import ComwareDriver

__all__ = ["ComwareDriver"]
