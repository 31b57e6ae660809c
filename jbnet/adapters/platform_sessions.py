"""DeviceSessions for a network of several systems: each device by the sessions of its platform."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.network import Device
from jbnet.ports import DeviceSession, DeviceSessions, Differ


class PlatformSessions:
    """Implements DeviceSessions: ``named`` by platform, ``others`` for the rest."""

    def __init__(self, named: Mapping[str, DeviceSessions], others: DeviceSessions):
        self._named, self._others = named, others

    def session(self, device: Device) -> DeviceSession:
        """Return an inert session for the device. Raises Missing where its platform has no driver, or a key lacks."""
        return self._of(device).session(device)

    def differ(self, device: Device) -> Differ:
        """Return what compares configurations of its platform. Raises Missing where there is none."""
        return self._of(device).differ(device)

    def _of(self, device: Device) -> DeviceSessions:
        return self._named.get(device.platform, self._others)
