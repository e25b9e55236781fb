"""`make test`: pytest twice on the same services, with the arguments given to both; see `tests/phases.py`.

The first phase has as many processes as the machine has processors; the second takes one after the other what must be
alone. `-n 0` in the arguments makes the first one process too.
"""

import re
import sys
import tempfile
from pathlib import Path

from prm.embedded.console import announce
from prm.embedded.processes import run_in_foreground
from prm.embedded.stack import Stack

SHARED = ("-n", "auto", "--dist", "worksteal")
PASSED, FAILED, NOTHING_COLLECTED = 0, 1, 5
STOPS_EARLY = re.compile(r"-[a-z]*x[a-z]*|--exitfirst|--maxfail(=.*)?")


def run_suite(arguments: list[str]) -> int:
    """Run both phases and return pytest's exit code: that of the first phase which did not pass."""
    with Stack("test", durable=False) as stack, tempfile.TemporaryDirectory() as notes:
        stack.start_services()
        put_off, failures = Path(notes) / "put-off", Path(notes) / "failures"
        environment = stack.environment(owner=True)
        environment |= {"PRM_TESTS_PUT_OFF": str(put_off), "PRM_TESTS_FAILURES": str(failures)}
        together = _phase("together", [*SHARED, *arguments], environment)
        if not put_off.exists() or not _goes_on(together, arguments):
            return together
        announce("\nThe tests that must be alone:")
        alone = _phase("alone", [*arguments, "-n", "0"], environment)
        if together == FAILED:
            announce(f"\nFailed before, when tests shared the machine:\n{failures.read_text(encoding='utf-8')}")
            return together
        return together if alone == NOTHING_COLLECTED else alone


def _phase(name: str, arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-p", "tests.phases", "--phase", name, *arguments]
    return run_in_foreground(command, environment)


def _goes_on(code: int, arguments: list[str]) -> bool:
    """Tell whether the second phase follows: not after an interruption or a wrong argument, nor a failure under -x."""
    if code == FAILED:
        return not any(STOPS_EARLY.fullmatch(each) for each in arguments)
    return code in {PASSED, NOTHING_COLLECTED}
