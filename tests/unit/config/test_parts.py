"""A router's configuration as one text: FRR's own, and what strongSwan reads."""

from __future__ import annotations

import pytest

from jbnet.config.parts import Parts, named, parts
from jbnet.config.swanctl import printed
from jbnet.config.tree import parse

ROUTING = "frr version 8.4.4\nhostname r1\n!\nend\n"


@pytest.mark.parametrize(
    "written",
    [
        "connections {\n  up1 {\n    version = 2\n  }\n}\n",
        "# by hand\nconnections{up1{version=2}}",
        "connections\n{\n\tup1 { # tunnel\n\t\tversion\t=\t2 # IKEv2\n\t}\n}",
    ],
)
def test_files_that_say_the_same_are_the_same(written: str) -> None:
    assert printed(written) == "connections {\n up1 {\n  version = 2\n }\n}\n"


def test_what_stands_in_quotes_is_left_alone() -> None:
    assert printed('secret = "a{b}#c = d"\n') == 'secret = "a{b}#c = d"\n'


def test_a_file_that_breaks_off_is_seen_as_far_as_it_goes() -> None:
    assert printed('connections {\n up1 {\n  proposals = "aes') == 'connections {\n up1 {\n  proposals = "aes\n'


def test_a_router_without_encrypted_lines_has_one_part() -> None:
    assert parts(ROUTING) == Parts(ROUTING)
    assert Parts(ROUTING).whole is ROUTING


def test_a_file_is_a_section_before_the_end() -> None:
    whole = Parts(ROUTING, {"up1": "connections { up1 { version = 2 } }"}).whole
    assert whole.splitlines()[-9:] == [
        "!", "swanctl up1", " connections {", "  up1 {", "   version = 2", "  }", " }", "exit", "end",
    ]  # fmt: skip
    assert ("swanctl up1", "connections {", "up1 {", "version = 2") in parse(whole)
    assert named(path[0] for path in parse(whole).paths if len(path) == 1) == ("up1",)
