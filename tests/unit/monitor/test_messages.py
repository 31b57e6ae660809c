"""What people read on a telephone at six in the morning: local time, names they know, whom to call, what next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from networks import small

from jbnet.catalogue import load
from jbnet.model.lines import Carrier
from jbnet.model.management import Management, TimeZone
from jbnet.model.network import Network
from jbnet.model.places import Contact as Desk
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.messages import Message, compose
from jbnet.monitor.notices import CLOSED, OPENED, Contact, Draft, Item
from jbnet.monitor.tongue import Tongue
from jbnet.topology.needs import ServiceImpact

BEGAN = datetime(2026, 11, 22, 22, 1, 16, tzinfo=UTC)
NOW = BEGAN + timedelta(minutes=1)
TEXT_MESSAGE = 67
"""Characters of Chinese in each part of a long text message (3GPP TS 23.040)."""
LINE = "chengdong-up1"


@pytest.fixture(scope="module")
def network() -> Network:
    plain = small()
    line = replace(plain.circuits[LINE], carrier="mobile", line_number="XN-0001")
    names = {"chengdong": "城东区", "chengdong-t1": "周家泉街道", "xining": "西宁市"}
    sites = {name: replace(site, name_zh=names.get(name, site.name_zh)) for name, site in plain.sites.items()}
    sites["chengdong"] = replace(sites["chengdong"], contact=Desk("值班室", "0971-0000102"))
    return replace(
        plain,
        sites=sites,
        circuits={**plain.circuits, LINE: line},
        carriers={"mobile": Carrier("mobile", "中国移动青海分公司", "10086")},
        management=Management(time_zone=TimeZone("BJT", 480)),
    )


def told(network: Network | None, *items: Item, lang: str = "zh", most: int = 10, now: datetime = NOW) -> Message:
    tongue = Tongue(lang, load(lang) if lang != "en" else {}, network)
    return compose(Draft("k", Contact("noc", ("sms",), lang), "sms", items), now, most, tongue)


def cut(number: int = 51, name: str = LINE, sites: Sequence[str] = (), **fields: Any) -> Incident:
    return Incident(str(number), CauseId(CauseKind.CIRCUIT, name), BEGAN, BEGAN, sites=tuple(sites), **fields)


SERVICES = (ServiceImpact("pension", 2), ServiceImpact("hotline", 1))


def test_a_chinese_message_has_local_time_chinese_names_the_carrier_and_what_to_do(network: Network) -> None:
    incident = cut(sites=("chengdong-t1", "chengdong"), services=SERVICES)
    message = told(network, Item(incident, OPENED))
    assert message.title == "[紧急] 线路 chengdong-up1：未关闭"
    assert message.body.splitlines() == [
        "#51 线路 chengdong-up1（西宁市 - 城东区）：06:01 起未恢复",
        "中断站点（2）：城东区、周家泉街道",
        "受影响业务（2）：养老保险、12333",
        "下一步：致电 中国移动青海分公司 10086，线路号 XN-0001；接手后 jbnet ack 51",
    ]
    assert "Z" not in message.body, "nobody has to reckon from UTC"


def test_an_english_message_has_the_names_of_the_declaration(network: Network) -> None:
    message = told(network, Item(cut(sites=("chengdong",), services=SERVICES), OPENED), lang="en")
    assert message.body.splitlines() == [
        "#51 circuit chengdong-up1 (xining - chengdong): open since 06:01",
        "sites cut off (1): chengdong",
        "services hit (2): pension, hotline",
        "next: call mobile 10086, line XN-0001; jbnet ack 51",
    ]


def test_another_day_is_said_and_where_no_time_zone_is_declared_that_it_is_utc(network: Network) -> None:
    item = Item(cut(), OPENED)
    assert "open since 11-23 06:01" in told(network, item, lang="en", now=NOW + timedelta(days=1)).body
    assert "open since 22:01 UTC" in told(replace(network, management=None), item, lang="en").body


def test_what_is_over_says_from_when_to_when_and_asks_for_nothing(network: Network) -> None:
    incident = cut(closed=BEGAN + timedelta(minutes=133))
    body = told(network, Item(incident, CLOSED), now=BEGAN + timedelta(minutes=134)).body
    assert body == "#51 线路 chengdong-up1（西宁市 - 城东区）：已恢复，06:01 至 08:14，历时 2 小时 13 分钟"


def test_who_is_called_next_reads_for_how_long_nobody_has_acknowledged(network: Network) -> None:
    body = told(network, Item(cut(), "escalated", 1), now=BEGAN + timedelta(minutes=15)).body
    assert "06:01 起未恢复，15 分钟无人确认" in body


def test_a_line_that_may_be_a_power_failure_says_whom_to_ask_there_first(network: Network) -> None:
    body = told(network, Item(cut(sites=("chengdong",), reading="line or power"), OPENED)).body
    assert "线路或停电：先致电 城东区 值班室 0971-0000102" in body


def test_a_silent_device_names_the_desk_of_its_site(network: Network) -> None:
    incident = replace(cut(), root_cause=CauseId(CauseKind.DEVICE, "chengdong-r1"))
    assert "下一步：致电 城东区 值班室 0971-0000102；接手后 jbnet ack 51" in told(network, Item(incident, OPENED)).body


def test_a_line_of_nobody_and_one_without_a_number_are_told_as_that(network: Network) -> None:
    own = told(network, Item(cut(name="xining-up1"), OPENED), lang="en").body
    assert own.splitlines()[-1] == "next: jbnet ack 51"
    for port, said in (("PE-1", "hand-over port PE-1"), (None, "line number not declared")):
        line = replace(network.circuits[LINE], line_number=None, handoff=port)
        bare = replace(network, circuits={**network.circuits, LINE: line})
        assert told(bare, Item(cut(), OPENED), lang="en").body.endswith(f"call mobile 10086, {said}; jbnet ack 51")


def test_several_incidents_share_a_message_that_has_each_telephone_once(network: Network) -> None:
    second = replace(network.circuits["huangyuan-up1"], carrier="mobile")
    both = replace(network, circuits={**network.circuits, "huangyuan-up1": second})
    items = (Item(cut(51, sites=("chengdong",)), OPENED), Item(cut(52, "huangyuan-up1"), OPENED))
    body = told(both, *items).body
    assert body.count("10086") == 1
    assert "致电 中国移动青海分公司 10086：#51 线路号 XN-0001、#52 线路号未声明" in body
    assert body.endswith("下一步：接手后 jbnet ack 编号")


def test_the_whole_of_an_incident_is_no_longer_than_three_text_messages(network: Network) -> None:
    services = tuple(ServiceImpact("pension", 398) for _ in range(18))
    sites = (*network.sites, *network.sites)
    message = told(network, Item(cut(5101, sites=sites, services=services), OPENED))
    assert len(message.title) + len(message.body) <= 3 * TEXT_MESSAGE, message.body


def test_names_that_are_not_declared_any_more_are_told_as_they_are(network: Network) -> None:
    incident = cut(name="gone-up1", sites=("gone",), services=(ServiceImpact("old", 1),))
    for net in (network, None):
        body = told(net, Item(incident, OPENED)).body
        assert "gone-up1" in body
        assert "中断站点（1）：gone" in body
        assert "受影响业务（1）：old" in body
