"""Choosing ports on the loopback interface."""

import os
import socket

from prm.embedded.console import CannotRunError, say

DEFAULT_WEB_PORT = 8000


def is_free(port: int) -> bool:
    """Tell whether nothing listens on the port, on IPv4 or (where there is one) IPv6 loopback.

    Both, because a browser that opens `localhost` tries `[::1]` first and would meet the other server there.
    """
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError:
            if family is socket.AF_INET or _has_ipv6():
                return False
    return True


def free_port(preferred: int) -> int:
    """Return the preferred port if it is free, else one that the system chooses."""
    if is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return int(port)


def web_port() -> int:
    """Return the port for the web server: `PORT` where it is set, else 8000 or, if that is taken, a free one.

    Raises:
        CannotRunError: `PORT` is not a port, or is taken; whoever names a port does not want another.
    """
    wanted = os.environ.get("PORT", "").strip()
    if not wanted:
        port = free_port(DEFAULT_WEB_PORT)
        if port != DEFAULT_WEB_PORT:
            say(f"Port {DEFAULT_WEB_PORT} is taken, so the web server uses {port}. PORT=… chooses another.")
        return port
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        raise CannotRunError(f"PORT={wanted} is not a port number: use one from 1 to 65535.")
    if not is_free(int(wanted)):
        raise CannotRunError(f"Port {wanted} is taken or not allowed: choose another with PORT=….")
    return int(wanted)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
