"""Telling by a program: an SMS gateway's client, a siren. Its words are given, the message comes as JSON on stdin."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Sequence

from jbnet.monitor.messages import Fate, Message


class CommandNotifier:
    """Implements the Notifier port. Exit code 0 is delivered; killed for its time, nobody knows."""

    def __init__(self, argv: Sequence[str], timeout_s: float):
        self._argv = tuple(argv)
        self._timeout_s = timeout_s

    def send(self, message: Message) -> Fate:
        """Run the program; what it prints is dropped. It and its children are ended with its time."""
        document = {
            **message.data,
            "title": message.title,
            "body": message.body,
            "status": message.severity or "closed",
        }
        try:
            process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError):  # ValueError: an argument with a null byte
            return Fate.FAILED
        try:
            process.communicate(json.dumps(document, ensure_ascii=False).encode(), self._timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Fate.UNSURE
        return Fate.SENT if process.returncode == 0 else Fate.FAILED
