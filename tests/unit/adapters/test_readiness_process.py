"""A process that looks at readiness: asked and answering line by line, and ended where it hangs, dies or is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from eventually import eventually

from jbnet.adapters.readiness_process import LookProcess
from jbnet.model.errors import TargetError
from jbnet.monitor.alarms import Severity
from jbnet.monitor.ready_results import Unready, look_of, unready_of

RED = Unready("slot", "db1", "production", "red", Severity.MAJOR, "there", "gone")
FOUND = [one.packed() for one in look_of(7, [RED])]


def program(body: str) -> list[str]:
    """Return a program that runs ``body`` for each line that asks; ``say`` writes an answer."""
    head = "import json, os, sys, time\ndef say(answer): print(json.dumps(answer), flush=True)\n"
    return [sys.executable, "-c", f"{head}for asked in sys.stdin:\n    {body}\n"]


def test_one_process_answers_again_and_again() -> None:
    looks = LookProcess(program(f"say(dict(found={FOUND!r}, unkept=str(os.getpid())))"))
    try:
        first, second = looks.look(20), looks.look(20)
    finally:
        looks.close()
    assert unready_of(first.found[1]) == RED
    assert str(first.unkept) == str(second.unkept), "it was another process"


def test_an_answer_that_comes_in_parts_is_one() -> None:
    whole = f"answer = json.dumps(dict(found={FOUND!r}, unkept=None))"
    first, rest = "sys.stdout.write(answer[:9]); sys.stdout.flush()", "print(answer[9:], flush=True)"
    looks = LookProcess(program(f"{whole}; {first}; time.sleep(0.1); {rest}"))
    assert len(looks.look(20).found) == 2
    looks.close()


def test_why_there_was_no_look_is_said() -> None:
    looks = LookProcess(program("say(dict(why=dict(text='{file} has errors', **{'with': dict(file='plan')})))"))
    with pytest.raises(TargetError, match="plan has errors"):
        looks.look(20)
    looks.close()


def test_one_that_hangs_is_ended_and_the_next_look_begins_another(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    body = f"open({str(mark)!r}, 'a').write(f'{{os.getpid()}} '); time.sleep(3600)"
    looks = LookProcess(program(body))
    for times in (1, 2):
        with pytest.raises(TargetError, match="did not end within"):
            looks.look(2.0)
        pids = mark.read_text().split()
        assert len(set(pids)) == times
        assert not Path(f"/proc/{pids[-1]}").exists()
    looks.close()


def test_one_that_ends_by_itself_leaves_its_last_words() -> None:
    looks = LookProcess(program("raise SystemExit('no memory is left')"))
    with pytest.raises(TargetError, match=r"ended by itself \(1\): no memory is left"):
        looks.look(20)
    looks.close()


def test_to_ask_one_that_has_died_ends_nobody_else(tmp_path: Path) -> None:
    """As a command does it: SIGPIPE ends whoever writes where nobody reads."""
    lines = [
        "import os, signal, sys; from jbnet.adapters.readiness_process import LookProcess",
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL)",
        f"looks = LookProcess({program('say(dict(found=[], unkept=None)); os._exit(0)')!r})",
        "looks.look(20); looks._process.wait()",
        "try: looks.look(20)\nexcept Exception as error: print('met', error)",
        "print(len(looks.look(20).found))",
    ]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["met it ended by itself (0)", "0"]


def test_what_is_no_answer_is_an_error() -> None:
    for answer in ("[]", "{}", "no json"):
        looks = LookProcess(program(f"print({answer!r}, flush=True)"))
        with pytest.raises(TargetError, match="cannot be read"):
            looks.look(20)
        looks.close()


def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(TargetError, match="cannot be started"):
        LookProcess(["/no/such/program"]).look(1)


def test_closing_ends_a_look_that_is_under_way_and_none_begins_afterwards(tmp_path: Path) -> None:
    mark = tmp_path / "began"
    looks = LookProcess(program(f"open({str(mark)!r}, 'w').close(); time.sleep(3600)"))
    met: list[str] = []

    def look() -> None:
        try:
            looks.look(3600)
        except TargetError as error:
            met.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    assert eventually(mark.exists)
    looks.close()
    thread.join(20)
    assert len(met) == 1
    with pytest.raises(TargetError, match="looking has ended"):
        looks.look(1)


def test_the_worker_ends_when_nobody_is_there_to_ask(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "jbnet.cli.readiness_worker", str(tmp_path), str(tmp_path / "state")]
    worker = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
    said, _ = worker.communicate(b"look\n", timeout=60)
    assert worker.returncode == 0
    lines = said.splitlines()
    assert len(lines) <= 1
    assert all("why" in json.loads(line) for line in lines), "there is no plan in an empty folder"
