"""`make run` as a whole, with data of its own beside whatever runs from this checkout."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from prm.embedded.state import ROOT, State
from tests.embedded.observation import children_of, command_line, command_lines, eventually, is_alive

pytestmark = [
    pytest.mark.alone,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it looks at /proc and at the parent-death signal"),
    pytest.mark.usefixtures("binaries"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def run(home, port):
    """Start `make run`'s command and wait for its address; end it by force if the test did not."""
    ours = {"PRM_HOME": str(home), "PORT": str(port), "DEMO": "0"}
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    with subprocess.Popen(
        [sys.executable, "-m", "prm.embedded", "run"],
        cwd=ROOT,
        env=inherited | ours,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as supervisor:
        printed = []
        for line in supervisor.stdout:
            printed.append(line)
            if f"Open PRM is up: http://localhost:{port}/" in line:
                break
        else:
            pytest.fail("".join(printed))
        yield supervisor
        supervisor.kill()


def everything_of(home: Path) -> list[str]:
    return [line for line in command_lines() if str(home) in line]


def pid_of(supervisor: subprocess.Popen, part: str) -> int | None:
    return next((pid for pid in children_of(supervisor.pid) if part in command_line(pid)), None)


def test_it_answers_starts_a_killed_worker_again_and_leaves_nothing_behind(run, home, port):
    with urllib.request.urlopen(f"http://localhost:{port}/health/", timeout=10) as answer:
        assert answer.status == 200
    killed = pid_of(run, "prm worker --concurrency")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: pid_of(run, "prm worker --concurrency") not in {killed, None})
    children = children_of(run.pid)
    run.send_signal(signal.SIGINT)
    assert run.wait(20) == 0
    assert not any(is_alive(pid) for pid in children)
    assert everything_of(home) == []


def test_it_leaves_nothing_behind_when_it_is_killed_and_starts_again(run, home):
    assert State("run", home).is_locked()
    run.kill()
    assert eventually(lambda: everything_of(home) == [])
    assert not State("run", home).is_locked()
