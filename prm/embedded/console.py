"""What the supervisor tells the person at the terminal."""

import contextlib
import time

_STARTED = time.monotonic()


class CannotRunError(Exception):
    """Something the person has to change first; the message says what and how."""


def say(message: str) -> None:
    """Print one line with the seconds since the start. A closed terminal is no reason to fail."""
    with contextlib.suppress(OSError):
        print(f"[{time.monotonic() - _STARTED:5.1f} s] {message}", flush=True)


def announce(message: str) -> None:
    """Print one line as it is, for what people or scripts look for."""
    with contextlib.suppress(OSError):
        print(message, flush=True)
