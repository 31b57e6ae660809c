"""Secrets of one text of a configuration in the place of another's: what a device shows for what is declared by name.

Texts are compared line by line without their secrets (``jbnet.config.sections.bare``).
"""

from __future__ import annotations

from jbnet.config.lines import read_lines
from jbnet.config.sections import bare
from jbnet.platforms.registry import platform


def with_secrets_of(platform_name: str, config: str, other: str) -> str:
    """Return a configuration whose lines with secrets stand as in another text, where that says the same."""
    shown = {bare(platform_name, line.path): line.path[-1] for line in read_lines(platform_name, other)}
    lines = config.splitlines(keepends=True)
    for line in read_lines(platform_name, config):
        without = bare(platform_name, line.path)
        if without != line.path and without in shown:
            lines[line.number - 1] = lines[line.number - 1].replace(line.path[-1], shown[without])
    return "".join(lines)


def for_its_tools(platform_name: str, goal: str, running: str) -> str:
    """Return what a device's own tools are to compare with what runs.

    Where it shows secrets as they were typed, its tools would take a secret's name for another secret.
    """
    return with_secrets_of(platform_name, goal, running) if platform(platform_name).plain_secrets else goal
