"""Waiting for other processes, and looking at them."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path


def eventually(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Wait until a condition holds; return whether it did in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] not in "ZX"


def command_lines() -> list[str]:
    """Return every process's command line (Linux)."""
    return [text.replace("\0", " ") for text in _read_all("cmdline")]


def command_line(pid: int) -> str:
    """Return a process's command line (Linux); nothing once it ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    return ""


def children_of(pid: int) -> list[int]:
    """Return the process ids of a process's children (Linux)."""
    splits = [text.partition(" ") for text in _read_all("stat")]
    return [int(number) for number, _, rest in splits if int(rest.rpartition(")")[2].split()[1]) == pid]


def _read_all(name: str) -> list[str]:
    texts = []
    for path in Path("/proc").glob(f"[0-9]*/{name}"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            texts.append(path.read_text(errors="replace"))
    return texts
