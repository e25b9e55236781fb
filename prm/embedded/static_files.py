"""Collecting static files, only when they changed."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from prm.embedded.processes import Child, Supervisor, launch
from prm.embedded.stack import Stack
from prm.embedded.state import ROOT, write_private

NOT_OURS = {".git", ".venv", ".dev", "node_modules", "staticfiles", "media", "tests", "docs"}


def fingerprint(root: Path = ROOT) -> str:
    """Return a digest of what `collectstatic` depends on: our static files, the locked packages, the settings."""
    digest = sha256()
    for path in sorted(_sources(root)):
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


class StaticCollection:
    """A collection of static files that runs beside the start of the services."""

    def __init__(self, stack: Stack, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._stamp = stack.state.directory / "static.stamp"
        self._now = fingerprint()
        self._child: Child | None = None
        if self._is_needed():
            environment = {"DATABASE_URL": "postgres://", "REDIS_URL": "redis://", **stack.environment(owner=False)}
            arguments = ("collectstatic", "--noinput", "--verbosity=0")
            program = stack.program("collectstatic", "django", *arguments, environment=environment)
            self._child = Child(program, launch(program))

    def finish(self) -> bool:
        """Wait for the collection; return whether there was one.

        Raises:
            CannotRunError: it failed.
        """
        if self._child is None:
            return False
        self._supervisor.finish(self._child)
        write_private(self._stamp, self._now)
        return True

    def _is_needed(self) -> bool:
        collected = any((ROOT / "staticfiles").glob("*"))
        return not collected or not self._stamp.exists() or self._stamp.read_text(encoding="utf-8") != self._now


def _sources(root: Path) -> Iterator[Path]:
    yield from (root / name for name in ("requirements/runtime.txt", "prm/settings.py") if (root / name).exists())
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in NOT_OURS]
        if "static" in Path(folder).relative_to(root).parts:
            yield from (Path(folder, file) for file in files)
