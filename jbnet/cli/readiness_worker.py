"""The process that looks at readiness for the monitor: ``python -m jbnet.cli.readiness_worker WORKSPACE STATE``.

Each line on its standard input asks for a look; each answer is a line of JSON (``jbnet.adapters.readiness_process``).
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.monitor.codec_words import pack_words
from jbnet.wiring.ready_watch import Looker

NICE = 5
"""What it does can wait; the rounds of the monitor cannot."""


def main(argv: list[str]) -> None:
    """Answer until there is nobody to ask any more."""
    os.nice(NICE)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the answers
    directory, state_dir = map(Path, argv)
    looker, asked = Looker(directory, state_dir), queue.SimpleQueue[bytes]()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    while True:
        asked.get()
        answers.write(json.dumps(_answer(looker), ensure_ascii=False).encode() + b"\n")
        answers.flush()


def _listen(source: BinaryIO, asked: queue.SimpleQueue[bytes]) -> None:
    """Hand in what is asked; end all when nobody is there to ask, a look that hangs included."""
    for line in source:
        asked.put(line)
    os._exit(0)


def _answer(looker: Looker) -> dict[str, object]:
    try:
        found = looker.look()
    except JbnetError as error:
        return {"why": pack_words(_whole(error))}
    except Exception as error:  # noqa: BLE001  whoever asked is to know why there is no look
        return {"why": pack_words(text("internal error: {kind}: {error}", kind=type(error).__name__, error=error))}
    unkept = pack_words(found.unkept) if found.unkept is not None else None
    return {"found": [one.packed() for one in found.found], "unkept": unkept}


def _whole(error: JbnetError) -> Text:
    """Return what an error says, with the first finding: that has file and line."""
    if not error.findings:
        return error.text
    first = error.findings[0]
    return text("{said} ({place}: {what})", said=error.text, place=first.place or "-", what=first.text)


if __name__ == "__main__":
    main(sys.argv[1:])
