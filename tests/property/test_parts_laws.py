"""Laws of a configuration's parts: taken apart and put together again it is the same, whatever stands in the files."""

from __future__ import annotations

from frr_configs import frr_configs
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters.line_differ import LineDiffer
from jbnet.config.lines import paths_of, write_lines
from jbnet.config.parts import Parts, parts
from jbnet.config.swanctl import printed
from jbnet.config.tree import apply, parse

NAMES = st.sampled_from(["up1", "up2", "d02-1", "up1-old"])
VALUES = st.sampled_from(["2", "10.0.0.1", "aes256-sha256-modp2048", "0.0.0.0/0", "no", '"a#b{c}=d;e"', '"a b"'])
SETTINGS = st.builds("{} = {}".format, st.sampled_from(["version", "secret", "id", "no", "end", "hostname"]), VALUES)
FILES = st.recursive(
    SETTINGS,
    lambda inside: st.builds(
        lambda name, lines: f"{name} {{\n" + "\n".join(lines) + "\n}", NAMES, st.lists(inside, min_size=1, max_size=3)
    ),
    max_leaves=8,
).map(printed)
ROUTING = frr_configs().map(lambda config: parts(config).routing)
WHOLE = st.builds(Parts, ROUTING, st.dictionaries(NAMES, FILES, max_size=3))


@given(WHOLE)
def test_what_is_put_together_is_taken_apart_again(given: Parts) -> None:
    assert parts(given.whole) == given


@given(WHOLE)
def test_the_whole_ends_as_a_router_ends_its_own(given: Parts) -> None:
    assert given.whole.splitlines()[-1] == "end"


@given(st.text(alphabet='ab ={}#"\n\\', max_size=60))
def test_any_text_has_one_form_and_that_is_its_own(content: str) -> None:
    assert printed(printed(content)) == printed(content)


@given(st.text(alphabet='ab ={}#"\n\\', max_size=60), ROUTING)
def test_a_damaged_file_damages_nothing_else(content: str, routing: str) -> None:
    whole = Parts(routing, {"up1": content}).whole
    assert parts(whole).routing == routing
    assert list(parts(whole).tunnels) == ["up1"]


@given(WHOLE, WHOLE)
def test_a_difference_leads_where_it_should_and_back(one: Parts, other: Parts) -> None:
    here, there = parse(one.whole), parse(other.whole)
    patch = LineDiffer().compare(one.whole, other.whole).patch
    assert apply(here, patch) == there
    assert apply(there, patch.inverse()) == here
    assert not LineDiffer().compare(one.whole, one.whole)


@given(WHOLE)
def test_written_from_its_lines_it_says_the_same(given: Parts) -> None:
    again = write_lines("frr", paths_of("frr", given.whole))
    assert parse(again) == parse(given.whole)
    assert {name: parse(said) for name, said in parts(again).tunnels.items()} == {
        name: parse(said) for name, said in given.tunnels.items()
    }
