"""What stands beside FRR's own configuration on a router: files of strongSwan. How they are read, and shown as changes.

The folder belongs to the account that deploys where encryption is jbnet's to configure, and is left alone elsewhere. A
router without one pays nothing for it: a shell looks for the folder, and starts no process.
"""

from __future__ import annotations

from jbnet.adapters.frr.candidate import redacted
from jbnet.config.parts import HEADING, Parts
from jbnet.config.tree import ConfigTree, diff, parse

FOLDER = "/etc/swanctl/conf.d"
HELPER = "/usr/local/libexec/jbnet-swanctl"
MARK = "!swanctl"
"""What stands before each file, with its name, and alone behind the last; FRR prints no such line."""
UNREADABLE = 9
FILES = (
    f'if [ -O {FOLDER} ]; then for file in {FOLDER}/*.conf; do [ -e "$file" ] || continue; '
    f'echo "{MARK} ${{file##*/}}"; cat "$file" || exit {UNREADABLE}; echo; done; echo {MARK}; fi'
)
"""For a shell: prints the files. What is said behind it comes after them."""


def together(said: str) -> str:
    """Return the whole configuration of a router that printed its files (``FILES``), and then what FRR runs."""
    if not said.startswith(MARK):
        return said
    files: dict[str, list[str]] = {}
    here: list[str] = []
    lines = iter(said.splitlines())
    for line in lines:
        if line == MARK:
            break
        if line.startswith(f"{MARK} "):
            here = files.setdefault(line.removeprefix(f"{MARK} ").removesuffix(".conf"), [])
        else:
            here.append(line)
    routing = "".join(f"{line}\n" for line in lines)
    return Parts(routing, {name: "\n".join(content) for name, content in files.items()}).whole


def changes(running: str, candidate: str) -> tuple[str, ...]:
    """Return what would change in the files, as lines of the configuration with their secrets blanked."""
    if HEADING not in running and HEADING not in candidate:
        return ()
    old, new = (
        ConfigTree(path for path in parse(text).paths if path[0].startswith(HEADING)) for text in (running, candidate)
    )
    return tuple(redacted(line) for line in diff(old, new).lines())
