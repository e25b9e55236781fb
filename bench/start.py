"""How long a newcomer waits: from a clone with a cold package cache to the first page, and for the second start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from prm.embedded.state import ROOT

FIRST, SECOND = 90.0, 20.0
PATIENCE = 600.0
KEPT = (
    "HOME",
    "PATH",
    "LANG",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)


def measure_start() -> tuple[dict[str, Any], bool]:
    """Clone, start, stop and start again; return the seconds and whether they are within the promise."""
    folder = Path(tempfile.mkdtemp(prefix="prm-start-"))
    try:
        begun = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder / "clone")], check=True)
        cloned = time.monotonic() - begun
        first = cloned + _first_page(folder)
        second = _first_page(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    held = first <= FIRST and second <= SECOND
    print(
        f"  {'ok  ' if first <= FIRST else 'MISS'} first page {first:.1f} s after a clone with cold caches (at most {FIRST:.0f})"
    )
    print(
        f"  {'ok  ' if second <= SECOND else 'MISS'} second start: first page after {second:.1f} s (at most {SECOND:.0f})"
    )
    return {"first_seconds": round(first, 1), "second_seconds": round(second, 1)}, held


def _first_page(folder: Path) -> float:
    with socket.socket() as probe:  # another port each time, so that no earlier server can answer
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("UV_INDEX", "UV_DEFAULT_INDEX", "PIP_INDEX"))
    }
    environment |= {"PORT": str(port), "UV_CACHE_DIR": str(folder / "uv"), "PIP_CACHE_DIR": str(folder / "pip")}
    begun = time.monotonic()
    with (folder / "run.log").open("ab") as log:
        process = subprocess.Popen(
            ["make", "run"], cwd=folder / "clone", env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        while time.monotonic() - begun < PATIENCE:
            if _answers(port):
                return time.monotonic() - begun
            if process.poll() is not None:
                raise SystemExit(f"make run ended: {(folder / 'run.log').read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.1)
        return PATIENCE
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False
