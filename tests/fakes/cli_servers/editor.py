"""What a typed line does to a configuration tree: find the command, replace, undo, and the side effects."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_network

from cli_servers.grammar import CHECKS, Command, commands, is_argument
from cli_servers.tree import Node


class Wrong(Exception):
    """The line is refused: ``what`` (Unrecognized command, ...) at the word with this index."""

    def __init__(self, what: str, word: int):
        super().__init__(what)
        self.what, self.word = what, word


class Denied(Exception):
    """The line is understood and cannot be done; the text is what the device says."""


DEFAULTS = ("snmp-agent sys-info version v3",)
"""Lines of VRP that only take back their own ``undo`` and are not shown: [AR] "snmp-agent sys-info", default v3."""


@dataclass(frozen=True)
class Match:
    """A line that fits a pattern: its words in full, its arguments in order."""

    command: Command
    words: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        return self.words[: self.command.key] if "..." not in self.command.words[: self.command.key] else self.words


def understand(family: str, view: str, words: Sequence[str]) -> Match:
    """Find the command. Raises Wrong with the place where it stops making sense."""
    fits: list[Match] = []
    best, reason = 0, "Unrecognized command"
    for command in commands(family, view):
        reached, said, full = _fit(command, words)
        if said is None:
            fits.append(Match(command, full))
        elif reached > best or (reached == best and said == "Incomplete command"):
            best, reason = reached, said
    if not fits:
        raise Wrong(reason, best)
    exact = [one for one in fits if _typed_in_full(one.command, words)]
    chosen = exact or fits
    literal = {tuple(w for w in one.command.words if not is_argument(w) and w != "...") for one in chosen}
    if not exact and len({forms[: len(words)] for forms in literal}) > 1:
        raise Wrong("Ambiguous command", 0)
    return max(chosen, key=lambda one: len(one.command.words) - 2 * ("..." in one.command.words))


def _fit(command: Command, words: Sequence[str]) -> tuple[int, str | None, tuple[str, ...]]:
    """Return how many words fit, what is wrong (None: nothing), and the words with keywords in full."""
    full: list[str] = []
    for index, pattern in enumerate(command.words):
        if pattern == "...":
            if index >= len(words):
                return index, "Incomplete command", ()
            return len(words), None, (*full, *words[index:])
        if index >= len(words):
            return index, "Incomplete command", ()
        word = words[index]
        if is_argument(pattern):
            if pattern in CHECKS and not CHECKS[pattern](word):
                return index, "Wrong parameter", ()
            full.append(word)
        elif pattern.startswith(word.lower()):
            full.append(pattern)
        else:
            return index, "Unrecognized command", ()
    if len(words) > len(command.words):
        return len(command.words), "Too many parameters", ()
    return len(words), None, tuple(full)


def _typed_in_full(command: Command, words: Sequence[str]) -> bool:
    return all(is_argument(p) or p in ("...", w) for p, w in zip(command.words, words, strict=False))


def enter(family: str, root: Node, path: tuple[str, ...], line: str, *, keeps_undo_shutdown: bool) -> tuple[Node, str]:
    """Do a line in the view at ``path``; return the node that it made or met, and what the device says."""
    parent = root.at(path)
    assert parent is not None
    words = line.split()
    if words[0] == "undo":
        return parent, undo(family, root, parent, words[1:], keeps_undo_shutdown)
    match = understand(family, parent.view or "system", words)
    text = _normal(family, match)
    if (old := parent.child(f"undo {text}")) is not None:
        parent.children.remove(old)
        if family == "huawei" and text in DEFAULTS:
            return parent, ""
    _require(root, parent, match)
    said = _wipe(parent, match.words, text)
    node = parent.child(text)
    if node is None:
        node = _put(family, parent, match, text)
    return node, said


def undo(family: str, root: Node, parent: Node, words: Sequence[str], keeps_undo_shutdown: bool) -> str:
    """Take a setting away. ``undo shutdown`` and its like are settings of their own where the system shows them."""
    view = parent.view or "system"
    if _undo_is_shown(family, view, words) and (list(words) != ["shutdown"] or keeps_undo_shutdown):
        text = "undo " + " ".join(words)
        for child in [c for c in parent.children if c.line == " ".join(words)]:
            parent.children.remove(child)
        if parent.child(text) is None:
            parent.children.append(Node(text))
        return ""
    gone = [child for child in parent.children if _names(family, view, words, child.line)]
    if not gone and list(words) == ["shutdown"]:
        return ""
    if not gone:
        understand_undo(family, view, words)
        raise Denied("Error: The configuration does not exist.")
    said = ""
    for child in gone:
        if child not in parent.children:  # it went with another one
            continue
        parent.children.remove(child)
        said += _wipe(parent, child.line.split(), "")
        _aftermath(root, parent, child.line)
    return said


def _undo_is_shown(family: str, view: str, words: Sequence[str]) -> bool:
    return any(command.words == ("undo", *words) for command in commands(family, view))


def understand_undo(family: str, view: str, words: Sequence[str]) -> None:
    """Raise Wrong where no command could be undone by these words."""
    for command in commands(family, view):
        forms = (command.words[: command.key], command.words, *command.undo)
        if any(_fits_form(form, words) for form in forms):
            return
    raise Wrong("Unrecognized command", 1)


def _fits_form(form: Sequence[str], words: Sequence[str]) -> bool:
    return len(form) == len(words) and all(is_argument(f) or f == w for f, w in zip(form, words, strict=True))


def _names(family: str, view: str, words: Sequence[str], line: str) -> bool:
    """Say whether ``undo WORDS`` means this line: by its key, the whole line, or another form with its arguments."""
    if line.split() == list(words):
        return True
    try:
        match = understand(family, view, line.split())
    except Wrong:
        return False
    if match.key == tuple(words):
        return True
    return any(_form_means(form, words, match) for form in match.command.undo) or (
        words[:1] == ["peer"] and len(words) == 2 and list(match.words[:2]) == list(words)
    )


def _form_means(form: Sequence[str], words: Sequence[str], match: Match) -> bool:
    if not _fits_form(form, words):
        return False
    arguments = {p: w for p, w in zip(match.command.words, match.words, strict=False) if is_argument(p)}
    return all(arguments.get(f, w) == w for f, w in zip(form, words, strict=True) if is_argument(f))


def _put(family: str, parent: Node, match: Match, text: str) -> Node:
    """Place the line where one with the same key stood, else at the end. A new key keeps an old section's lines."""
    view = parent.view or "system"
    for index, child in enumerate(parent.children):
        try:
            other = understand(family, view, child.line.split())
        except Wrong:
            continue
        if other.key == match.key and other.command.key == match.command.key:
            if match.words[0] == "bgp":
                raise Denied("Error: BGP is already running with another AS number.")
            parent.children[index] = Node(text, match.command.view, child.children)
            return parent.children[index]
    node = Node(text, match.command.view)
    if family == "comware" and text.startswith("interface GigabitEthernet") and "." not in text:
        node.children.append(Node("port link-mode route"))  # [MSR] "display current-configuration": of every such port
    parent.children.append(node)
    return node


def _require(root: Node, parent: Node, match: Match) -> None:
    """References before definitions are refused, as on the devices."""
    words = match.words
    if words[:3] == ("ip", "binding", "vpn-instance") and root.child(f"ip vpn-instance {words[3]}") is None:
        raise Denied("Error: The VPN instance does not exist.")
    if words[0] == "peer" and "as-number" not in words and parent.view != "ikev2-keychain":
        holders = [parent, *(n for n in root.children if n.view == "bgp")]
        declared = {c.line.split()[1] for n in holders for c in n.children if " as-number " in c.line}
        declared |= {
            c.line.split()[1] for n in holders for s in n.children for c in s.children if " as-number " in c.line
        }
        if words[1] not in declared:
            raise Denied("Error: The peer does not exist.")


def _wipe(parent: Node, words: Sequence[str], text: str) -> str:
    """Binding an interface to a VPN instance, or releasing it, removes what IP had configured there.

    [CE6800] "ip binding vpn-instance": "After an interface is bound to or unbound from a VPN instance, Layer 3
    features such as IP address and routing protocol are deleted from the interface."
    """
    if list(words[:3]) != ["ip", "binding", "vpn-instance"] or (text and parent.child(text)):
        return ""
    parent.children = [c for c in parent.children if c.line.split()[0] not in ("ip", "ospf", "ipv6")]
    return (
        "Info: All IPv4 related configurations on this interface are removed.\n"
        "Info: All IPv6 related configurations on this interface are removed.\n"
    )


def _aftermath(root: Node, parent: Node, line: str) -> None:
    """What else goes with a line: a VPN instance's bindings, a peer's lines in the address families."""
    words = line.split()
    if words[:2] == ["ip", "vpn-instance"] and parent is root:
        for port in (n for n in root.children if n.view == "interface"):
            if port.child(f"ip binding vpn-instance {words[2]}"):
                port.children = [c for c in port.children if c.line.split()[0] not in ("ip", "ospf", "ipv6")]
    if words[0] == "peer" and "as-number" in words:
        for section in (parent, *parent.children):
            section.children = [c for c in section.children if c.line.split()[:2] != ["peer", words[1]]]


def _normal(family: str, match: Match) -> str:
    """Write a line as the device shows it: masks in dots, areas in dots, secrets encrypted."""
    words = list(match.words)
    for index, pattern in enumerate(match.command.words[: len(words)]):
        if pattern == "MASK" and words[index].isdigit():
            words[index] = str(ip_network(f"0.0.0.0/{words[index]}").netmask)
        if pattern == "MASK" and family == "comware" and words[:2] == ["ip", "route-static"]:
            words[index] = str(ip_network(f"0.0.0.0/{words[index]}").prefixlen)  # [MSR] static routes show lengths
        if pattern == "AREA" and words[index].isdigit():
            words[index] = str(IPv4Address(int(words[index])))
    return " ".join(_encrypted(words) if "description" not in words else words)


KINDS = ("cipher", "irreversible-cipher", "shared-key-cipher", "simple", "plain", "hash")
HIDDEN = ("%^%#", "$c$3$", "$h$6$")


def _encrypted(words: list[str]) -> list[str]:
    """Keep secrets as the devices do: never as typed. Comware writes ``hash`` for passwords, ``cipher`` for keys."""
    usm = "usm-user" in words
    for index, word in enumerate(words[:-1]):
        secret = words[index + 1]
        modes = usm and index > 0 and words[index - 1] in ("authentication-mode", "privacy-mode")
        if word not in KINDS and not modes:
            continue
        if secret in KINDS or secret.startswith(HIDDEN):
            continue
        if secret == "authentication-mode":
            words[index] = "cipher"
            continue
        start = "$h$6$" if words[0] == "password" and word in ("simple", "hash") else "%^%#"
        words[index + 1] = start + hashlib.sha256(secret.encode()).hexdigest()[:24]
        words[index] = ("hash" if start == "$h$6$" else "cipher") if word in ("simple", "plain") else word
    return words
