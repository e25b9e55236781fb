"""Ending together with `make`, whichever way `make` is ended."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from prm.embedded.identity import end_with_parent


def follow_make() -> None:
    """Stop when the `make` that started this process (`PRM_END_WITH`, set by the Makefile) is ended.

    A killed `make` would leave a supervisor that nobody sees and that holds the lock: the kernel signals us then. And
    a SIGINT sent to `make` alone, as scripts and editors do, never reaches us: `make` takes its handler away and waits
    for us, for ever. So we look twice a second whether the handler is still there.
    """
    given = os.environ.get("PRM_END_WITH", "")
    if sys.platform != "linux" or not given.isdigit() or os.getppid() != int(given):
        return
    parent = int(given)
    end_with_parent(parent, signal.SIGTERM)
    if not catches(parent, signal.SIGINT):
        return

    def look(_number: int, _frame: FrameType | None) -> None:
        if not catches(parent, signal.SIGINT):
            unfollow()
            os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)


def unfollow() -> None:
    """Stop looking: an alarm that comes while Python shuts down would end the process with its signal."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def catches(pid: int, number: signal.Signals) -> bool:
    """Tell whether a process has a handler for a signal (Linux)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False
    masks = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(masks) and bool(int(masks[0], 16) >> (number - 1) & 1)
