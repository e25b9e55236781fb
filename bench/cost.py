"""What a request costs: CPU of this process and of its PostgreSQL backend, buffers read, queries sent."""

from __future__ import annotations

import gc
import io
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

ROUNDS = 5
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@dataclass(frozen=True)
class Request:
    """A request to be measured; `make` gives the next one, since a deal is registered once only."""

    method: str
    path: str
    cookies: str = ""
    token: str = ""
    form: tuple[tuple[str, str], ...] = ()
    json: str = ""
    key: str = ""
    expected: tuple[int, ...] = (200,)

    def environ(self) -> dict[str, Any]:
        """Return it as a web server hands it to Django."""
        body = (self.json or urlencode(self.form)).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": self.path.partition("?")[0],
            "QUERY_STRING": self.path.partition("?")[2],
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost:8000",
            "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_ACCEPT_LANGUAGE": "en",
            "CONTENT_TYPE": "application/json" if self.json else "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
        }
        if self.cookies:
            environ["HTTP_COOKIE"] = self.cookies
        if self.token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        if self.key:
            environ["HTTP_IDEMPOTENCY_KEY"] = self.key
        return environ


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Cost:
    """Per request: CPU milliseconds of web and of PostgreSQL, buffers touched, searches in indexes."""

    web_ms: float
    postgres_ms: float
    buffers: float
    searches: float

    @property
    def total_ms(self) -> float:
        """Both processes together."""
        return self.web_ms + self.postgres_ms


class Caller:
    """Calls the product in this process, as gunicorn would."""

    def __init__(self) -> None:
        self._handler = WSGIHandler()

    def call(self, request: Request) -> Answer:
        """Answer one request.

        Raises:
            AssertionError: the status isn't one that the measurement is about.
        """
        said: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            said[:] = [int(status.split(maxsplit=1)[0]), dict(headers)]

        answer = self._handler(request.environ(), start_response)
        body = b"".join(answer)
        answer.close()
        assert said[0] in request.expected, f"{request.method} {request.path} answered {said[0]}: {body[:2000]!r}"
        return Answer(said[0], said[1], body)

    def queries(self, request: Request) -> list[str]:
        """Return the statements of one request, without those that only begin and end transactions."""
        sent: list[str] = []

        def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            if not sql.startswith(TRANSACTION):
                sent.append(sql)
            return execute(sql, values, many, context)

        with connection.execute_wrapper(note):
            self.call(request)
        return sent

    def cost(self, make: Callable[[], Request], times: int) -> Cost:
        """Return the cost of a request, over `times` of them."""
        requests = [make() for _ in range(times)]
        gc.collect()
        (buffers, searches), backend, web = _touched(), _backend_seconds(), time.process_time()
        for request in requests:
            self.call(request)
        web_used, backend_used = time.process_time() - web, _backend_seconds() - backend
        buffers, searches = (after - before for after, before in zip(_touched(), (buffers, searches), strict=True))
        return Cost(web_used / times * 1000, backend_used / times * 1000, buffers / times, searches / times)


def _backend_seconds() -> float:
    """Return the CPU that this connection's backend has used, from the scheduler's own nanoseconds."""
    pid = connection.connection.info.backend_pid if connection.connection else None
    if pid is None:
        return 0.0
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


TOUCHED = """
SELECT blks_hit + blks_read, (SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_user_indexes)
FROM pg_stat_database WHERE datname = current_database()
"""


def _touched() -> tuple[int, int]:
    """Return the buffers that this database has touched, and the searches in its indexes.

    A connection's share is otherwise told once a second only.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(TOUCHED)
        buffers, searches = cursor.fetchone()
    return int(buffers), int(searches)


@dataclass(frozen=True)
class Compared:
    """A page against the floor: medians over rounds in alternation."""

    page: Cost
    floor: Cost
    ratio: float
    web_ratio: float


def compare(caller: Caller, floor: Callable[[], Request], page: Callable[[], Request], times: int) -> Compared:
    """Measure floor and page in turn, five times each; the ratio is the median of the rounds' ratios."""
    assert not settings.DEBUG
    caller.cost(floor, 5)
    caller.cost(page, 3)
    rounds = [(caller.cost(floor, times), caller.cost(page, times)) for _ in range(ROUNDS)]
    return Compared(
        page=_median([page for _, page in rounds]),
        floor=_median([floor for floor, _ in rounds]),
        ratio=statistics.median(page.total_ms / floor.total_ms for floor, page in rounds),
        web_ratio=statistics.median(page.web_ms / floor.web_ms for floor, page in rounds),
    )


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.web_ms for cost in costs),
        statistics.median(cost.postgres_ms for cost in costs),
        statistics.median(cost.buffers for cost in costs),
        statistics.median(cost.searches for cost in costs),
    )
