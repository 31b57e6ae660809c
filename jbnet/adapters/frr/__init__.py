"""FRR: the sessions that jbnet's services use. The NAPALM driver of it is ``jbnet.adapters.frr.driver``."""

from jbnet.adapters.frr.sessions import FrrSessions

__all__ = ["FrrSessions"]
