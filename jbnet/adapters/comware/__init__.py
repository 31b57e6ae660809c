"""H3C Comware 7: a NAPALM driver."""

from jbnet.adapters.comware.driver import ComwareDriver

__all__ = ["ComwareDriver"]
