"""Telling by HTTP: what Alertmanager's webhook sends, to whatever takes that."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request

from jbnet.adapters.bearer import bearer
from jbnet.model.secrets import Secret
from jbnet.monitor.messages import Fate, Message, alertmanager

_CLIENT_ERRORS = range(400, 500)


class WebhookNotifier:
    """Implements the Notifier port. ``token``: sent as a bearer token; raises Missing where it is none (RFC 6750)."""

    def __init__(self, url: str, timeout_s: float, token: Secret | None = None):
        if token is not None:
            bearer(token)
        self._url, self._timeout_s, self._token = url, timeout_s, token

    def send(self, message: Message) -> Fate:
        """Post the message. A connection that is refused delivered nothing; an answer that is lost says nothing."""
        headers = {"Content-Type": "application/json", "User-Agent": "jbnet", "Idempotency-Key": message.key}
        if self._token is not None:
            headers["Authorization"] = bearer(self._token)
        body = json.dumps(alertmanager(message), ensure_ascii=False).encode()
        try:
            request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310  checked when loaded
            with urllib.request.urlopen(  # noqa: S310  the scheme is checked when it is loaded
                request, timeout=self._timeout_s, context=ssl.create_default_context()
            ):
                return Fate.SENT
        except urllib.error.HTTPError as error:
            error.close()
            return Fate.FAILED if error.code in _CLIENT_ERRORS else Fate.UNSURE
        except urllib.error.URLError as error:
            return Fate.UNSURE if isinstance(error.reason, TimeoutError) else Fate.FAILED
        except (OSError, http.client.HTTPException):
            return Fate.UNSURE
        except ValueError:  # a URL that no request can be made of; UnicodeError is one
            return Fate.FAILED
