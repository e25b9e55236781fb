"""Starting, watching and stopping the processes of one set of services.

Every service is started in its own session, so that Ctrl-C reaches only the supervisor, which stops them in order; and
each carries the parent-death signal, so that nothing is left when the supervisor itself is killed.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from prm.embedded.console import CannotRunError, say
from prm.embedded.identity import SAME, Identity, end_with_parent
from prm.embedded.state import ROOT, State, write_private

# One stage after the other; within a stage all are asked at once, in this order, because each may take seconds.
STOP_STAGES = (("web", "beat", "worker", "jobs"), ("valkey",), ("postgres",))
VITAL = ("postgres", "web")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_PAUSE = 30.0
CALM = 60.0


class StopRequested(BaseException):
    """A signal asked the supervisor to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = signal.Signals(number)


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to start, and how to end it."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    identity: Identity = SAME
    directory: Path = ROOT


@dataclass
class Child:
    """A started program, and what is needed to start it again."""

    program: Program
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)
    failures: int = 0
    again_at: float | None = None

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None


def stop_on_signals() -> None:
    """Turn the first of SIGINT, SIGTERM and SIGHUP into `StopRequested`, and ignore the ones after it.

    SIGINT is set explicitly: a shell script's background job inherits it as ignored.
    """

    def request_stop(number: int, _frame: FrameType | None) -> None:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise StopRequested(number)

    for each in STOP_SIGNALS:
        signal.signal(each, request_stop)


class Supervisor:
    """The processes of one set of services, by name."""

    def __init__(self, state: State) -> None:
        self.children: dict[str, Child] = {}
        self._state = state
        self._register = state.directory / "children.json"

    def start(self, program: Program) -> Child:
        """Start a program; it is then watched, and stopped with the others."""
        child = Child(program, launch(program))
        self.children[program.name] = child
        self._write_register()
        return child

    def run_to_end(self, program: Program) -> None:
        """Run a program that does its work and ends.

        Raises:
            CannotRunError: it failed; with the end of its log.
        """
        self.finish(Child(program, launch(program)))

    def finish(self, child: Child) -> None:
        """Wait for a program that does its work and ends.

        Raises:
            CannotRunError: it failed; with the end of its log.
        """
        if child.process.wait() != 0:
            program = child.program
            raise CannotRunError(f"{program.name} ended with {child.process.returncode}.\n{end_of(program.log)}")

    def wait_until(self, name: str, ready: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until a started program is ready.

        Raises:
            CannotRunError: it ended, or was not ready in time; with the end of its log.
        """
        child = self.children[name]
        deadline = time.monotonic() + seconds
        while not ready():
            if not child.running:
                raise CannotRunError(f"{name} ended with {child.process.returncode}.\n{end_of(child.program.log)}")
            if time.monotonic() > deadline:
                raise CannotRunError(f"{name} was not ready after {seconds:.0f} s.\n{end_of(child.program.log)}")
            time.sleep(0.03)

    def watch(self) -> None:
        """Stay until a vital program ends; start the others again, each time after a longer pause.

        Raises:
            CannotRunError: PostgreSQL or the web server ended.
        """
        while True:
            for child in self.children.values():
                if not child.running:
                    self._tend(child)
            time.sleep(0.2)

    def stop(self, *names: str, patience: float = 20.0) -> None:
        """Stop programs, each with its own signal, or by force when it does not listen."""
        children = [self.children.pop(name) for name in names if name in self.children]
        for child in children:
            if child.running:
                child.process.send_signal(child.program.stop_signal)
        deadline = time.monotonic() + patience
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"{child.program.name} did not stop within {patience:.0f} s and is ended by force")
            end_session(child.process.pid)
            child.process.wait()

    def stop_all(self) -> None:
        """Stop everything: web server, beat and workers, then Valkey, then PostgreSQL."""
        for stage in STOP_STAGES:
            self.stop(*stage)
        self._register.unlink(missing_ok=True)

    def sweep(self) -> None:
        """End what a killed supervisor of this checkout may have left, before anything is started."""
        if not self._register.exists():
            return
        for left in json.loads(self._register.read_text(encoding="utf-8")):
            end_left_over(left["name"], left["pid"], left["started"], left["stop_signal"])
        self._register.unlink(missing_ok=True)

    def _tend(self, child: Child) -> None:
        name, now = child.program.name, time.monotonic()
        if child.again_at is None:
            end_session(child.process.pid)
            if name in VITAL:
                raise CannotRunError(f"{name} ended with {child.process.returncode}.\n{end_of(child.program.log)}")
            child.failures = 0 if now - child.since > CALM else child.failures + 1
            pause = min(LONGEST_PAUSE, 0.25 * 2**child.failures)
            child.again_at = now + pause
            say(f"{name} ended with {child.process.returncode}; it is started again in {pause:.1f} s")
        elif now >= child.again_at:
            child.process, child.since, child.again_at = launch(child.program), now, None
            self._write_register()

    def _write_register(self) -> None:
        entries = [
            {
                "name": child.program.name,
                "pid": child.process.pid,
                "started": start_time(child.process.pid),
                "stop_signal": int(child.program.stop_signal),
            }
            for child in self.children.values()
        ]
        write_private(self._register, json.dumps(entries))


def launch(program: Program) -> subprocess.Popen[bytes]:
    """Start a program in its own session, with its output in its log."""
    supervisor, identity = os.getpid(), program.identity

    def prepare() -> None:
        identity.enter()
        end_with_parent(supervisor, program.stop_signal)

    with program.log.open("ab") as log:
        return subprocess.Popen(
            [str(part) for part in program.command],
            cwd=program.directory,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509  (the supervisor has one thread)
            user=identity.user,
            group=identity.user,
            extra_groups=None if identity.user is None else [],
        )


def run_in_foreground(command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
    """Run a command at the terminal and return its exit code.

    At a terminal it shares our process group (a debugger can read, Ctrl-C reaches it); otherwise it has its own, and
    signals are passed on.
    """
    parent, at_terminal = os.getpid(), sys.stdin is not None and sys.stdin.isatty()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment,
        start_new_session=not at_terminal,
        preexec_fn=lambda: end_with_parent(parent, signal.SIGTERM),  # noqa: PLW1509  (the supervisor has one thread)
    )
    try:
        code = process.wait()
        return code if code >= 0 else 128 - code  # as a shell says "ended by a signal"
    except StopRequested as request:
        if not at_terminal:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, request.signal)
        elif request.signal is not signal.SIGINT:
            process.send_signal(request.signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        raise
    finally:
        if not at_terminal:
            end_session(process.pid)


def end_session(leader: int) -> None:
    """End whatever is left of a child's session, such as the pool of a killed worker."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_left_over(name: str, pid: int, started: str, stop_signal: int) -> None:
    """Stop a process of an earlier supervisor, if it is still the same process."""
    if start_time(pid) != started:
        return
    say(f"stopping {name}, left over from an earlier run (process {pid})")
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
    deadline = time.monotonic() + 15
    while start_time(pid) == started and time.monotonic() < deadline:
        time.sleep(0.05)
    if start_time(pid) == started:
        end_session(pid)


def start_time(pid: int) -> str:
    """Return when a process was started, as the system writes it; empty when there is none (or only a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return ""
        answer = subprocess.run(
            ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip()
    return "" if fields[0] in "ZX" else fields[19]


def end_of(log: Path, length: int = 2000) -> str:
    """Return the end of a log, with its path, for an error message."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return f"The end of {log}:\n{text[-length:]}"
