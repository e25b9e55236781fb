"""A receiver of webhooks that answers 500, hangs, drops connections, answers later, and keeps what it was sent."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections import Counter
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook, WebhookVerificationError

HANG_SECONDS = 4.0
ANSWER_TRIES = 60


class Receiver(ThreadingHTTPServer):
    """calls: by webhook-id. settled: ids whose call was answered well. forged: calls whose signature didn't fit."""

    daemon_threads = True

    def __init__(self, web_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web_port = web_port
        self.secret = ""
        self.calls: Counter[str] = Counter()
        self.behaviours: Counter[str] = Counter()
        self.settled: set[str] = set()
        self.forged = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def behaviour(self, key: str, slug: str) -> str:
        """Return how the next call under an id is answered: some of the last steps never well, others soon enough."""
        with self.lock:
            self.calls[key] += 1
            draw = zlib.crc32(f"{key} {self.calls[key]}".encode()) % 100
            if slug == "h1" and zlib.crc32(key.encode()) % 25 == 0:
                found = "500"
            elif self.calls[key] > 4 or draw >= 45:
                found = "waiting" if draw % 10 == 0 else "done"
            else:
                found = "500" if draw < 25 else "hang" if draw < 33 else "drop"
            self.behaviours[found] += 1
            if found in {"done", "waiting"}:
                self.settled.add(key)
        return found

    def answer_later(self, key: str, url: str) -> None:
        """Post the signed answer until the web server takes it, or says that it isn't waited for any more."""
        body = json.dumps({"step": key, "status": "done"})
        for _ in range(ANSWER_TRIES):
            time.sleep(0.5)
            now = datetime.now(UTC)
            headers = {
                "Host": "localhost",
                "Content-Type": "application/json",
                "webhook-id": f"answer-{key}",
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(self.secret).sign(f"answer-{key}", now, body),
            }
            connection = HTTPConnection("127.0.0.1", self.web_port, timeout=10)
            try:
                connection.request("POST", urlsplit(url).path, body, headers)
                if connection.getresponse().status in {200, 409}:
                    return
            except OSError:
                continue
            finally:
                connection.close()


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = json.loads(body)["data"]
        key = self.headers["webhook-id"]
        try:
            Webhook(self.server.secret).verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            self.server.forged += 1
        found = self.server.behaviour(key, said["step"]["slug"])
        if found == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if found == "hang":
            time.sleep(HANG_SECONDS)
        if found == "waiting":
            args = (key, said["answer_url"])
            threading.Thread(target=self.server.answer_later, args=args, daemon=True).start()
        self._say(500 if found in {"500", "hang"} else 200, {"status": found})

    def _say(self, status: int, said: dict[str, Any]) -> None:
        content = json.dumps(said).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def handle(self) -> None:
        """Handle requests; a caller that is gone, or a connection that was dropped, is no news here."""
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        """Close what is still open."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
