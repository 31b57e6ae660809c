"""FRR: a NAPALM driver, and the sessions that jbnet's services use."""

from jbnet.adapters.frr.driver import FRRDriver
from jbnet.adapters.frr.sessions import FrrSessions

__all__ = ["FRRDriver", "FrrSessions"]
