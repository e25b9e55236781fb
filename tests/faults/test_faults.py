"""The fault drill, short: every check of `make faults` with fewer events, kills and seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prm.embedded.console import CannotRunError
from prm.embedded.postgres import postgres_binaries
from prm.embedded.valkey import valkey_server

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    "control, workers killed",
    "control, Valkey flushed",
    "workers killed",
    "control, long tasks killed",
    "jobs' workers killed",
    "control, chained tasks killed",
    "journeys' workers killed",
    "Valkey flushed, down and hanging",
    "web requests while Valkey is down",
    "web requests while Valkey hangs",
    "PostgreSQL stopped",
)

pytestmark = [pytest.mark.alone, pytest.mark.slow]


@pytest.fixture(scope="module")
def findings(tmp_path_factory) -> dict[str, dict]:
    try:
        postgres_binaries()
        valkey_server()
    except CannotRunError as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("faults")
    results = folder / "results.json"
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    command = [sys.executable, "-m", "bench.faults", "--short", "--root", str(folder), "--json", str(results)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=900)
    assert results.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return {finding["name"]: finding for finding in json.loads(results.read_text(encoding="utf-8"))["findings"]}


@pytest.mark.parametrize("check", CHECKS)
def test_check_of_the_short_drill_holds(findings, check):
    finding = findings[check]
    assert finding["passed"], f"{finding['sentence']} {finding['figures']}"
