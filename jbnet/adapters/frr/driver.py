"""NAPALM driver for FRR: the session, for those who know devices as NAPALM's ``NetworkDriver``."""

from __future__ import annotations

from napalm.base.base import NetworkDriver

from jbnet.adapters.frr.session import FrrSession


class FRRDriver(FrrSession, NetworkDriver):  # type: ignore[misc]  # napalm is untyped
    """A router with FRR; arguments as those of the session."""
