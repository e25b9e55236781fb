"""`make faults`: what is lost when workers, Valkey and PostgreSQL die. Exits with 1 on any miss.

ARGS: `--short` for a quick look, `--only workers` (or control, jobs, journeys, valkey, postgres); the data stay in .dev/faults below `--root` (this directory).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.faults.checks import (
    SHORT,
    Finding,
    Size,
    naive_flush,
    naive_kills,
    postgres_crashes,
    valkey_faults,
    worker_kills,
)
from bench.faults.journeys import journey_kills, naive_journeys
from bench.faults.long_work import job_kills, naive_jobs
from bench.faults.scene import Scene
from prm.embedded.processes import StopRequested, stop_on_signals
from prm.embedded.stack import Stack
from prm.embedded.state import ROOT, home

PARTS = ("control", "workers", "jobs", "journeys", "valkey", "postgres")


def main() -> int:
    """Run the parts asked for, print one line per check, and return the exit code."""
    options = _options()
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SITE_URL"):
        os.environ.pop(name, None)  # it breaks its own services, nobody's else
    os.environ["DEMO"] = "1"  # mails stay on the machine
    root = Path(options.root).resolve() if options.root else home()
    shutil.rmtree(root / ".dev" / "faults", ignore_errors=True)
    begun, findings = time.monotonic(), []
    with Stack("faults", durable=True, root=root) as stack:
        scene = Scene(stack)
        scene.set_up()
        for finding in _run(scene, SHORT if options.short else Size(), options.only):
            print(finding.line(), flush=True)
            findings.append(finding)
    passed = all(finding.passed for finding in findings)
    print(f"{'All held' if passed else 'SOMETHING DID NOT HOLD'}, {time.monotonic() - begun:.0f} s.")
    _write(options.json or ROOT / "bench" / "results" / "faults.json", findings)
    return 0 if passed else 1


def _run(scene: Scene, size: Size, only: list[str]) -> Iterator[Finding]:
    if "control" in only:
        yield naive_kills(scene, size)
        yield naive_flush(scene, size)
    if "workers" in only:
        yield worker_kills(scene, size)
    if "jobs" in only:
        yield naive_jobs(scene, size)
        yield job_kills(scene, size)
    if "journeys" in only:
        yield naive_journeys(scene, size)
        yield journey_kills(scene, size)
    if "valkey" in only:
        yield from valkey_faults(scene, size)
    if "postgres" in only:
        yield postgres_crashes(scene, size)


def _write(target: Path | str, findings: list[Finding]) -> None:
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    results = {"at": time.strftime("%Y-%m-%d %H:%M"), "findings": [finding.as_json() for finding in findings]}
    path.write_text(json.dumps(results, indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer events, kills and seconds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--root", help="the folder whose .dev keeps the services' data")
    parser.add_argument("--json", help="where the results are written")
    return parser.parse_args()


if __name__ == "__main__":
    stop_on_signals()
    try:
        code = main()
    except StopRequested as request:
        code = 128 + request.signal
    sys.exit(code)
