"""Telling through apprise: WeCom, DingTalk, Feishu, mail, SMS gateways and a hundred more, by one URL each.

Such a URL holds secrets. It is built from named ones when a message is sent, and is in no log, error or file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from jbnet.model.secrets import Secret
from jbnet.monitor.messages import Fate, Message

if TYPE_CHECKING:
    from apprise import Apprise, NotifyType

_TYPES = {"": "success", "critical": "failure", "major": "failure"}


class AppriseNotifier:
    """Implements the Notifier port. ``template`` is a URL with ``{name}`` where a secret stands."""

    def __init__(self, template: str, secrets: Mapping[str, Secret]):
        self._template, self._secrets = template, dict(secrets)

    def is_understood(self) -> bool:
        """Say whether apprise can read the URL; nothing is sent."""
        return self._sender() is not None

    def send(self, message: Message) -> Fate:
        """Send by apprise. It says only whether all went well; what did not, may have arrived all the same."""
        import apprise

        sender = self._sender()
        if sender is None:
            return Fate.FAILED
        kind: NotifyType = apprise.NotifyType(_TYPES.get(message.severity, "warning"))
        try:
            done = sender.notify(body=message.body, title=message.title, notify_type=kind)
        except Exception:  # noqa: BLE001  a hundred plugins by others, and one must not stop the rest
            return Fate.UNSURE
        return Fate.SENT if done else Fate.FAILED

    def _sender(self) -> Apprise | None:
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its messages quote URLs
        sender = apprise.Apprise()
        return sender if sender.add(self._url()) else None

    def _url(self) -> str:
        values = {name: quote(secret.reveal(), safe="") for name, secret in self._secrets.items()}
        return self._template.format(**values)
