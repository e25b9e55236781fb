"""What one named set of services keeps in the checkout: its lock, its secrets, its logs and its data."""

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import TextIO

from prm.embedded.console import CannotRunError

ROOT = Path(__file__).resolve().parents[2]
SECRET_NAMES = ("postgres", "prm_owner", "prm_app", "valkey", "django")


class State:
    """The directory `.dev/<name>/` of a checkout, readable by its owner only.

    Sets of different names ("run", "test", …) have nothing in common, so that tests can run beside the application.
    `PRM_HOME` puts `.dev` into another folder than the checkout's.
    """

    def __init__(self, name: str, root: Path | None = None) -> None:
        root = root or home()
        self.name = name
        self.root = root
        self.directory = root / ".dev" / name
        self._lock: TextIO | None = None

    def acquire(self) -> None:
        """Take the checkout's lock for this name; it is held until `release` or the end of the process.

        Raises:
            CannotRunError: another process holds it, or the directory belongs to another user.
        """
        self._make_directory()
        lock = (self.directory / "lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            message = (
                f"'{self.name}' is already running from this checkout (process {holder}). "
                "Stop it there with Ctrl-C, or use another clone."
            )
            raise CannotRunError(message) from None
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Let the next process have the lock."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_locked(self) -> bool:
        """Tell whether another process runs this set of services now."""
        path = self.directory / "lock"
        if not path.exists():
            return False
        with path.open("a", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def secret(self, name: str) -> str:
        """Return this checkout's random secret of that name (one of `SECRET_NAMES`), made on first use."""
        path = self.directory / "secrets.json"
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if name not in kept:
            # 48 bytes, because Django wants at least 50 characters; URL-safe, because they stand in URLs.
            kept |= {each: secrets.token_urlsafe(48) for each in SECRET_NAMES if each not in kept}
            write_private(path, json.dumps(kept, indent=1))
        value = kept[name]
        if not isinstance(value, str):
            raise CannotRunError(f"{path} is damaged. `make reset` starts afresh and deletes this checkout's data.")
        return value

    def log(self, name: str) -> Path:
        """Return the log file of the process of that name; one over 10 MB is put aside first."""
        path = self.directory / f"{name}.log"
        if path.exists() and path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".log.old"))
        return path

    def publish(self, environment: dict[str, str]) -> None:
        """Write down how to reach the running services, for `make manage`."""
        write_private(self.directory / "environment.json", json.dumps(environment, indent=1))

    def published(self) -> dict[str, str] | None:
        """Return what `publish` wrote, or None while the services are not up."""
        path = self.directory / "environment.json"
        if not path.exists():
            return None
        return {str(key): str(value) for key, value in json.loads(path.read_text(encoding="utf-8")).items()}

    def withdraw(self) -> None:
        """Take back what `publish` wrote."""
        (self.directory / "environment.json").unlink(missing_ok=True)

    def _make_directory(self) -> None:
        try:
            self.directory.parent.mkdir(mode=0o700, exist_ok=True)
            self.directory.mkdir(mode=0o700, exist_ok=True)
        except PermissionError as error:
            raise CannotRunError(f"Cannot write to {self.directory}: run make as the checkout's owner.") from error
        owner = self.directory.stat().st_uid
        if owner != os.geteuid():
            message = f"{self.directory} belongs to user {owner}: run make as that user, or use a clone of your own."
            raise CannotRunError(message)


def home() -> Path:
    """Return the folder that holds `.dev`: `PRM_HOME`, else the checkout."""
    return Path(os.environ.get("PRM_HOME") or ROOT).resolve()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, at once or not at all."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
