"""The embedded services are tested with real processes, each test in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from prm.embedded.console import CannotRunError
from prm.embedded.postgres import postgres_binaries
from prm.embedded.processes import Supervisor
from prm.embedded.stack import Stack
from prm.embedded.state import State
from prm.embedded.valkey import valkey_server


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State("tryout", tmp_path)
    state.acquire()
    yield state
    state.release()


@pytest.fixture
def supervisor(state: State) -> Iterator[Supervisor]:
    supervisor = Supervisor(state)
    yield supervisor
    supervisor.stop_all()


@pytest.fixture(scope="session")
def binaries() -> None:
    try:
        postgres_binaries()
        valkey_server()
    except CannotRunError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def services(binaries, tmp_path_factory) -> Iterator[Stack]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        with Stack("tryout", durable=False, root=tmp_path_factory.mktemp("checkout")) as stack:
            stack.start_services()
            yield stack
