"""Holds the sizes and names that keep the code readable: short functions, files of one subject, no drawers.

A function has at most 50 lines (its signature and docstring apart) and nine of ten have at most 25; a Python file has
at most 400 lines, a template 150; no module is called utils, helpers, common or misc. Migrations are Django's and don't
count; tests only for their names.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION, USUAL_FUNCTION, USUAL_SHARE = 50, 25, 0.9
LONGEST_FILE, LONGEST_TEMPLATE = 400, 150
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked_files() -> list[Path]:
    """Return the files of the repository, and new ones that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [
        path
        for line in listing.splitlines()
        if (path := Path(line)).suffix in {".py", ".html"} and (ROOT / path).exists()
    ]


def length(function: Function) -> int:
    """Return the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a file with its place and length."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield f"{path}:{node.lineno} {node.name}", length(node)


def breaches(files: list[Path]) -> Iterator[str]:
    """Yield a sentence for each breach."""
    counted: list[int] = []
    for path in files:
        if path.stem in DRAWERS:
            yield f"{path}: name the module after its subject"
        if "migrations" in path.parts or "tests" in path.parts:
            continue
        lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        limit = LONGEST_FILE if path.suffix == ".py" else LONGEST_TEMPLATE
        if lines > limit:
            yield f"{path}: {lines} lines; at most {limit}, so split it by subject"
        for place, size in functions(path) if path.suffix == ".py" else ():
            counted.append(size)
            if size > LONGEST_FUNCTION:
                yield f"{place}: {size} lines; at most {LONGEST_FUNCTION}"
    usual = sum(size <= USUAL_FUNCTION for size in counted)
    if counted and usual / len(counted) < USUAL_SHARE:
        yield f"only {usual / len(counted):.0%} of the functions have at most {USUAL_FUNCTION} lines; 90 % should"


if __name__ == "__main__":
    found = list(breaches(tracked_files()))
    print("\n".join(found))
    sys.exit(bool(found))
