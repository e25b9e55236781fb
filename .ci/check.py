"""Every static check, one line each; what failed is shown in full at the end. Run by `make check`.

Arguments choose checks by name: `make check ARGS="mypy ruff"`.
"""

import difflib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OPENAPI = Path("docs/reference/openapi.yaml")


@dataclass(frozen=True)
class Outcome:
    """How a check ended: passed (True), failed (False) or not possible yet (None), and what it printed."""

    passed: bool | None
    output: str


def run(*command: str | Path) -> Outcome:
    """Run a command and return how it ended."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(done.returncode == 0, done.stdout)


def tool(name: str, *arguments: str) -> Callable[[], Outcome]:
    """Return a check that runs a tool of this environment."""
    return lambda: run(BIN / name, *arguments)


def manage(*arguments: str) -> Callable[[], Outcome]:
    """Return a check that runs a management command, and passes over one that does not exist."""
    return lambda: run(sys.executable, "manage.py", *arguments) if has_command(arguments[0]) else Outcome(None, "")


def has_command(name: str) -> bool:
    """Tell whether Django knows a management command, ours or its own."""
    ours = any(ROOT.glob(f"*/management/commands/{name}.py"))
    return ours or name in {"check", "makemigrations", "spectacular"}


def templates() -> Outcome:
    """Check the templates' style."""
    files = sorted(str(path) for path in (ROOT / "templates").rglob("*.html"))
    return run(BIN / "djade", "--target-version", "5.2", "--check", *files) if files else Outcome(None, "")


def openapi() -> Outcome:
    """Compare the committed OpenAPI document with the code's."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        made = run(sys.executable, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", fresh)
        if not made.passed:
            return made
        now = fresh.read_text(encoding="utf-8").splitlines(keepends=True)
    committed = ROOT / OPENAPI
    if not committed.exists():
        return Outcome(passed=False, output=f"{OPENAPI} does not exist: {how_to_write_openapi()}\n")
    before = committed.read_text(encoding="utf-8").splitlines(keepends=True)
    difference = list(difflib.unified_diff(before, now, str(OPENAPI), "what the code says"))
    advice = f"{how_to_write_openapi()}\n" if difference else ""
    return Outcome(not difference, "".join(difference[:80]) + advice)


def how_to_write_openapi() -> str:
    """Return the command that writes the OpenAPI document."""
    return f'make manage ARGS="spectacular --file {OPENAPI}"'


CHECKS: dict[str, Callable[[], Outcome]] = {
    "ruff": tool("ruff", "check"),
    "format": tool("ruff", "format", "--check"),
    "sizes": lambda: run(sys.executable, ".ci/sizes.py"),
    "imports": tool("lint-imports", "--no-cache"),
    "templates": templates,
    "mypy": tool("mypy"),
    "django": manage("check", "--fail-level", "WARNING"),
    "migrations": manage("makemigrations", "--check", "--dry-run"),
    "migration-safety": lambda: run(sys.executable, ".ci/migrations.py"),
    "openapi": openapi,
    "reference": manage("generate_reference", "--check"),
}


def timed(name: str) -> Outcome:
    """Run a check, say how it went in one line, and return its outcome."""
    started = time.monotonic()
    outcome = CHECKS[name]()
    word = {True: "ok", False: "FAILED", None: "not yet"}[outcome.passed]
    print(f"{name:<18}{word:<8}{time.monotonic() - started:6.1f} s", flush=True)
    return outcome


def main(chosen: list[str]) -> int:
    """Run the chosen checks, or all; return 1 if any failed."""
    unknown = set(chosen) - set(CHECKS)
    if unknown:
        print(f"No such check: {', '.join(sorted(unknown))}. There are {', '.join(CHECKS)}.")
        return 2
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = dict(zip(chosen or CHECKS, pool.map(timed, chosen or CHECKS), strict=True))
    failures = [(name, outcome.output) for name, outcome in outcomes.items() if outcome.passed is False]
    for name, output in failures:
        print(f"\n── {name} {'─' * (100 - len(name))}\n{output.rstrip()}")
    names = ", ".join(name for name, _ in failures)
    print(f"\n{len(failures)} of {len(outcomes)} checks failed: {names}." if failures else "\nAll checks passed.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
