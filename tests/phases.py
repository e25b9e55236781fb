"""The two phases of `make test`, as a plugin of pytest: what can share the machine, and what must be alone.

A test that bears no load beside it (it bounds times, or counts the machine's processes and ports) is marked `alone`.
`prm/embedded/suite.py` starts pytest once per phase with this plugin; without it every test runs where it stands.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take --phase."""
    parser.addoption("--phase", choices=("together", "alone"), required=True, help="run this phase's tests only")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the phase's tests among those that the person's own arguments left; note whether there are others."""
    alone = [item for item in items if item.get_closest_marker("alone")]
    together = [item for item in items if not item.get_closest_marker("alone")]
    if config.getoption("--phase") == "alone":
        items[:], others = alone, together
    else:
        items[:], others = together, alone
        if alone:
            Path(os.environ["PRM_TESTS_PUT_OFF"]).touch()
    config.hook.pytest_deselected(items=others)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what failed, so that it can be said again at the end of the second phase."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(os.environ["PRM_TESTS_FAILURES"]).open("a", encoding="utf-8") as failures:
            failures.write(f"{report.outcome.upper()} {report.nodeid} ({report.when})\n")
