"""Telling with a real store and real receivers: kept before it is sent, sent until it is taken, nothing twice."""

from __future__ import annotations

import base64
import json
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from monitoring import make_monitor
from networks import small
from receivers import Mail, Web, serving
from simnet import FakeClock, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.notify_apprise import AppriseNotifier
from jbnet.adapters.notify_command import CommandNotifier
from jbnet.adapters.notify_webhook import WebhookNotifier
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.catalogue import load
from jbnet.model.secrets import Secret
from jbnet.monitor.actions import Action, Deed
from jbnet.monitor.messages import Fate, Message, alertmanager
from jbnet.monitor.notices import Contact, Escalation, Route, Telling
from jbnet.monitor.tongue import Tongue
from jbnet.ports.telling import Notifier
from jbnet.services.watch.tell import Teller
from jbnet.wiring.telling import picks

RECORDED = Path(__file__).parents[2] / "recorded"


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    with serving(server):
        yield server


class Office:
    """A monitor over a simulated network and a teller beside it, which may be ended and begun again."""

    def __init__(self, folder: Path, notifier: Notifier):
        self.path = folder / "monitor.db"
        self.log = ActionFile(folder / "actions.db")
        self.clock = FakeClock()
        self.net = SimNet(small())
        self.monitor = make_monitor(self.net, self.path, clock=self.clock)
        self.monitor.start()
        self.said: list[str] = []
        route = Route(("noc",), escalate=(Escalation(timedelta(minutes=15), ("lead",)),))
        contacts = {"noc": Contact("noc", ("way",)), "lead": Contact("lead", ("way",), "zh")}
        self.telling = Telling(contacts, (route,))
        self.notifier = notifier
        self.more: dict[str, Notifier] = {}
        self.begin_again()

    def begin_again(self) -> None:
        self.teller = Teller(
            self.telling,
            SqliteOutbox(self.path),
            self.log,
            {"way": self.notifier, **self.more},
            self.clock,
            picks(self.net.network),
            lambda lang: Tongue(lang, {} if lang == "en" else load(lang), self.net.network),
            lambda said: self.said.append(str(said)),
        )

    def run(self, seconds: int, step: int = 1) -> None:
        for _ in range(0, seconds, step):
            self.clock.sleep(step)
            self.monitor.poll_once()
            self.teller.step()

    def states(self) -> list[str]:
        with sqlite3.connect(self.path) as database:
            return [row[0] for row in database.execute("SELECT state FROM messages ORDER BY made")]


def office(tmp_path: Path, web: Web, timeout_s: float = 5.0) -> Office:
    return Office(tmp_path, WebhookNotifier(web.url, timeout_s, Secret("hook", "s3cret")))


def items(web: Web) -> list[tuple[str, str]]:
    return [(alert["labels"]["instance"], alert["status"]) for got in web.got for alert in got["alerts"]]


def test_an_outage_is_told_once_and_its_end_once(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    desk.net.cut.add("chengdong-up1")
    desk.run(60)
    assert items(web) == [("chengdong-up1", "firing")]
    desk.net.cut.clear()
    desk.run(90)
    assert items(web) == [("chengdong-up1", "firing"), ("chengdong-up1", "resolved")]
    assert set(web.tokens) == {"Bearer s3cret"}
    assert desk.states() == ["sent", "sent"]


def test_a_cut_of_our_own_uplinks_is_what_is_told_in_one_message(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    noc = desk.net.network.noc
    assert noc is not None
    ways = [c.name for c in desk.net.network.circuits.values() if noc in (c.a.device, c.z.device)]
    desk.net.cut |= set(ways)
    desk.run(90)
    causes = {incident.root_cause.name for incident in desk.monitor.book.incidents.open.values()}
    assert causes == set(ways), "each of our own lines, and nothing behind them"
    assert len(web.got) == 1


@pytest.mark.parametrize("mood", ["refuse", "broken"])
def test_a_message_that_is_not_taken_is_tried_again_and_said_once(tmp_path: Path, web: Web, mood: str) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    web.mood = mood
    desk.net.cut.add("chengdong-up1")
    desk.run(300)
    assert web.got == []
    assert len(desk.said) == 1
    web.mood = "ok"
    desk.run(600, step=5)
    assert items(web) == [("chengdong-up1", "firing")]


def test_a_way_out_that_breaks_keeps_nobody_from_being_told_by_another(tmp_path: Path, web: Web) -> None:
    class Broken:
        def send(self, message: Message) -> Fate:
            raise RuntimeError(message.title)

    desk = office(tmp_path, web)
    contacts = {"noc": Contact("noc", ("broken", "way"))}
    desk.telling = Telling(contacts, (Route(("noc",)),))
    desk.more = {"broken": Broken()}
    desk.begin_again()
    desk.run(3)
    desk.net.cut.add("chengdong-up1")
    desk.run(40)
    assert items(web) == [("chengdong-up1", "firing")]
    assert sorted(desk.states()) == ["sent", "unsure"]


def test_a_receiver_that_is_away_for_a_day_is_given_up_on_and_said(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    web.mood = "refuse"
    desk.net.cut.add("chengdong-up1")
    desk.run(60)
    desk.clock.sleep(25 * 3600)
    desk.run(5)
    assert "given up" in desk.states()
    assert any("given up" in line for line in desk.said)


def test_an_answer_that_is_lost_is_sent_again_with_the_same_key(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web, timeout_s=0.3)
    desk.run(3)
    web.mood = "deaf"
    desk.net.cut.add("chengdong-up1")
    desk.run(16)
    assert desk.states() == ["unsure"]
    web.mood = "ok"
    desk.run(30)
    assert desk.states() == ["sent"]
    assert len(web.keys) > 1
    assert len(set(web.keys)) == 1


def test_what_was_being_sent_when_it_ended_is_sent_again_with_its_key(tmp_path: Path, web: Web) -> None:
    class Killed(BaseException):
        pass

    class Cord:
        """Ends the teller in the middle of sending."""

        def send(self, message: Message) -> Fate:
            WebhookNotifier(web.url, 5).send(message)
            raise Killed

    desk = office(tmp_path, web)
    desk.run(3)
    desk.net.cut.add("chengdong-up1")
    desk.notifier, kept = Cord(), desk.notifier
    desk.begin_again()
    with pytest.raises(Killed):
        desk.run(20)
    assert desk.states() == ["sending"]
    desk.notifier = kept
    desk.begin_again()
    desk.run(20)
    assert len(web.keys) == 2
    assert len(set(web.keys)) == 1


def test_a_teller_that_begins_again_tells_nothing_twice(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    desk.net.cut |= {"chengdong-up1", "huangyuan-t1-up1"}
    for _ in range(30):
        desk.run(3)
        desk.begin_again()
    assert sorted(items(web)) == [("chengdong-up1", "firing"), ("huangyuan-t1-up1", "firing")]


def test_a_clock_that_is_set_back_holds_no_message_up(tmp_path: Path, web: Web) -> None:
    class SetBack(FakeClock):
        offset = timedelta()

        def now(self) -> datetime:
            return self.time + self.offset

    desk = office(tmp_path, web)
    clock = SetBack(desk.clock.time)
    desk.monitor.close()
    desk.clock = clock
    desk.monitor = make_monitor(desk.net, desk.path, clock=clock)
    desk.monitor.start()
    desk.begin_again()
    desk.run(5)
    clock.offset = timedelta(hours=-3)
    desk.run(2)
    desk.net.cut.add("chengdong-up1")
    desk.run(30)
    assert items(web) == [("chengdong-up1", "firing")]


def test_nobody_acknowledges_and_the_next_is_told_in_their_language(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    got: list[Message] = []

    class Reader:
        def send(self, message: Message) -> Fate:
            got.append(message)
            return Fate.SENT

    desk.notifier = Reader()
    desk.begin_again()
    desk.run(3)
    desk.net.cut.add("chengdong-up1")
    desk.run(1000, step=10)
    assert [m.contact for m in got] == ["noc", "lead"]
    assert "chengdong-up1" in got[0].title
    assert "无人确认" in got[1].title


def test_an_acknowledgement_is_taken_once_and_keeps_the_next_from_being_called(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    desk.net.cut.add("chengdong-up1")
    desk.run(30)
    action = Action("a1", desk.clock.now(), "li@noc", Deed.ACKNOWLEDGE, "1", "carrier called")
    desk.log.append([action])
    desk.log.append([action])
    desk.run(1200, step=10)
    assert [got["receiver"] for got in web.got] == ["noc"]
    desk.log._path.rename(tmp_path / "old.db")  # numbers begin again, ids do not
    desk.log.append([action, Action("a2", desk.clock.now(), "wu@noc", Deed.COMMENT, "1", "crew on site")])
    desk.run(5)
    with sqlite3.connect(desk.path) as database:
        audit = database.execute("SELECT event, data FROM events WHERE data LIKE '%\"by\"%' ORDER BY id").fetchall()
    assert [event for event, _ in audit] == ["acknowledge", "comment"]
    assert json.loads(audit[0][1])["by"] == "li@noc"


def test_the_payload_has_the_shape_of_what_alertmanager_sends(tmp_path: Path, web: Web) -> None:
    desk = office(tmp_path, web)
    desk.run(3)
    desk.net.cut |= {"chengdong-up1", "huangyuan-t1-up1"}
    desk.run(60)
    real = json.loads((RECORDED / "alertmanager-0.25-webhook.json").read_text(encoding="utf-8"))
    assert shape(web.got[0]) == shape(real)
    assert {alert["fingerprint"] for alert in web.got[0]["alerts"]} != {""}


def shape(document: dict[str, object]) -> dict[str, object]:
    """Return the types of a payload; labels and annotations are for everybody to choose."""
    alerts = document["alerts"]
    assert isinstance(alerts, list)
    alert = {key: type(value).__name__ for key, value in alerts[0].items()}
    return {**{key: type(value).__name__ for key, value in document.items()}, "alerts": alert}


MESSAGE_DATA = {"schema": "jbnet/1", "items": []}


def message(title: str = "[critical] circuit chengdong-up1: open") -> Message:
    return Message("k1", "noc", "way", FakeClock().now(), title, "line one\nline two", "critical", MESSAGE_DATA)


def test_a_command_gets_the_message_as_json_and_its_exit_code_counts(tmp_path: Path) -> None:
    file = tmp_path / "got.json"
    program = f"import sys, pathlib; pathlib.Path({str(file)!r}).write_text(sys.stdin.read())"
    assert CommandNotifier([sys.executable, "-c", program], 20).send(message()) is Fate.SENT
    got = json.loads(file.read_text())
    assert (got["schema"], got["status"], got["body"]) == ("jbnet/1", "critical", "line one\nline two")
    assert CommandNotifier([sys.executable, "-c", "raise SystemExit(3)"], 20).send(message()) is Fate.FAILED
    assert CommandNotifier(["/no/such/program"], 20).send(message()) is Fate.FAILED
    assert CommandNotifier(["sleep", "60"], 0.2).send(message()) is Fate.UNSURE


def test_apprise_delivers_a_mail_with_title_and_body(tmp_path: Path) -> None:
    server = Mail()
    with serving(server):
        url = f"mailto://127.0.0.1:{server.port}?from=noc@example.org&to={{to}}&format=text"
        sent = AppriseNotifier(url, {"to": Secret("lead-mail", "lead@example.org")}).send(message("告警 chengdong"))
    assert sent is Fate.SENT
    (mail,) = server.got
    assert "lead@example.org" in mail
    assert "line one" in mail or "bGluZSBvbmU" in mail


def test_apprise_posts_and_neither_log_nor_error_has_the_secret(
    web: Web, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "p/w?&:@ %41"
    caplog.set_level("DEBUG")
    way = AppriseNotifier(f"json://noc:{{pw}}@127.0.0.1:{web.port}/hook", {"pw": Secret("hook", secret)})
    assert way.send(message()) is Fate.SENT
    web.mood = "refuse"
    assert way.send(message()) is Fate.FAILED
    bad = AppriseNotifier("nosuchkind://{pw}", {"pw": Secret("hook", secret)})
    assert bad.send(message()) is Fate.FAILED
    assert (way.is_understood(), bad.is_understood()) == (True, False)
    shown = caplog.text + "".join(capfd.readouterr()) + repr(way)
    assert secret not in shown
    assert quote(secret, safe="") not in shown
    assert web.got[0]["message"] == "line one\nline two"
    assert base64.b64decode(web.tokens[0].removeprefix("Basic ")).decode() == f"noc:{secret}"


def test_a_webhook_that_is_not_there_has_taken_nothing() -> None:
    assert WebhookNotifier("http://127.0.0.1:1/hook", 5).send(message()) is Fate.FAILED


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/\u94a9", "http://a..b/x", "http://127.0.0.1:99999/", "http://[::1/"]
)
def test_a_url_that_no_request_can_be_made_of_is_a_message_that_was_not_taken(url: str) -> None:
    assert WebhookNotifier(url, 5).send(message()) is not Fate.SENT


def test_a_command_that_cannot_be_begun_is_a_message_that_was_not_taken() -> None:
    assert CommandNotifier(["/bin/true\0"], 5).send(message()) is Fate.FAILED


def test_a_message_without_items_is_resolved() -> None:
    assert alertmanager(message())["status"] == "resolved"
