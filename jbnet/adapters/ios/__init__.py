"""Cisco IOS and IOS XE: sessions on NAPALM's own driver, compared by hier-config."""

from jbnet.adapters.ios.driver import IosDriver

__all__ = ["IosDriver"]
