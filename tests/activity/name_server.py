"""A name server on loopback, with the records that a test gives it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = dict[tuple[str, str], list[str]]


@contextmanager
def name_server(records: Records, *, silent: bool = False) -> Iterator[int]:
    """Answer with `records`, by (name, type); yields the port. A silent one never answers."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if silent:
                return
            data, sender = self.request
            query = dns.message.from_wire(data)
            asked = query.question[0]
            name, kind = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.AA | dns.flags.RA
            values = records.get((name, kind), [])
            if values:
                answer.answer.append(dns.rrset.from_text_list(asked.name, 60, "IN", kind, values))
            elif not any(known == name for known, _kind in records):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sender.sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
