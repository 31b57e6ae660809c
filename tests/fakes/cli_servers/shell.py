"""A session at the command line: characters in, characters out; views, prompts, paging, questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cli_servers import editor
from cli_servers.editor import Denied, Wrong
from cli_servers.router import Router
from cli_servers.tree import Node, sections

PAGE = 24
MORE = "  ---- More ----"
ERASE = "\x1b[16D                \x1b[16D"

Answer = Callable[[str], None]


class Shell:
    """One login. Subclasses bring the words of their system."""

    errors = "Error: {what} found at '^' position."
    indent_globals = False
    makes_keys = "rsa local-key-pair create"
    """[CE6800] "rsa local-key-pair create", [MSR] Security, "public-key local create": asks for the modulus."""

    def __init__(self, router: Router, write: Callable[[str], None], hang_up: Callable[[], None]) -> None:
        self.router, self._write, self.hang_up = router, write, hang_up
        self.path: tuple[str, ...] | None = None
        """The lines of the views that one is in; None: the user view."""
        self.paging = True
        self._line = ""
        self._held: list[str] = []
        self._answer: Answer | None = None
        self._after_return = False

    # characters

    def start(self) -> None:
        """Greet and prompt."""
        if self.router.faults.banner:
            self.say(self.router.faults.banner)
        self.greet()
        self.prompt()

    def greet(self) -> None:
        """Say what the system says after a login."""

    def feed(self, text: str) -> None:
        """Take what was typed."""
        for char in text:
            with self.router.lock:
                self._take(char)

    def _take(self, char: str) -> None:
        if char == "\n" and self._after_return:
            self._after_return = False
            return
        self._after_return = char == "\r"
        if self._held:
            self._page(char)
        elif char in "\r\n":
            line, self._line = self._line, ""
            self._write("\r\n")
            self._enter(line)
        elif char == "\x03":
            self._line, self._answer = "", None
            self._write("^C\r\n")
            self.prompt()
        elif char.isprintable():
            self._line += char
            self._write(char)

    def _enter(self, line: str) -> None:
        self.router.expire()
        if self._answer is not None:
            answer, self._answer = self._answer, None
            answer(line.strip())
            self._end()
            return
        self.router.typed.append(line)
        faults = self.router.faults
        if faults.at and faults.at in line:
            faults.at = ""
            faults.act()
        if faults.drop and faults.drop in line:
            faults.drop = ""
            self.hang_up()
            return
        if faults.silent and faults.silent in line:
            return
        while faults.endless and faults.endless in line:
            self._write("interface AAAA\r\n" * 1000)
        if faults.ask and faults.ask in line:
            faults.ask = ""
            self.ask(
                "Warning: This operation may affect services. Continue? [Y/N]:", lambda said: self._if_yes(said, line)
            )
            return
        self._execute(line.strip())
        if faults.drop_after and faults.drop_after in line:
            faults.drop_after = ""
            self.hang_up()
            return
        self._end()

    def _if_yes(self, said: str, line: str) -> None:
        if said.lower() in ("y", "yes"):
            self._execute(line.strip())

    def _end(self) -> None:
        if self.router.cut:
            self.router.drop_sessions()
        elif self._answer is None and not self._held:
            self.prompt()

    def prompt(self) -> None:
        """Show where one is."""
        self._write(self.prompt_text())

    def prompt_text(self) -> str:
        name = self.router.name
        return f"<{name}>" if self.path is None else f"[{self.mark()}{name}{self.suffix()}]"

    def mark(self) -> str:
        """What stands before the name in a configuration view."""
        return ""

    def suffix(self) -> str:
        """Name the view one is in. [CE6800] "Command Views": the prompt carries the view's name."""
        return "".join(_view_name(line) for line in self.path or ())

    def say(self, *texts: str) -> None:
        """Print lines, a page at a time where paging is on."""
        lines = [line for text in texts for line in text.split("\n")]
        if self.paging and len(lines) > PAGE:
            self._held = lines
            self._show(PAGE)
        else:
            self._write("".join(f"{line}\r\n" for line in lines))

    def _page(self, char: str) -> None:
        """[CE6800] "screen-length": space shows the next page, Enter the next line, any other key ends it."""
        self._write(ERASE)
        if char in " \r\n":
            self._show(PAGE if char == " " else 1)
        else:
            self._held = []
        if not self._held:
            self.prompt()

    def _show(self, count: int) -> None:
        shown, self._held = self._held[:count], self._held[count:]
        self._write("".join(f"{line}\r\n" for line in shown))
        if self._held:
            self._write(MORE)

    def ask(self, question: str, answer: Answer) -> None:
        """Ask; the next line goes to ``answer``. Waits for ever."""
        self._write(question)
        self._answer = answer

    # commands

    def _execute(self, line: str) -> None:
        if not line or line.startswith("#"):
            return
        words = line.split()
        if self.router.faults.refuse and self.router.faults.refuse in line:
            self.wrong(line, "Unrecognized command", 0)
            return
        try:
            if not self.everywhere(words, line):
                self._in_view(words, line)
        except Wrong as wrong:
            self.wrong(line, wrong.what, wrong.word)
        except Denied as denied:
            self.say(str(denied))

    def everywhere(self, words: Sequence[str], line: str) -> bool:
        """Do what works in every view. Return False where the line is none of that."""
        if words[0] == "quit":
            self.leave()
        elif words[0] == "return":
            self.leave_all()
        elif "display".startswith(words[0]) and len(words[0]) > 2:
            self.display(words[1:], line)
        elif words[0] == "save":
            self.save(words[1:])
        else:
            return False
        return True

    def _in_view(self, words: Sequence[str], line: str) -> None:
        if self.path is None:
            self.user_view(words, line)
        elif line == self.makes_keys:
            self.ask("Please input the modulus [default = 3072]:", self.router.host_key_sizes.append)  # words assumed
        elif not self.config_view(words, line):
            node, said = editor.enter(
                self.router.family, self.editing(), self.path, " ".join(words),
                keeps_undo_shutdown=self.router.keeps_undo_shutdown,
            )  # fmt: skip
            if said:
                self.say(said.rstrip("\n"))
            if node.view and words[0] != "undo":
                self.path = (*self.path, node.line)

    def editing(self) -> Node:
        """Return the configuration that commands change."""
        return self.router.running

    def leave(self) -> None:
        """``quit``: one view up; out of the user view: log out."""
        if self.path is None:
            self.hang_up()
        else:
            self.path = self.path[:-1] if self.path else None

    def leave_all(self) -> None:
        """``return``: to the user view."""
        self.path = None

    def user_view(self, words: Sequence[str], line: str) -> None:
        """Do a line of the user view."""
        if "system-view".startswith(words[0]) and len(words[0]) > 2:
            self.path = ()
            self.say("Enter system view, return user view with return command.")
        elif words[0] == "ping":
            self.say(self.ping(words[1:]))
        elif not (words[0] == "undo" and words[1:2] in (["terminal"], ["debugging"])):
            raise Wrong("Unrecognized command", 0)

    def config_view(self, words: Sequence[str], line: str) -> bool:
        """Do a line that belongs to configuration views but changes no configuration by itself."""
        return False

    def wrong(self, line: str, what: str, word: int) -> None:
        """Put a caret below the place. [CE6800] "CLI Error Messages"."""
        self.say(" " * self._column(line, word) + "^", self.errors.format(what=what))

    def _column(self, line: str, word: int) -> int:
        starts = [i for i, c in enumerate(line) if c != " " and (i == 0 or line[i - 1] == " ")]
        inside = starts[word] if word < len(starts) else len(line)
        return len(self.prompt_text()) + inside

    def display(self, words: Sequence[str], line: str) -> None:
        """``display ...``."""
        text = self.shown(" ".join(words))
        if text is None:
            raise Wrong("Unrecognized command", 1)
        self.say(*text)

    def shown(self, what: str) -> list[str] | None:
        """Return what a display command prints; None: no such command."""
        if "current-configuration".startswith(what) and what.startswith("cu"):
            return self.printed(self.router.running)
        if "saved-configuration".startswith(what) and what.startswith("sa"):
            return self.printed(self.router.saved)
        if what == "this":
            node = self.router.running.at(self.path or ())
            return ["#", *([self.path[-1]] if self.path else []), *(node.lines(1) if node else []), "#", "return"]
        if what == "clock":
            return [f"{self.router.now:%Y-%m-%d %H:%M:%S+00:00}", f"{self.router.now:%A}"]
        return None

    def printed(self, config: Node) -> list[str]:
        """Print a configuration."""
        return [*self.router.header(), *sections(config, self.indent_globals)]

    def save(self, words: Sequence[str]) -> None:
        """``save``."""
        raise NotImplementedError

    def ping(self, words: Sequence[str]) -> str:
        """``ping``."""
        raise NotImplementedError


def _view_name(line: str) -> str:
    """Shorten a line to its view's name. [CE6800] "Command Views"; the shapes are those of its examples."""
    words = line.split()
    shapes: dict[str, Callable[[], str]] = {
        "interface": lambda: f"-{words[1]}", "ospf": lambda: f"-ospf-{words[1]}", "area": lambda: f"-area-{words[1]}",
        "bgp": lambda: "-bgp", "ipv4-family": lambda: "-af-ipv4", "address-family": lambda: "-ipv4",
        "aaa": lambda: "-aaa", "route-policy": lambda: "-route-policy", "acl": lambda: f"-acl-adv-{words[-1]}",
        "user-interface": lambda: f"-ui-{words[1]}{'-'.join(words[2:])}", "line": lambda: f"-line-{words[1]}",
        "ip": lambda: f"-vpn-instance-{words[-1]}", "scheduler": lambda: f"-job-{words[-1]}",
    }  # fmt: skip
    return shapes.get(words[0], lambda: f"-{words[-1]}")()
