"""The papers of a replacement: the serial number in the declaration; bootstrap, configuration and sheet as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jbnet.adapters.rendered import RenderedFolder
from jbnet.adapters.workspace import read_files, write_file
from jbnet.catalogue import load as translations
from jbnet.config.bootstrap import bootstrap
from jbnet.config.console import typed
from jbnet.config.render import key_lengths, render
from jbnet.config.sheet.page import page
from jbnet.config.sheet.plain import plain
from jbnet.config.sheet.sheet import Boxes, Sheet, sheet
from jbnet.config.words import revealed
from jbnet.inventory.exchange.serials import with_serial
from jbnet.model.errors import Refused
from jbnet.model.network import Device, Network
from jbnet.model.text import text
from jbnet.ports import Secrets

PRIVATE = ("{device}.bootstrap.conf", "{device}.console.txt", "{device}.conf")
"""What holds secrets: removed once the new box works."""


@dataclass(frozen=True)
class ReplacementPapers:
    """Implements Papers. ``network`` is what is deployed (a lab's part, while one is up), ``whole`` what is declared.

    Files are private (mode 0600), in a folder of the device's name below ``folder``.
    """

    directory: Path
    folder: Path
    network: Network
    whole: Network
    secrets: Secrets

    def check(self, device: Device, serial: str) -> None:
        """Raise what stands in the way: an editing that is not safe, a secret that is missing, no templates."""
        with_serial(read_files(self.directory), self.whole.devices[device.name], serial)
        self._private(device)

    def declare(self, device: Device, serial: str) -> str:
        """Write the serial number where the device is declared; return the file."""
        files = read_files(self.directory)
        written = with_serial(files, self.whole.devices[device.name], serial)
        if written.changes:
            if (self.directory / written.file).read_text(encoding="utf-8", errors="surrogateescape") != written.before:
                raise Refused("{file} was changed meanwhile; nothing was written", file=written.file,
                              hint=text("run the same again"))  # fmt: skip
            write_file(self.directory, written.file, written.after)
        return written.file

    def print(self, device: Device, old: str | None, serial: str) -> Sequence[str]:
        """Write the files, whole or not at all, over earlier ones of the same device; return their paths."""
        files = {**self._private(device), **self._sheets(device, Boxes(old, serial))}
        paths = RenderedFolder(self.folder / device.name).write(files)
        return [str(path) for path in paths]

    def shred(self, device: Device) -> Sequence[str]:
        """Remove the files that hold secrets."""
        names = [name.format(device=device.name) for name in PRIVATE]
        return [str(path) for path in RenderedFolder(self.folder / device.name).remove(names)]

    def _private(self, device: Device) -> dict[str, str]:
        """Return what is for the device alone, secrets revealed."""
        most = key_lengths(self.network, device)
        reveal: Callable[[str], str] = partial(revealed, secrets=self.secrets.get, most=most)
        first = reveal(bootstrap(self.network, device))
        lines = "".join(f"{line}\n" for line in typed(device.platform, first))
        contents = (first, lines, reveal(render(self.network, device)))
        return {name.format(device=device.name): said for name, said in zip(PRIVATE, contents, strict=True)}

    def _sheets(self, device: Device, boxes: Boxes) -> dict[str, str]:
        declared = self.whole.devices[device.name]
        found: dict[str, str] = {}
        for lang in ("zh", "en"):
            catalogue = translations(lang) if lang == "zh" else {}
            made: Sheet = sheet(self.whole, declared, boxes, chinese=lang == "zh")
            found[f"{device.name}.sheet.{lang}.html"] = page(made, catalogue, lang)
            found[f"{device.name}.sheet.{lang}.txt"] = plain(made, catalogue)
        return found
