"""Metrics as others read them: judged by promtool, scraped by Prometheus, written to VictoriaMetrics and read back."""

from __future__ import annotations

import http.client
import json
import math
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from eventually import eventually
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from seen import Seen

from jbnet.adapters import metrics_server
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.metrics_server import CONNECTIONS, MetricsServer, rendered
from jbnet.adapters.notify_webhook import WebhookNotifier
from jbnet.adapters.remote_write import Destination, RemoteWriter
from jbnet.model.errors import Missing
from jbnet.model.secrets import Secret
from jbnet.model.text import Text
from jbnet.monitor import metrics, self_metrics
from jbnet.monitor.outlets import Address
from jbnet.monitor.outlets_file import load_outlets
from jbnet.monitor.points import Family, Point
from jbnet.monitor.remote_write import requests
from jbnet.monitor.send_buffer import LONGEST_S, Parcel, SendBuffer
from jbnet.wiring.declaration import check_workspace
from jbnet.wiring.outward import outward

ROOT = Path(__file__).parents[3]
LOCAL = "127.0.0.1"
WAIT_S = 60.0
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    made = Seen(tmp_path / "monitor.db")
    made.rounds(4)
    made.net.cut.add("chengdong-up1")
    made.rounds(2)
    yield made
    made.monitor.close()


@pytest.fixture
def served(seen: Seen) -> Iterator[MetricsServer]:
    server = MetricsServer(Address(LOCAL, 0), seen.outward.points)
    server.start()
    yield server
    server.close()
    server.close()


def get(port: int, path: str = "/metrics", accept: str = "") -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(LOCAL, port, timeout=WAIT_S)
    connection.request("GET", path, headers={"Accept": accept} if accept else {})
    answer = connection.getresponse()
    found = answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()
    connection.close()
    return found


def test_the_writers_thread_has_a_beat_that_stands_still_when_it_hangs() -> None:
    held = threading.Event()

    def batches() -> list[tuple[int, list[Point]]]:
        held.wait(WAIT_S)
        return []

    writer = RemoteWriter(Destination(f"http://{LOCAL}:9/w", every_s=0.05), batches, SystemClock(), lambda _: None)
    writer.start()
    first = writer.beat()
    assert 0 < first <= time.monotonic()
    held.set()
    assert eventually(lambda: writer.beat() > first)
    writer.close()


def test_promtool_has_nothing_to_say_against_the_metrics(seen: Seen) -> None:
    body, _ = rendered(seen.outward.points)
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=body, capture_output=True, timeout=WAIT_S, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_openmetrics_is_given_to_who_asks_for_it_and_text_to_others(served: MetricsServer) -> None:
    status, kind, body = get(served.port, accept=OPENMETRICS)
    assert (status, kind) == (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert body.endswith("# EOF\n")
    parsed = text_string_to_metric_families(body)  # type: ignore[no-untyped-call]  # it has no types here
    families = {family.name: family for family in parsed}
    assert families["jbnet_interface_receive_bytes"].unit == "bytes"
    assert {s.name for s in families["jbnet_interface_receive_bytes"].samples} == {
        "jbnet_interface_receive_bytes_total"
    }
    for accept in ("", "text/plain", "*/*", "application/openmetrics-text;q=0, text/plain"):
        _, kind, body = get(served.port, accept=accept)
        assert kind.startswith("text/plain; version=0.0.4")
        assert "# EOF" not in body
    assert get(served.port, "/")[0] == 404


def test_the_figures_are_those_of_the_last_round(seen: Seen) -> None:
    found = {(p.family.name, p.values): p.value for p in seen.outward.points()}
    assert found["jbnet_circuit_up", ("chengdong-up1", "", "false")] == 0.0
    assert found["jbnet_incidents_open", ("circuit", "critical", "open")] == 1.0
    assert found["jbnet_incident_sites", ("1", "circuit", "chengdong-up1", "critical")] == 3.0
    assert found["jbnet_device_up", ("chengdong-r1", "chengdong", "county-router")] == 0.0
    assert found["jbnet_monitor_events", ("syslog", "syslog")] == 3.0
    assert found["jbnet_monitor_rounds", ()] == 6.0
    assert not [name for name, values in found if "chengdong-r1" in values and "interface" in name]


def test_every_metric_is_in_the_guide_with_its_labels() -> None:
    guide = (ROOT / "docs" / "fitting-in.md").read_text(encoding="utf-8")
    for family in (*metrics.FAMILIES, *self_metrics.FAMILIES):
        name = family.name + ("_total" if family.kind == "counter" else "")
        labels = ", ".join(family.labels) or "-"
        assert f"| `{name}` | {labels} |" in guide


def test_a_client_that_reads_nothing_holds_up_neither_the_others_nor_the_end(served: MetricsServer) -> None:
    with socket.create_connection((LOCAL, served.port), WAIT_S) as slow:
        slow.sendall(b"GET /metrics HTTP/1.1\r\n")
        assert get(served.port)[0] == 200


def test_clients_that_hold_on_get_no_more_threads_than_there_may_be_and_are_let_go_in_the_end(
    served: MetricsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics_server, "TIMEOUT_S", 1.0)
    before, held = threading.active_count(), []
    for _ in range(3 * CONNECTIONS):
        held.append(socket.create_connection((LOCAL, served.port), WAIT_S))
        held[-1].sendall(b"GET /metr")
    assert eventually(lambda: [one for one in held[CONNECTIONS:] if ended(one)])
    assert threading.active_count() <= before + 2 * CONNECTIONS, "one that ends may still be there"
    assert eventually(lambda: dribbled(held[:CONNECTIONS]))
    assert eventually(lambda: threading.active_count() <= before)
    assert get(served.port)[0] == 200
    for one in held:
        one.close()


def ended(one: socket.socket) -> bool:
    """Say whether the other side has closed."""
    one.settimeout(0.01)
    try:
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def dribbled(held: list[socket.socket]) -> bool:
    """Send one byte more each; say whether nobody takes it any more."""
    for one in held:
        with suppress(OSError):
            one.sendall(b"i")
    return all(map(ended, held))


def test_a_port_that_is_taken_is_said(seen: Seen, served: MetricsServer) -> None:
    with pytest.raises(Missing, match="metrics cannot be served"):
        MetricsServer(Address(LOCAL, served.port), seen.outward.points).start()


def free_port() -> int:
    with socket.create_server((LOCAL, 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def running(*argv: str) -> Iterator[None]:
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(WAIT_S)


def query(port: int, expression: str) -> list[dict[str, Any]]:
    try:
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        status, _, body = get(port, path)
    except OSError:
        return []
    return list(json.loads(body)["data"]["result"]) if status == 200 else []


def now_seen(seen: Seen) -> None:
    """Let the simulated monitor live in the present: a database refuses what is of another year."""
    seen.clock.time = SystemClock().now()
    seen.rounds(1, apart=0.0)


def test_prometheus_scrapes_them_and_takes_them_by_remote_write(
    seen: Seen, served: MetricsServer, tmp_path: Path
) -> None:
    now_seen(seen)
    port = free_port()
    config = tmp_path / "prometheus.yml"
    config.write_text(
        "scrape_configs:\n- job_name: scraped\n  scrape_interval: 1s\n  static_configs:\n"
        f"  - targets: ['{LOCAL}:{served.port}']\n"
    )
    said: list[Text] = []
    to = Destination(f"http://{LOCAL}:{port}/api/v1/write", labels={"job": "written", "place": "西宁"})
    writer = RemoteWriter(to, seen.outward.batches, SystemClock(), said.append)
    with running("prometheus", f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'data'}",
                 f"--web.listen-address={LOCAL}:{port}", "--web.enable-remote-write-receiver"):  # fmt: skip
        (up,) = eventually(lambda: query(port, 'up{job="scraped"} == 1'))
        assert up["value"][1] == "1"
        (one,) = eventually(lambda: query(port, 'jbnet_circuit_up{circuit="chengdong-up1",job="scraped"}'))
        assert one["value"][1] == "0"
        writer.collect()
        writer.send()
        (one,) = eventually(lambda: query(port, 'jbnet_incidents_open{job="written",cause="circuit"}'))
        assert one["metric"]["place"] == "西宁"
        assert one["metric"]["severity"] == "critical"
        assert eventually(lambda: query(port, 'jbnet_monitor_rounds_total{job="written"}'))
    assert writer.counters["written"] > 50
    assert said == []


def test_victoriametrics_gives_back_what_was_written_while_it_was_away(seen: Seen, tmp_path: Path) -> None:
    now_seen(seen)
    port, said = free_port(), list[Text]()
    to = Destination(f"http://{LOCAL}:{port}/api/v1/write", every_s=3600.0)
    writer = RemoteWriter(to, seen.outward.batches, SystemClock(), said.append)
    writer.collect()
    writer.send()
    assert (writer.counters["failedTry"], len(said)) == (1, 1)
    assert writer.waiting() > 0
    writer.start()
    with running("victoria-metrics", f"-storageDataPath={tmp_path / 'vm'}", f"-httpListenAddr={LOCAL}:{port}",
                 "-search.latencyOffset=0s", "-loggerLevel=ERROR"):  # fmt: skip
        assert eventually(lambda: writer.counters["written"])
        (one,) = eventually(lambda: query(port, 'jbnet_circuit_up{circuit="chengdong-up1"}'))
        assert (one["value"][1], one["metric"]["job"]) == ("0", "jbnet")
        seen.net.cut.clear()
        now_seen(seen)
        writer.close()
        assert eventually(lambda: query(port, 'jbnet_circuit_up{circuit="chengdong-up1"} == 1'))
    assert writer.waiting() == 0
    assert writer.counters["dropped"] == 0
    assert len(said) == 2


WAITING = """
import sys, time
from pathlib import Path
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.remote_write import Destination, RemoteWriter
from jbnet.monitor.points import Family, Point

told = Family("jbnet_told", "gauge", "", ("number",), "a figure")
numbers = iter(range(1000))
def batches():
    return [(int(time.time() * 1000), [Point(told, (str(next(numbers)),), 1.0)])]
to = Destination("http://127.0.0.1:9/w", every_s=0.02, folder=Path(sys.argv[1]))
writer = RemoteWriter(to, batches, SystemClock(), lambda said: None)
writer.start()
while True:
    print(writer.waiting(), flush=True)
    time.sleep(0.01)
"""


def test_what_waited_outlives_kill_9_and_victoriametrics_gets_all_of_it(seen: Seen, tmp_path: Path) -> None:
    folder, port = tmp_path / "state" / "remote-write", free_port()
    process = subprocess.Popen([sys.executable, "-c", WAITING, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = next(int(line) for line in process.stdout if int(line) >= 20)
    process.kill()
    process.wait()
    process.stdout.close()
    kept = [file for file in folder.iterdir() if file.suffix != ".new"]
    assert len(kept) >= told
    assert {file.stat().st_mode & 0o777 for file in (folder, *kept)} == {0o700, 0o600}
    to = Destination(f"http://{LOCAL}:{port}/api/v1/write", every_s=3600.0, folder=folder)
    writer = RemoteWriter(to, list, SystemClock(), lambda _: None)
    with running("victoria-metrics", f"-storageDataPath={tmp_path / 'vm'}", f"-httpListenAddr={LOCAL}:{port}",
                 "-search.latencyOffset=0s", "-loggerLevel=ERROR"):  # fmt: skip
        writer.start()
        eventually(lambda: len(query(port, "last_over_time(jbnet_told[1h])")) >= told)
        eventually(lambda: not writer.waiting())
        writer.close()
    assert writer.counters["dropped"] == 0
    assert list(folder.iterdir()) == []


ONE = [Point(Family("jbnet_told", "gauge", "", (), "a figure"), (), 1.0)]


def waiting(folder: Path, port: int, times: Sequence[int], **more: Any) -> RemoteWriter:
    """Return a writer that collected something at each of these times (ms), and could write none of it."""
    to = Destination(f"http://{LOCAL}:{port}/", folder=folder, **more)
    left = iter(times)
    writer = RemoteWriter(to, lambda: [(next(left), ONE)], SystemClock(), lambda _: None)
    for _ in times:
        writer.collect()
    return writer


def test_what_waits_on_disk_is_bounded_in_bytes_and_age_and_the_oldest_goes_first(tmp_path: Path) -> None:
    hour = 3_600_000
    writer = waiting(tmp_path / "old", free_port(), [hour, 2 * hour, 3 * hour, 4 * hour], buffer_ms=hour)
    assert (writer.waiting(), writer.counters["dropped"]) == (2, 2)
    assert [file.name.split("-")[1] for file in sorted((tmp_path / "old").iterdir())] == [str(3 * hour), str(4 * hour)]
    many = waiting(tmp_path / "many", free_port(), range(1000, 1040), buffer_bytes=500)
    files = list((tmp_path / "many").iterdir())
    assert sum(file.stat().st_size for file in files) <= 500
    assert len(files) == many.waiting() == 40 - many.counters["dropped"] > 0


def test_damage_on_disk_is_dropped_and_counted_and_what_is_sound_is_written(tmp_path: Path) -> None:
    heard: list[dict[str, str]] = []
    waiting(tmp_path / "w", free_port(), [1000, 2000, 3000])
    first, second, _ = sorted((tmp_path / "w").iterdir())
    first.write_bytes(b"")
    second.write_bytes(second.read_bytes()[:-1])
    (tmp_path / "w" / "000000000009-1-1-00000000.new").write_bytes(b"begun")
    (tmp_path / "w" / "note.txt").write_text("by somebody else")
    with answering(200, heard) as port:
        to = Destination(f"http://{LOCAL}:{port}/", every_s=3600.0, folder=tmp_path / "w")
        writer = RemoteWriter(to, list, SystemClock(), lambda _: None)
        writer.start()
        eventually(lambda: not writer.waiting())
        writer.close()
    assert (writer.counters["dropped"], writer.counters["written"], len(heard)) == (2, 1, 1)
    assert [file.name for file in (tmp_path / "w").iterdir()] == ["note.txt"]


def test_where_nothing_can_be_kept_it_waits_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    heard: list[dict[str, str]] = []
    writer = waiting(tmp_path / "file" / "w", free_port(), [1000, 2000])
    assert (writer.waiting(), writer.counters["dropped"]) == (2, 0)
    with answering(200, heard) as port:
        writer._to = replace(writer._to, url=f"http://{LOCAL}:{port}/")
        writer.send()
    assert (writer.waiting(), writer.counters["written"]) == (0, 2)


@contextmanager
def answering(status: int, heard: list[dict[str, str]]) -> Iterator[int]:
    """A server that answers every request so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Location", "http://192.0.2.1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002  http.server's name

    with HTTPServer((LOCAL, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


TRY = Family("jbnet_try", "gauge", "", ("a",), "")


@pytest.mark.parametrize(
    ("status", "left", "refused"), [(204, 0, 0), (400, 0, 1), (302, 0, 1), (500, 1, 0), (429, 1, 0)]
)
def test_what_is_refused_is_dropped_and_what_fails_is_tried_again(status: int, left: int, refused: int) -> None:
    heard, said = list[dict[str, str]](), list[Text]()
    with answering(status, heard) as port:
        to = Destination(f"http://{LOCAL}:{port}/write", token=Secret("t", "not-so-secret"))
        writer = RemoteWriter(to, lambda: [(1000, [Point(TRY, ("x",), 1.0)])], SystemClock(), said.append)
        writer.collect()
        writer.send()
        writer.send()
    assert (writer.waiting(), writer.counters["refused"]) == (left, refused)
    assert [h["Authorization"] for h in heard] == ["Bearer not-so-secret"]
    assert heard[0]["X-Prometheus-Remote-Write-Version"] == "0.1.0"
    assert "not-so-secret" not in "".join(map(str, said))


def test_the_end_of_a_line_is_no_part_of_a_token() -> None:
    heard = list[dict[str, str]]()
    with answering(204, heard) as port:
        to = Destination(f"http://{LOCAL}:{port}/write", token=Secret("t", "not-so-secret\n"))
        writer = RemoteWriter(to, lambda: [(1000, [Point(TRY, ("x",), 1.0)])], SystemClock(), lambda _: None)
        writer.collect()
        writer.send()
    assert [h["Authorization"] for h in heard] == ["Bearer not-so-secret"]


@pytest.mark.parametrize("value", ["", "\n", "hush\nhush", "hu sh", "密码hush"])
def test_a_token_that_no_header_can_hold_is_refused_at_once_and_not_shown(value: str) -> None:
    token = Secret("t", value)
    with pytest.raises(Missing, match="<secret t> is no bearer token") as refused:
        RemoteWriter(Destination("http://h/w", token=token), list, SystemClock(), lambda _: None)
    assert "hush" not in str(refused.value)
    with pytest.raises(Missing, match="<secret t> is no bearer token"):
        WebhookNotifier("http://h/w", 1.0, token)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_read_are_said_with_their_file_and_found_by_check(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    to = Destination("https://h/w", ca_file=tmp_path / "ca.pem")
    with pytest.raises(Missing, match=r"ca\.pem: no authority can be read from it"):
        RemoteWriter(to, list, SystemClock(), lambda _: None)
    for folder in ("inventory", "topology", "monitors"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    declared = tmp_path / "monitors" / "written.yaml"
    declared.write_text("remote_write:\n  url: https://h/w\n  ca_file: ca.pem\n")
    places = [str(f.place) for f in check_workspace(tmp_path).findings if "no authority" in str(f.text)]
    assert places == ["monitors/written.yaml:3:12"]


def test_the_monitor_goes_without_a_receiver_that_it_cannot_write_to(seen: Seen, tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "written.yaml").write_text("remote_write: {url: https://h/w, ca_file: ca.pem}\n")
    said: list[Text] = []
    with outward(tmp_path, tmp_path, seen.monitor, said.append, "off"):
        pass
    (one,) = said
    assert "ca.pem: no authority can be read from it" in str(one)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/写", "http://a..b/w", f"http://{'a' * 64}.b/w"])
def test_a_request_that_cannot_be_made_is_said_and_does_not_end_the_writer(url: str) -> None:
    said: list[Text] = []
    with socket.create_server((LOCAL, 0)) as plain:
        to = Destination(url.format(port=plain.getsockname()[1]), token=Secret("t", "hush"))
        writer = RemoteWriter(to, lambda: [(1000, [Point(TRY, ("x",), 1.0)])], SystemClock(), said.append)
        writer.collect()
        writer.send()
    assert (writer.waiting(), writer.counters["failedTry"], len(said)) == (1, 1, 1)
    assert "no request can be made" in str(said[0])
    assert "hush" not in str(said[0])


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://tsdb.example:8428/api/v1/write?x=%E5%86%99", True),
        ("http://[::1]:9090/w", True),
        ("http://tsdb.example./w", True),
        ("http://h/写", False),
        ("http://数据/w", False),
        ("http://a..b/w", False),
        (f"http://{'a' * 64}.b/w", False),
        ("http://h/a b", False),
        ("http://h/a\x7f", False),
    ],
)
def test_a_url_that_no_request_can_be_made_of_is_refused_when_it_is_declared(url: str, fine: bool) -> None:
    found = load_outlets({"monitors/listen.yaml": json.dumps({"remote_write": {"url": url}}, ensure_ascii=True)})[1]
    assert ("JB107" in [finding.code for finding in found]) is not fine


def test_a_certificate_that_nobody_vouches_for_is_not_written_to() -> None:
    with socket.create_server((LOCAL, 0)) as plain:
        said: list[Text] = []
        to = Destination(f"https://{LOCAL}:{plain.getsockname()[1]}/", timeout_s=0.2)
        writer = RemoteWriter(to, lambda: [(1000, [Point(TRY, ("x",), 1.0)])], SystemClock(), said.append)
        assert writer._context is not None
        assert writer._context.verify_mode is ssl.CERT_REQUIRED
        assert writer._context.check_hostname
        writer.collect()
        writer.send()
    assert (writer.waiting(), len(said)) == (1, 1)


def test_a_full_buffer_drops_the_oldest_and_counts_and_says_it_once() -> None:
    said: list[Text] = []
    to = Destination(f"http://{LOCAL}:{free_port()}/", buffer_bytes=200)
    value = [0.0]

    def batches() -> list[tuple[int, list[Point]]]:
        value[0] += math.pi
        return [(1000, [Point(TRY, (f"label {value[0]}",), value[0])])]

    writer = RemoteWriter(to, batches, SystemClock(), said.append)
    for _ in range(10):
        writer.collect()
    assert writer.counters["dropped"] + writer.waiting() == 10
    assert writer.waiting() > 0
    assert len(said) == 1


def test_tries_are_ever_further_apart_up_to_a_minute() -> None:
    buffer = SendBuffer(100)
    buffer.add(Parcel("x", 1, 1, 1000))
    waits = []
    for _ in range(8):
        buffer.failed(0.0)
        waits.append(buffer.try_at)
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_S, LONGEST_S]
    buffer.done()
    assert (buffer.try_at, buffer.bytes, len(buffer)) == (0.0, 0, 0)


def test_a_request_is_the_protobuf_message_byte_for_byte() -> None:
    counter = replace(TRY, name="n", kind="counter")
    (found,) = requests([Point(counter, ("v",), 1.5)], 300, {"job": "j"})
    assert found == (
        bytes.fromhex("0a35")  # timeseries, 53 bytes
        + b"\x0a\x13\x0a\x08__name__\x12\x07n_total"
        + b"\x0a\x06\x0a\x01a\x12\x01v"
        + b"\x0a\x08\x0a\x03job\x12\x01j"
        + bytes.fromhex("120c 09 000000000000f83f 10 ac02"),
        1,
    )
