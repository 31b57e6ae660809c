"""Runs in a device's network: for every line of addresses on stdin, prints which of them answered. Both are JSON."""

from __future__ import annotations

import json
import sys

from jbnet.adapters.ping import IcmpProber

TIMEOUT_S = 0.2


def main() -> None:
    prober = IcmpProber()
    for line in sys.stdin:
        answers = prober.ping(json.loads(line), TIMEOUT_S)
        print(json.dumps([address for address, answered in answers.items() if answered]), flush=True)


if __name__ == "__main__":
    main()
