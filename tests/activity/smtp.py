"""A mail server on loopback that says what a test tells it to say."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """What arrived, and how recipients are answered."""

    port: int = 0
    arrived: list[tuple[str, str]] = field(default_factory=list)
    answer: Callable[[str], str] = lambda address: "250 2.1.5 ok"
    after_data: Callable[[], None] = lambda: None


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run the server."""
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 here")
            recipient = ""
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    recipient = line.partition("<")[2].partition(">")[0]
                    self.say(box.answer(recipient))
                elif verb == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (part := self.rfile.readline().decode("utf-8", "replace")) != ".\r\n":
                        lines.append(part)
                    box.arrived.append((recipient, "".join(lines)))
                    box.after_data()
                    self.say("250 2.0.0 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Session) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield box
        server.shutdown()
