import os
import signal
import subprocess
import sys
import time

import pytest

from prm.embedded.console import CannotRunError
from prm.embedded.processes import Program, StopRequested, Supervisor, end_left_over, start_time
from prm.embedded.state import State
from tests.embedded.observation import eventually, is_alive

pytestmark = pytest.mark.alone

TIDY = (
    "import signal, time; print('up', flush=True); signal.sigwait([signal.SIGTERM]);"
    "open({note!r}, 'a').write({name!r} + ' ')"
)
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def python(name: str, code: str, state: State) -> Program:
    return Program(name=name, command=[sys.executable, "-S", "-c", code], environment={}, log=state.log(name))


def sleeper(name: str, state: State) -> Program:
    return Program(name=name, command=["sleep", "60"], environment=os.environ, log=state.log(name))


def has_printed(program: Program) -> bool:
    return program.log.exists() and "up" in program.log.read_text()


def test_valkey_and_then_postgres_are_stopped_after_all_that_use_them(state, supervisor, tmp_path):
    note = tmp_path / "stopped"
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # inherited: sigwait wants it blocked
    try:
        for name in ("postgres", "valkey", "worker", "beat", "web", "jobs"):
            program = python(name, TIDY.format(note=str(note), name=name), state)
            supervisor.start(program)
            supervisor.wait_until(name, lambda program=program: has_printed(program))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    pids = [child.process.pid for child in supervisor.children.values()]
    supervisor.stop_all()
    stopped = note.read_text().split()
    assert sorted(stopped[:4]) == ["beat", "jobs", "web", "worker"]
    assert stopped[4:] == ["valkey", "postgres"]
    assert not any(is_alive(pid) for pid in pids)


def test_a_program_that_does_not_listen_is_ended_by_force(state, supervisor):
    program = python("web", STUBBORN, state)
    child = supervisor.start(program)
    supervisor.wait_until("web", lambda: has_printed(program))
    supervisor.stop("web", patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_program_that_ends_before_it_is_ready_is_reported_with_its_log(state, supervisor):
    supervisor.start(python("web", "print('no such table: deal'); raise SystemExit(3)", state))
    with pytest.raises(CannotRunError, match=r"web ended with 3\.(.|\n)*no such table: deal"):
        supervisor.wait_until("web", lambda: False)


def test_a_program_that_never_gets_ready_is_reported(state, supervisor):
    supervisor.start(sleeper("valkey", state))
    with pytest.raises(CannotRunError, match="valkey was not ready"):
        supervisor.wait_until("valkey", lambda: False, seconds=0.1)


@pytest.mark.parametrize("name", ["worker", "beat", "valkey"])
def test_a_dead_worker_beat_or_valkey_is_started_again(name, state, supervisor):
    child = supervisor.start(sleeper(name, state))
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    def is_back() -> bool:
        if child.process.pid == first:
            return False
        raise StopRequested(signal.SIGTERM)

    watch_until(supervisor, is_back)
    assert child.running
    assert is_alive(child.process.pid)


@pytest.mark.parametrize("name", ["web", "postgres"])
def test_a_dead_web_server_or_postgres_ends_the_run(name, state, supervisor):
    child = supervisor.start(sleeper(name, state))
    os.kill(child.process.pid, signal.SIGKILL)
    with pytest.raises(CannotRunError, match=f"{name} ended with -9"):
        supervisor.watch()


def test_what_a_killed_supervisor_left_is_ended_by_the_next(state, supervisor):
    child = supervisor.start(sleeper("worker", state))
    Supervisor(state).sweep()
    assert child.process.wait(5) == -signal.SIGTERM
    assert not (state.directory / "children.json").exists()


def test_a_process_that_only_has_the_same_number_is_left_alone(state, supervisor):
    child = supervisor.start(sleeper("worker", state))
    end_left_over("worker", child.process.pid, "another time", signal.SIGTERM)
    assert child.running
    assert start_time(child.process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
def test_children_end_with_a_supervisor_that_is_killed(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from prm.embedded.processes import Program, Supervisor;"
        "from prm.embedded.state import State; state = State('tryout', Path(sys.argv[1])); state.acquire();"
        "program = Program(name='worker', command=['sleep', '60'], environment={}, log=state.log('worker'));"
        "print(Supervisor(state).start(program).process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as supervisor:
        child = int(supervisor.stdout.readline())
        assert is_alive(child)
        supervisor.kill()
    assert eventually(lambda: not is_alive(child))


def watch_until(supervisor: Supervisor, condition) -> None:
    """Let the supervisor watch until the condition raises StopRequested, at most for ten seconds."""
    deadline = time.monotonic() + 10

    def look(number: int, _frame: object) -> None:
        assert time.monotonic() < deadline
        condition()

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        with pytest.raises(StopRequested):
            supervisor.watch()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
