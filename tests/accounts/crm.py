"""CRM systems for tests: a server that gives recorded answers, one file per question."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

RECORDED = Path(__file__).parent / "recorded"


class Replayed(ThreadingHTTPServer):
    """Answers what was recorded of a system. asked: method, path and query of each question. broken: status instead."""

    daemon_threads = True

    def __init__(self, system: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[dict[str, Any]] = json.loads((RECORDED / f"{system}.json").read_text())
        self.asked: list[tuple[str, str, dict[str, list[str]], str]] = []
        self.broken = 0

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Replayed

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer("POST")

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        self.server.asked.append((method, parts.path, query, self.headers.get("Authorization", "")))
        found = next(
            (
                each
                for each in self.server.answers
                if (each["method"], each["path"]) == (method, parts.path)
                and all(words in query.get(name, [""])[0] for name, words in each.get("where", {}).items())
                and not any(name in query for name in each.get("without", ()))
            ),
            {"status": 404, "body": {}},
        )
        content = json.dumps(found["body"]).encode()
        self.send_response(self.server.broken or found.get("status", 200))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def replaying(system: str) -> Iterator[Replayed]:
    """Run a system that answers what was recorded."""
    server = Replayed(system)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
