"""One named set of services, from its lock to its last stop, and the environment in which Django finds them."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from prm.embedded.console import say
from prm.embedded.postgres import EmbeddedPostgres
from prm.embedded.processes import Program, Supervisor, run_in_foreground
from prm.embedded.state import ROOT, State
from prm.embedded.valkey import EmbeddedValkey

# Ports that are tried first, so that the same set of services is usually found at the same place.
PREFERRED_PORTS = {"run": (54329, 63799), "test": (54330, 63800)}
OTHER_PORTS = (54331, 63801)


class Stack:
    """PostgreSQL and Valkey under one lock; a context manager.

    Args:
        name: the set of services ("run", "test", "bench", …); each has its own data.
        durable: whether PostgreSQL survives a power cut. Tests do without, which makes them faster.
        root: the folder whose `.dev` keeps the data; the checkout, unless `PRM_HOME` names another.

    `DATABASE_URL` and `REDIS_URL` in the environment replace PostgreSQL and Valkey. `DATABASE_OWNER_URL` may then name
    another role for migrations.
    """

    def __init__(self, name: str, *, durable: bool, root: Path | None = None) -> None:
        self.state = State(name, root)
        self.supervisor = Supervisor(self.state)
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None
        self._durable = durable

    def __enter__(self) -> Self:
        """Take the lock and clear away what a killed run left."""
        self.state.acquire()
        try:
            self.state.withdraw()
            self.supervisor.sweep()
        except BaseException:
            self.state.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything that was started, in order, and let the lock go."""
        try:
            self.state.withdraw()
            self.supervisor.stop_all()
        finally:
            self.state.release()

    def start_services(self) -> None:
        """Start PostgreSQL and Valkey where the environment names no others, and wait until both answer."""
        postgres_port, valkey_port = PREFERRED_PORTS.get(self.state.name, OTHER_PORTS)
        if not os.environ.get("REDIS_URL"):
            self.valkey = EmbeddedValkey(self.state, self.supervisor, valkey_port)
            self.valkey.start()
        if not os.environ.get("DATABASE_URL"):
            self.postgres = EmbeddedPostgres(self.state, self.supervisor, postgres_port, durable=self._durable)
            self.postgres.start()
            say(f"PostgreSQL answers on 127.0.0.1:{self.postgres.port}")
        if self.valkey is not None:
            self.valkey.wait()
            say(f"Valkey answers on 127.0.0.1:{self.valkey.port}")

    def environment(self, *, owner: bool) -> dict[str, str]:
        """Return the environment for a process of the application.

        Args:
            owner: with the role that owns the tables (migrations, tests) instead of the run-time role.
        """
        environment = {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "prm.settings",
            "SECRET_KEY": self.state.secret("django"),
            "MEDIA_ROOT": str(self.state.directory / "media"),
            "DEMO": "1",
            # One arena: those that glibc makes for each thread cost a web worker 6 MB and gain nothing under the GIL.
            "MALLOC_ARENA_MAX": "1",
            **os.environ,
        }
        if self.postgres is not None:
            environment["DATABASE_URL"] = self.postgres.owner_url if owner else self.postgres.app_url
        elif owner and os.environ.get("DATABASE_OWNER_URL"):
            environment["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        if self.valkey is not None:
            environment["REDIS_URL"] = self.valkey.url
        return environment

    def program(self, name: str, module: str, *arguments: str, environment: dict[str, str]) -> Program:
        """Return a program of ours: a Python module in this environment's interpreter."""
        return Program(
            name=name,
            command=[sys.executable, "-m", module, *arguments],
            environment=environment,
            log=self.state.log(name),
        )


def run_with_services(name: str, command: list[str], *, durable: bool = False) -> int:
    """Run a command with services of its own, started before and stopped after it; return its exit code."""
    with Stack(name, durable=durable) as stack:
        stack.start_services()
        return run_in_foreground(command, stack.environment(owner=True))


def run_manage(arguments: list[str]) -> int:
    """Run a management command on the data of `make run`, through its services if it runs, else with our own."""
    state = State("run")
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    published = state.published() if state.is_locked() else None
    if published is not None:
        return run_in_foreground(command, {**os.environ, **published})
    return run_with_services("run", command, durable=True)
