"""Writers of the fault drill: threads that post to the web server and note what was acknowledged.

A process of its own, because the drill starts processes while it runs. Every write is a JSON line in `--out`: when it
was sent, how long the answer took, its status (0 where there was none), and the reference it was acknowledged with.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
import uuid
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any

TIMEOUT = 30
PAUSE_AFTER_FAILURE = 0.1


class Writers:
    """Threads that share one numbering and one file of results."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._people = json.loads(Path(options.people).read_text(encoding="utf-8"))
        self._numbers = count(options.first)
        self._last = options.first + options.count
        self._begun = time.monotonic()
        self._out = Path(options.out).open("a", encoding="utf-8")  # noqa: SIM115  (open as long as the process)
        self._lock = threading.Lock()
        self._stop = Path(f"{options.out}.stop")

    def run(self) -> None:
        """Write until the count is reached, or a file beside the results says stop."""
        threads = [threading.Thread(target=self._work) for _ in range(self._options.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        connection: HTTPConnection | None = None
        while True:
            with self._lock:
                number = next(self._numbers)
            if number >= self._last or self._stop.exists():
                return
            self._keep_pace(number)
            body = json.dumps(self._payload(number))
            acknowledged = False
            while not acknowledged:
                connection = connection or HTTPConnection("127.0.0.1", self._options.port, timeout=TIMEOUT)
                acknowledged = self._post(connection, number, body)
                if not acknowledged:
                    connection.close()
                    connection = None
                    time.sleep(PAUSE_AFTER_FAILURE)

    def _keep_pace(self, number: int) -> None:
        if self._options.rate:
            due = self._begun + (number - self._options.first) / self._options.rate
            time.sleep(max(0.0, due - time.monotonic()))

    def _payload(self, number: int) -> dict[str, Any]:
        if self._options.path == "naive":
            return {"number": number}
        writer = self._writer(number)
        return {
            "enrollment": writer["enrollment"],
            "product": writer["product"],
            "customer": customer(number),
            "close_date": self._people["close_date"],
            "submission": str(uuid.uuid4()),
        }

    def _writer(self, number: int) -> dict[str, Any]:
        writers = self._people["writers"]
        writer: dict[str, Any] = writers[number % len(writers)]
        return writer

    def _post(self, connection: HTTPConnection, number: int, body: str) -> bool:
        headers = {"Host": "localhost", "Cookie": f"sessionid={self._writer(number)['session']}"}
        sent, status, reference = time.time(), 0, ""
        try:
            connection.request("POST", f"/drill/{self._options.path}/", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            status = answer.status
            reference = json.loads(text)["reference"] if status == 201 else ""
        except (OSError, HTTPException):
            pass
        self._note({"sent": sent, "took": time.time() - sent, "status": status, "reference": reference})
        return status == 201

    def _note(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._out.write(json.dumps(line) + "\n")
            self._out.flush()


def customer(number: int) -> str:
    """Return a customer's name that resembles no other's: five syllables by a number spread over all of them."""
    syllables = ("ba", "ke", "di", "mo", "fu", "ra", "le", "ti", "so", "gu", "za", "pe", "vi", "no", "wu", "cha")
    spread = (number + 1) * 2_654_435_761 % 2**32
    return "".join(syllables[spread >> shift & 15] for shift in (4, 8, 12, 16, 20, 24, 28)).title() + f" {number} GmbH"


def main() -> None:
    """Read the options and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", default="register", choices=("register", "naive"))
    parser.add_argument("--people", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0)
    Writers(parser.parse_args()).run()


if __name__ == "__main__":
    main()
