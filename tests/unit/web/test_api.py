"""The API: who may call it, what it answers, and that its document says what it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from page_world import PageWorld, sign_in
from starlette.testclient import TestClient

from jbnet.model.rights import TokenScope
from jbnet.ports.accounts import Admin
from jbnet.web.api import OPERATIONS, openapi
from jbnet.web.api_schemas import SCHEMAS

READ, HANDLE = TokenScope.READ, TokenScope.HANDLE


class Api(PageWorld):
    """A network with the lines of two counties cut, and tokens."""

    ma: dict[str, str]
    zhuoma: dict[str, str]

    def headers(self, name: str, owner: str, *scopes: TokenScope, days: int = 1) -> dict[str, str]:
        now = self.clock.now()
        expires = now + timedelta(days=days)
        return {"authorization": f"Bearer {self.accounts.add_token(name, owner, scopes, expires, Admin('root', now))}"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    made = Api(tmp_path_factory.mktemp("api"))
    made.cut("chengdong-up1", "mangya-up1")
    made.ma = made.headers("ma-both", "ma", READ, HANDLE)
    made.zhuoma = made.headers("zhuoma-both", "zhuoma", READ, HANDLE)
    yield made
    made.close()


@pytest.fixture
def client(world: Api) -> Iterator[TestClient]:
    with world.client() as made:
        del made.headers["sec-fetch-site"]
        yield made


def number(world: Api, cause: str) -> str:
    return next(i.id for i in world.incidents() if i.root_cause.name == cause)


def test_a_cookie_opens_nothing_and_every_refusal_is_a_problem(world: Api, client: TestClient) -> None:
    sign_in(world, client, "ma")
    for path in ("/whoami", "/counts", "/incidents", "/incidents/1"):
        answer = client.get(f"/api/v1{path}", headers={"accept-language": "zh-CN"})
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["status"] == 401
        assert "请求头" in answer.json()["detail"]
    assert client.get("/api/v1/nothing").json()["status"] == 404
    assert client.post("/api/v1/incidents", json={}).json()["status"] == 405


def test_a_token_does_what_its_scopes_and_its_owner_may(world: Api, client: TestClient) -> None:
    id_ = number(world, "chengdong-up1")
    read = world.headers("ma-read", "ma", READ)
    handle = world.headers("ma-handle", "ma", HANDLE)
    looks = world.headers("li-handle", "li", READ, HANDLE)
    before = world.actions()
    for who in (read, looks):
        assert client.post(f"/api/v1/incidents/{id_}/comment", json={"comment": "x"}, headers=who).status_code == 403
    assert client.get("/api/v1/incidents", headers=handle).status_code == 403
    assert world.actions() == before
    assert client.post(f"/api/v1/incidents/{id_}/comment", json={"comment": "x"}, headers=handle).status_code == 204
    latest = world.accounts.audited(1)[0]
    assert (latest.who, latest.deed, latest.data) == ("ma", "comment", {"token": "ma-handle"})


def test_an_expired_token_is_none(world: Api, client: TestClient) -> None:
    headers = world.headers("short", "ma", READ, days=1)
    assert client.get("/api/v1/whoami", headers=headers).json()["token"] == "short"
    world.accounts.remove_token("short", Admin("root", world.clock.now()))
    assert client.get("/api/v1/whoami", headers=headers).status_code == 401


def test_a_prefecture_sees_and_does_nothing_elsewhere(world: Api, client: TestClient) -> None:
    theirs, mine = number(world, "chengdong-up1"), number(world, "mangya-up1")
    before = world.actions()
    for one in OPERATIONS:
        for word in ("acknowledge", "release", "comment", "own", "silence"):
            path = "/api/v1" + one.path.replace("{id}", theirs).replace("{deed}", word)
            sent: dict[str, Any] = {"json": {"comment": "x", "owner": "y"}} if one.method == "POST" else {}
            answer = client.request(one.method, path, headers=world.zhuoma, **sent)
            assert "chengdong" not in answer.text, path
            assert answer.status_code == (404 if "{id}" in one.path else 200), path
    assert world.actions() == before
    assert "mangya-up1" in client.get("/api/v1/incidents", headers=world.zhuoma).text
    assert client.post(f"/api/v1/incidents/{mine}/acknowledge", json={}, headers=world.zhuoma).status_code == 204
    assert world.actions() == before + 1


def test_pages_by_cursor_have_every_incident_once(world: Api, client: TestClient) -> None:
    seen, cursor = [], ""
    for _ in range(5):
        query = {"limit": "1", **({"cursor": cursor} if cursor else {})}
        answer = client.get("/api/v1/incidents", params=query, headers=world.ma).json()
        seen += [one["id"] for one in answer["incidents"]]
        cursor = answer["cursor"] or ""
        if not cursor:
            break
    assert sorted(seen) == sorted(i.id for i in world.incidents())
    for wrong in ({"limit": "0"}, {"limit": "201"}, {"state": "shut"}, {"cursor": "x"}):
        assert client.get("/api/v1/incidents", params=wrong, headers=world.ma).status_code == 422


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"comment": 1}', b'{"x": "y"}', b'{"for": "9y"}', b"[" * 9000])
def test_a_body_that_means_nothing_does_nothing(world: Api, client: TestClient, body: bytes) -> None:
    before = world.actions()
    path = f"/api/v1/incidents/{number(world, 'chengdong-up1')}/silence"
    assert client.post(path, content=body, headers=world.ma).status_code == 422
    assert world.actions() == before


def test_bad_tokens_wait_and_good_ones_beside_them_do_not(world: Api, client: TestClient) -> None:
    bad = {"authorization": "Bearer nothing"}
    answers = [client.get("/api/v1/whoami", headers=bad) for _ in range(25)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert client.get("/api/v1/whoami", headers=world.ma).status_code == 200


def test_the_document_names_every_field_that_is_answered(world: Api, client: TestClient) -> None:
    said = client.get("/api/v1/openapi.json").json()
    assert said == openapi()
    id_ = number(world, "chengdong-up1")
    for one in OPERATIONS:
        if one.method == "GET":
            found = client.get("/api/v1" + one.path.replace("{id}", id_), headers=world.ma).json()
            expected = SCHEMAS[one.gives]
            names = {n for part in expected.get("allOf", [expected]) for n in _names(part)}
            assert set(found) == names, one.path
    listed = client.get("/api/v1/incidents", headers=world.ma).json()["incidents"]
    assert set(listed[0]) == set(_names(SCHEMAS["Incident"]))


def _names(schema: Any) -> list[str]:
    named = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    assert named["required"] == list(named["properties"])
    return list(named["required"])
