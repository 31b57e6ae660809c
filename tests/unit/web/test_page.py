"""The page as a browser without scripts sees it: what is on it, who may see it, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from page_world import HOST, PASSWORD, ROOT, PageWorld, sign_in
from starlette.testclient import TestClient

from jbnet.model.rights import Right
from jbnet.monitor.board import Entry
from jbnet.monitor.freshness import freshness
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.monitor.wall import PlaceState
from jbnet.web.pages import incident_part
from jbnet.web.reader import Glasses, Reader
from jbnet.web.sight import Eyes, Sight


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorld]:
    """A network with the lines of two counties cut."""
    made = PageWorld(tmp_path_factory.mktemp("page"))
    made.cut("chengdong-up1", "mangya-up1")
    yield made
    made.close()


@pytest.fixture
def client(world: PageWorld) -> Iterator[TestClient]:
    with world.client() as made:
        yield made


def test_who_has_not_signed_in_is_sent_to_the_door_and_told_nothing(client: TestClient) -> None:
    answer = client.get("/incidents/1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fincidents%2F1"
    assert "qinghai" not in client.get("/sign-in").text.lower()
    assert client.get("/events/wall").status_code == 401


def test_the_wall_counts_names_the_cause_and_says_that_nobody_is_on_it(world: PageWorld, client: TestClient) -> None:
    sign_in(world, client, "ma")
    page = client.get("/")
    assert page.status_code == 200
    assert "chengdong-up1" in page.text
    assert "nobody is on it" in page.text
    assert 'data-calling="2"' in page.text
    assert 'data-n="chengdong"' in page.text


def test_an_incident_says_whom_it_touches_and_takes_an_acknowledgement_that_the_audit_log_keeps(
    world: PageWorld, client: TestClient
) -> None:
    sign_in(world, client, "ma")
    number = next(i.id for i in world.incidents() if i.root_cause.name == "chengdong-up1")
    assert "on the backup line" in client.get(f"/incidents/{number}").text
    answer = client.post(f"/incidents/{number}/acknowledge", data={"comment": "calling <b>the carrier</b>"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/incidents/{number}")
    assert "→ ma" in client.get("/").text
    shown = client.get(f"/incidents/{number}").text
    assert "calling &lt;b&gt;the carrier&lt;/b&gt;" in shown
    latest = world.accounts.audited(1)[0]
    assert (latest.who, latest.deed, latest.subject) == ("ma", "acknowledge", f"incident {number}")


@pytest.mark.parametrize("deed", ["acknowledge", "release", "comment", "own", "silence"])
def test_who_only_looks_may_do_nothing(world: PageWorld, client: TestClient, deed: str) -> None:
    sign_in(world, client, "li")
    number = world.incidents()[0].id
    before = world.actions()
    answer = client.post(f"/incidents/{number}/{deed}", data={"comment": "x", "owner": "li"})
    assert answer.status_code == 403
    assert "不归您处理" in answer.text
    assert world.actions() == before
    assert '<form method="post" action="/incidents/' not in client.get(f"/incidents/{number}").text


def test_a_prefecture_sees_and_handles_what_is_its_own_and_nothing_else(world: PageWorld, client: TestClient) -> None:
    sign_in(world, client, "zhuoma")
    theirs = next(i.id for i in world.incidents() if i.root_cause.name == "chengdong-up1")
    mine = next(i.id for i in world.incidents() if i.root_cause.name == "mangya-up1")
    wall = client.get("/").text
    assert "mangya-up1" in wall
    assert "chengdong" not in wall
    assert client.get(f"/incidents/{theirs}").status_code == 404
    before = world.actions()
    assert client.post(f"/incidents/{theirs}/acknowledge", data={"comment": "x"}).status_code == 404
    assert world.actions() == before
    assert client.post(f"/incidents/{mine}/comment", data={"comment": "雪大"}).status_code == 303
    assert world.actions() == before + 1


def test_a_comment_without_words_and_a_silence_without_a_reason_are_refused(
    world: PageWorld, client: TestClient
) -> None:
    sign_in(world, client, "ma")
    number, before = world.incidents()[0].id, world.actions()
    for deed in ("comment", "own", "silence"):
        assert client.post(f"/incidents/{number}/{deed}", data={"comment": "  "}).status_code == 422
    assert client.post(f"/incidents/{number}/delete", data={}).status_code == 404
    assert world.actions() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "http://elsewhere.test"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": ""},
    ],
)
def test_what_does_not_come_from_a_page_of_this_server_changes_nothing(
    world: PageWorld, client: TestClient, headers: dict[str, str]
) -> None:
    sign_in(world, client, "ma")
    number, before = world.incidents()[0].id, world.actions()
    for name, value in headers.items():
        if value:
            client.headers[name] = value
        else:
            del client.headers[name]
    answer = client.post(f"/incidents/{number}/comment", data={"comment": "x"})
    assert answer.status_code == 403
    assert world.actions() == before


def test_an_old_browser_is_believed_by_its_origin(world: PageWorld, client: TestClient) -> None:
    sign_in(world, client, "ma")
    del client.headers["sec-fetch-site"]
    number = world.incidents()[0].id
    answer = client.post(f"/incidents/{number}/comment", data={"comment": "x"}, headers={"origin": f"http://{HOST}"})
    assert answer.status_code == 303


def test_a_server_called_by_a_strangers_name_does_not_answer(client: TestClient) -> None:
    assert client.get("/sign-in", headers={"host": "attacker.test"}).status_code == 403


def test_every_answer_forbids_frames_foreign_scripts_and_guessing(world: PageWorld, client: TestClient) -> None:
    sign_in(world, client, "ma")
    for path in ("/", "/incidents", "/incidents/1", "/sign-in", "/nothing", "/static/x/page.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_have_neither_scripts_nor_styles_of_their_own_which_the_policy_would_stop(
    world: PageWorld, client: TestClient
) -> None:
    sign_in(world, client, "ma")
    for path in ("/", "/incidents", "/incidents/1", "/sign-in"):
        text = client.get(path).text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text
        assert "<script>" not in text


def test_a_wrong_password_begins_no_session_and_a_cookie_is_the_browsers_alone(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"name": "ma", "password": "wrong wrong wrong", "next": "/"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    answer = client.post("/sign-in", data={"name": "ma", "password": PASSWORD, "next": "//elsewhere.test/"})
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_who_signs_out_is_not_known_any_more_by_the_same_cookie(client: TestClient) -> None:
    token = client.post("/sign-in", data={"name": "wang", "password": PASSWORD, "next": "/"}).cookies["jbnet"]
    assert client.get("/").status_code == 200
    assert client.post("/sign-out").status_code == 303
    client.cookies.set("jbnet", token, domain=HOST)
    assert client.get("/").status_code == 303


def test_what_is_kept_for_ever_has_its_digest_in_its_address(client: TestClient) -> None:
    page = client.get("/sign-in").text
    path = next(part.split('"')[0] for part in page.split('href="') if "page.css" in part)
    answer = client.get(path)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in client.get("/static/000000000000/page.css").headers["cache-control"]
    assert client.get("/static/000000000000/..%2fpages.py").status_code == 404


def test_chinese_is_whole(world: PageWorld, client: TestClient) -> None:
    sign_in(world, client, "li")
    page = client.get("/").text
    assert "未关闭事件" in page
    assert 'lang="zh-CN"' in page


def test_there_are_no_streams_and_incidents_but_those_there_are(world: PageWorld, client: TestClient) -> None:
    sign_in(world, client, "ma")
    for path in ("/events/nothing", "/events/wall/1", "/events/incident", "/events/incident/x", "/incidents/x"):
        assert client.get(path).status_code == 404, path
    assert client.get(f"/events/incident/{'9' * 5000}").status_code == 404


def test_a_prefecture_is_told_neither_whom_to_call_for_a_cause_elsewhere_nor_what_befell_others(
    world: PageWorld,
) -> None:
    glasses = Reader("en", "haixi", frozenset({Right.SEE})).within(world.network)
    elsewhere = next(i for i in world.incidents() if i.root_cause.name == "chengdong-up1")
    touching = replace(elsewhere, on_backup=("haixi",))
    sight = Sight(world.clock.now(), freshness(None, world.clock.now()), network=world.network)
    about = Subject(SubjectKind.INCIDENT, touching.id)
    history = [Event(sight.now, "opened", about, {"degraded": ["chengdong", "haixi"], "devices": ["chengdong-r1"]})]
    mine, whole = (str(incident_part(seen, Entry(touching), history, sight)) for seen in (glasses, everywhere(world)))
    assert "+2 (chengdong, haixi)" in whole
    assert "chengdong-r1" in whole
    assert "+1 (haixi)" in mine
    assert "chengdong-r1" not in mine
    assert 'class="call"' in whole
    assert 'class="call"' not in mine
    assert "chengdong-up1" in mine


def test_before_anybody_looked_nothing_is_green(world: PageWorld, tmp_path: Path) -> None:
    eyes = Eyes(ROOT, tmp_path, world.clock.now)
    eyes.start()
    seen = eyes.look()
    assert seen.trouble is not None
    assert set(seen.wall.places.values()) == {PlaceState.UNKNOWN}
    assert len(seen.wall.places) > len(world.network.sites)


def everywhere(world: PageWorld) -> Glasses:
    return Reader("en", None, frozenset({Right.SEE})).within(world.network)
