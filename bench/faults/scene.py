"""The product as `make run` starts it, with the drill installed, and the means to break it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import redis

from prm.embedded.application import answers, beat, web, worker
from prm.embedded.ports import free_port
from prm.embedded.stack import Stack
from prm.embedded.state import ROOT

WEB_PORT = 8190


@dataclass(frozen=True)
class Write:
    """One request of a writer. `sent` is seconds since the epoch, `took` seconds, `status` 0 without an answer."""

    sent: float
    took: float
    status: int
    reference: str


class Scene:
    """Services, web server, worker and beat of one drill."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.port = free_port(WEB_PORT)
        self.restarts = 0
        self._numbers = 0
        self._runs = 0
        self._people = stack.state.directory / "people.json"

    def set_up(self) -> None:
        """Start everything on a fresh database."""
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.drill.settings"
        os.environ["PORT"] = str(self.port)
        os.environ["LOG_LEVEL"] = "WARNING"
        self.stack.start_services()
        owner = self.stack.environment(owner=True)
        prepared = subprocess.run(
            [sys.executable, "-m", "bench.drill.prepare"],
            cwd=ROOT,
            env=owner,
            capture_output=True,
            text=True,
            check=False,
        )
        if prepared.returncode:
            raise SystemExit(f"The drill's database could not be made:\n{prepared.stderr[-3000:]}")
        self._people.write_text(prepared.stdout.splitlines()[-1], encoding="utf-8")
        self._environment = self.stack.environment(owner=False)
        self.stack.supervisor.start(web(self.stack, self.port, self._environment))
        self.stack.supervisor.wait_until("web", lambda: answers(self.port))
        self.start_worker()
        self.stack.supervisor.start(beat(self.stack, self._environment))
        self.wait("the first worker", lambda: "ready." in self._worker_log(), 60)

    def _worker_log(self) -> str:
        log = self.stack.state.directory / "worker.log"
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    # -- breaking things
    def start_worker(self) -> None:
        """Start a worker, as the supervisor would after its pause."""
        self.stack.supervisor.start(worker(self.stack, self._environment))

    def kill_worker(self, *, whole: bool) -> None:
        """SIGKILL the worker with all its processes and start another; or only one of the processes that do the work."""
        process = self.stack.supervisor.children["worker"].process
        if not whole:
            pool = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
            if pool:
                os.kill(int(pool[0]), signal.SIGKILL)
                return
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.start_worker()

    def flush_valkey(self) -> None:
        """Delete all that Valkey holds."""
        with redis.Redis.from_url(self._valkey.url) as client:
            client.flushall()

    def queued(self) -> int:
        """Return how many tasks wait in the broker."""
        with redis.Redis.from_url(self._valkey.url) as client:
            return int(client.llen("celery"))  # type: ignore[arg-type]

    def stop_valkey(self) -> None:
        """SIGKILL Valkey."""
        child = self.stack.supervisor.children.pop("valkey")
        child.process.kill()
        child.process.wait()

    def start_valkey(self) -> None:
        """Start Valkey again, empty."""
        self._valkey.start()
        self._valkey.wait()

    def hang_valkey(self, seconds: float) -> None:
        """Let Valkey accept connections and answer nothing for a while."""
        process = self.stack.supervisor.children["valkey"].process
        process.send_signal(signal.SIGSTOP)
        self.pause(seconds)
        process.send_signal(signal.SIGCONT)

    def crash_postgres(self) -> None:
        """Stop PostgreSQL in its mode `immediate`, which makes it recover from its log when it is started again."""
        postgres = self.stack.postgres
        assert postgres is not None
        child = self.stack.supervisor.children.pop("postgres")
        child.process.send_signal(signal.SIGQUIT)
        child.process.wait()
        self.stack.supervisor.start(postgres.program())

    def tend(self) -> None:
        """Start worker and beat again when they ended by themselves, as `make run` and Docker do. Counts it."""
        for name in ("worker", "beat"):
            child = self.stack.supervisor.children[name]
            if not child.running:
                self.restarts += 1
                self.stack.supervisor.start(child.program)

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.tend()
            time.sleep(min(0.2, left))

    @property
    def _valkey(self) -> Any:
        assert self.stack.valkey is not None
        return self.stack.valkey

    # -- writing and counting
    def write(self, count: int, **options: Any) -> Writing:
        """Start writers for `count` requests; `options` are those of `bench.faults.writers`."""
        self._runs += 1
        out = self.stack.state.directory / f"writes-{self._runs}.jsonl"
        out.unlink(missing_ok=True)
        command = [
            sys.executable,
            "-m",
            "bench.faults.writers",
            "--port",
            str(self.port),
            "--people",
            str(self._people),
        ]
        command += ["--out", str(out), "--count", str(count), "--first", str(self._numbers)]
        command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._numbers += count
        return Writing(subprocess.Popen(command, cwd=ROOT), out)

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the superuser, who sees what other sessions do, on a connection of its own."""
        assert self.stack.postgres is not None
        secret = self.stack.state.secret("postgres")
        connection = psycopg2.connect(
            f"postgres://postgres:{secret}@127.0.0.1:{self.stack.postgres.port}/prm", connect_timeout=5
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, values)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def number(self, sql: str, *values: Any) -> int:
        """Return the one number that a statement gives."""
        return int(self.query(sql, *values)[0][0] or 0)

    def wait(self, what: str, ready: Callable[[], bool], seconds: float) -> float:
        """Wait until something holds; return the seconds it took, or `seconds` when it never did."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            try:
                if ready():
                    return time.monotonic() - begun
            except psycopg2.OperationalError:
                pass
            self.pause(0.1)
        print(f"  (gave up waiting for {what} after {seconds:.0f} s)", flush=True)
        return seconds


class Writing:
    """A run of writers."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path) -> None:
        self._process = process
        self._out = out

    @property
    def running(self) -> bool:
        """Whether they still write."""
        return self._process.poll() is None

    def stop(self) -> list[Write]:
        """End them after the requests that are under way."""
        Path(f"{self._out}.stop").touch()
        return self.finish()

    def finish(self, seconds: float = 300) -> list[Write]:
        """Wait for their end and return what they noted."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        return self.so_far()

    def so_far(self) -> list[Write]:
        """Return what they noted up to now."""
        if not self._out.exists():
            return []
        lines = self._out.read_text(encoding="utf-8").splitlines()
        return [Write(**json.loads(line)) for line in lines if line.endswith("}")]
