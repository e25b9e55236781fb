"""The check of jobs: their workers are killed and stalled in the middle, and every step must be there once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from bench.faults.checks import IN_THE_MIDDLE, Finding, Size
from bench.faults.scene import Scene
from prm.embedded.application import jobs_worker
from prm.embedded.processes import Program
from prm.embedded.state import ROOT

WORKERS = ("jobs", "jobs-2")
OPEN = "SELECT count(*) FROM jobs_job WHERE kind = 'drill.count' AND ended_at IS NULL"
COUNTED = "SELECT count(*) FROM drill_counted WHERE job > 0"
TWICE = "SELECT count(*) FROM (SELECT FROM drill_counted WHERE {} GROUP BY job, number HAVING count(*) > 1) AS twice"
DISTINCT = "SELECT count(DISTINCT (job, number)) FROM drill_counted WHERE {}"
LEASE_SECONDS = 5  # the drill's
ENDS_WITHIN = 180


def naive_jobs(scene: Scene, size: Size) -> Finding:
    """Show that long tasks of Celery, acknowledged late, lose or double work when their worker is killed."""
    _start_workers(scene)
    _start(scene, size, naive=True)
    for _ in range(size.job_kills // 2):
        scene.pause(2)
        _kill(scene, WORKERS[0])
        _kill(scene, WORKERS[1])
    _settle(scene)
    wanted = size.jobs * size.numbers
    done, twice = scene.number(DISTINCT.format("job < 0")), scene.number(TWICE.format("job < 0"))
    sentence = f"of {wanted} steps of {size.jobs} late acknowledged tasks, {wanted - done} were not done and {twice} done more than once"
    figures = {"steps": wanted, "missing": wanted - done, "twice": twice}
    return Finding(
        "control, long tasks killed", wanted != done or twice > 0, f"{sentence} (the drill must see it)", figures
    )


def job_kills(scene: Scene, size: Size) -> Finding:
    """Kill and stall the two workers of running jobs: every job ends, every step counts once."""
    for name in WORKERS:
        scene.stack.supervisor.stop(name, patience=1)
    _flush(scene)
    _start_workers(scene)
    begun = time.monotonic()
    _start(scene, size, naive=False)
    struck = 0
    for kill in range(size.job_kills):
        before = scene.number(COUNTED)
        scene.wait("progress", lambda before=before: scene.number(COUNTED) > before, 40)
        time.sleep(0.03)
        struck += _amid(scene)
        _kill(scene, WORKERS[kill % 2])
    stalled = _stall(scene)
    scene.wait("the jobs' end", lambda: scene.number(OPEN) == 0, ENDS_WITHIN)
    figures = _tally(scene, size) | {
        "kills": size.job_kills,
        "struck": struck,
        "stalled_in_vain": stalled,
        "seconds": round(time.monotonic() - begun),
    }
    passed = figures["done"] == size.jobs and not figures["missing"] and not figures["twice"] and struck > 0
    sentence = (
        f"{figures['done']} of {size.jobs} jobs done, {size.jobs * size.numbers} steps: {figures['missing']} missing, {figures['twice']} twice; "
        f"{size.job_kills} SIGKILLs, {struck} of them amid a step, one worker stalled beyond its lease; taken up {figures['claims']} times; {figures['seconds']} s"
    )
    return Finding("jobs' workers killed", passed, sentence, figures)


def _tally(scene: Scene, size: Size) -> dict[str, Any]:
    return {
        "done": scene.number("SELECT count(*) FROM jobs_job WHERE kind = 'drill.count' AND state = 'done'"),
        "missing": size.jobs * size.numbers - scene.number(DISTINCT.format("job > 0")),
        "twice": scene.number(TWICE.format("job > 0")),
        "claims": scene.number("SELECT sum(run) FROM jobs_job WHERE kind = 'drill.count'"),
    }


def _start_workers(scene: Scene) -> None:
    environment = scene.stack.environment(owner=False)
    for name in WORKERS:
        scene.stack.supervisor.start(_program(scene, name, environment))


def _program(scene: Scene, name: str, environment: dict[str, str]) -> Program:
    program = jobs_worker(scene.stack, environment)
    command = [str(part).replace("jobs@%h", f"{name}@%h") for part in program.command]
    return Program(name=name, command=command, environment=environment, log=scene.stack.state.log(name))


def _start(scene: Scene, size: Size, *, naive: bool) -> None:
    command = [sys.executable, "-m", "bench.drill.start_jobs", str(size.jobs), "--upto", str(size.numbers)]
    environment = scene.stack.environment(owner=False)
    subprocess.run(
        [*command, *(["--naive"] if naive else [])], cwd=ROOT, env=environment, check=True, capture_output=True
    )


def _kill(scene: Scene, name: str) -> None:
    child = scene.stack.supervisor.children[name]
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()
    scene.stack.supervisor.start(child.program)


def _amid(scene: Scene) -> bool:
    """Whether a worker has written its rows and not committed them."""
    return scene.number(IN_THE_MIDDLE) > 0


def _stall(scene: Scene) -> bool:
    """Suspend both workers beyond the lease, let one go on, then the other: its step must not count."""
    for name in WORKERS:
        scene.stack.supervisor.children[name].process.send_signal(signal.SIGSTOP)
    scene.pause(LEASE_SECONDS + 2)
    claims = scene.number("SELECT coalesce(sum(run), 0) FROM jobs_job WHERE kind = 'drill.count'")
    scene.stack.supervisor.start(_program(scene, "jobs-3", scene.stack.environment(owner=False)))
    scene.wait(
        "another worker to take a stalled one's job",
        lambda: scene.number("SELECT coalesce(sum(run), 0) FROM jobs_job WHERE kind = 'drill.count'") > claims,
        40,
    )
    for name in WORKERS:
        scene.stack.supervisor.children[name].process.send_signal(signal.SIGCONT)
    return scene.number("SELECT coalesce(sum(run), 0) FROM jobs_job WHERE kind = 'drill.count'") > claims


def _flush(scene: Scene) -> None:
    scene.flush_valkey()


def _settle(scene: Scene) -> None:
    """Wait until nothing has been counted for eight seconds: what is missing then is lost."""
    last, since = -1, time.monotonic()
    while time.monotonic() - since < 8:
        scene.pause(0.5)
        now = scene.number("SELECT count(*) FROM drill_counted WHERE job < 0")
        if now != last:
            last, since = now, time.monotonic()
