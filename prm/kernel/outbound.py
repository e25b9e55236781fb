"""Requests to addresses that vendors typed in, so that they must not reach what is ours inside.

HTTPS only, no redirects, no proxy from the environment, short times, small answers; and the machine at the other end,
as the connection really found it, must be public or in a network that the operator named. Checking the name before
would not do: a name may lead somewhere else a moment later.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 10.0
MOST_BYTES = 512 * 1024
MOST_AT_ONCE = 16 * 1024
TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network without IPv4 writes them."""
TRANSLATED_INSIDE = IPv6Network("64:ff9b:1::/48")


class NotAllowed(requests.RequestException):
    """The address, or the machine behind it, may not be asked; or its answer is not one that we take."""


def check_address(url: str) -> str:
    """Return an address that may be asked, as far as its words tell.

    Raises:
        NotAllowed: not https, or with a password in it. Plain http is for this very machine, in demo mode only.
    """
    parts = urlsplit(url)
    local = settings.DEMO and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or parts.username is not None or (parts.scheme != "https" and not local):
        raise NotAllowed("only https addresses are asked")
    if parts.scheme not in {"http", "https"}:
        raise NotAllowed("only https addresses are asked")
    return url


def check_machine(address: str, networks: Sequence[str] = ()) -> None:
    """Refuse a machine's IP address that is neither public nor in one of the networks.

    Raises:
        NotAllowed: it is inside.
    """
    machine = _inner(ip_address(address.partition("%")[0]))
    named = any(machine in ip_network(each) for each in networks)
    own = settings.DEMO and machine.is_loopback
    inside = not machine.is_global or machine.is_multicast or machine in TRANSLATED_INSIDE
    if inside and not (named or own):
        raise NotAllowed(f"{machine} is not a public address")


def _inner(machine: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(machine, IPv4Address):
        return machine
    translated = IPv4Address(machine.packed[-4:]) if machine in TRANSLATED else None
    return machine.ipv4_mapped or machine.sixtofour or translated or machine


class _Checked:
    """A connection that looks whom it reached before it says anything."""

    networks: tuple[str, ...] = ()

    def _new_conn(self) -> Any:
        socket = super()._new_conn()  # type: ignore[misc]
        try:
            check_machine(socket.getpeername()[0], self.networks)
        except NotAllowed:
            socket.close()
            raise
        return socket


@lru_cache(maxsize=16)
def _pools(networks: tuple[str, ...]) -> dict[str, type[HTTPConnectionPool]]:
    """Return the kinds of connection pools whose connections reach public machines and these networks."""
    plain = type("_Plain", (_Checked, HTTPConnection), {"networks": networks})
    secure = type("_Secure", (_Checked, HTTPSConnection), {"networks": networks})
    return {
        "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class _Adapter(HTTPAdapter):
    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks = networks
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        kwargs["block"] = False
        self.poolmanager = PoolManager(num_pools=1, maxsize=1, block=False)
        self.poolmanager.pool_classes_by_scheme = _pools(self._networks)


class GuardedSession(requests.Session):
    """A session that reaches public machines, and those in networks that the operator named."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", _Adapter(tuple(networks)))
        self.mount("http://", _Adapter(tuple(networks)))

    def request(self, method: str, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        """Ask, and read the whole answer, within the limits.

        Raises:
            NotAllowed: see the module; also a redirect, or an answer that is too large or too slow.
            requests.RequestException: it can't be reached.
        """
        check_address(str(url))
        kwargs |= {"stream": True, "allow_redirects": False, "timeout": (CONNECT_SECONDS, READ_SECONDS)}
        kwargs["headers"] = {"Accept-Encoding": "identity", **(kwargs.get("headers") or {})}
        response = super().request(method, url, *args, **kwargs)
        with response:
            if response.is_redirect or 300 <= response.status_code < 400:
                raise NotAllowed("it redirects elsewhere")
            response._content = _read(response)  # noqa: SLF001  (how requests keeps what was read)
        return response


def _read(response: requests.Response) -> bytes:
    until, content = time.monotonic() + WHOLE_SECONDS, b""
    while part := response.raw.read1(MOST_AT_ONCE):
        content += part
        if len(content) > MOST_BYTES:
            raise NotAllowed("its answer is too large")
        if time.monotonic() > until:
            raise NotAllowed("its answer takes too long")
    return content
