"""What the product weighs: bytes of the first load, memory of a web worker, modules it has loaded."""

from __future__ import annotations

import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bench.data import grow, make_world
from bench.pages import Bench
from prm.embedded.state import ROOT

FIRST_LOAD, SCRIPTS, MEMORY = 100_000, 45_000, 120.0
REQUESTS = 200
DEALS = 2_000
# Development's tools bring libraries along that others load where they find them; `requirements/runtime.txt` has none.
AS_DEPLOYED = """
import sys
sys.modules.update(dict.fromkeys(["rich", "pygments", "greenlet"]))
from gunicorn.app.wsgiapp import run
sys.exit(run())
"""
ASSET = re.compile(
    rb'(?:<script[^>]+src|<link[^>]+rel="(?:stylesheet|icon|modulepreload|preload)"[^>]+href|<img[^>]+src)="(/static/[^"]+)"'
)
IMPORTED = re.compile(rb"""(?:from|import)\s*['"]([^'"]+)['"]""")


def measure_weight() -> tuple[dict[str, Any], bool]:
    """Start the web server as `make run` does and measure it; return figures and whether all held."""
    world = make_world()
    grow(world, DEALS)
    bench = Bench(world)
    bench.refresh()
    addresses = (
        "/portal/",
        "/portal/deals/",
        f"/portal/deals/{bench.approved}/",
        "/portal/deals/register/",
        "/portal/team/",
        "/notifications/",
    )
    desk = (
        "/desk/",
        f"/desk/?deal={bench.waiting}",
        "/desk/deals/",
        f"/desk/deals/{bench.waiting}/",
        "/desk/partners/",
    )
    with web_server() as (port, workers):
        loads = {
            "start": first_load(port, "/", ""),
            "portal": first_load(port, "/portal/", bench.seller),
            "register": first_load(port, "/portal/deals/register/", bench.seller),
            "desk": first_load(port, "/desk/", bench.approver),
        }
        for number in range(REQUESTS * len(workers())):
            places, cookies = (addresses, bench.seller) if number % 2 else (desk, bench.approver)
            get(port, places[number // 2 % len(places)], cookies)
        memory = [memory_of(pid) for pid in workers()]
    return _judged(loads, memory)


def _judged(loads: dict[str, dict[str, int]], memory: list[dict[str, float]]) -> tuple[dict[str, Any], bool]:
    held = True
    for name, load in loads.items():
        good = load["bytes"] <= FIRST_LOAD and load["scripts"] <= SCRIPTS
        held = held and good
        print(
            f"  {'ok  ' if good else 'MISS'} first load of {name}: {load['bytes'] / 1000:.1f} kB compressed in {load['files']} files, "
            f"{load['scripts'] / 1000:.1f} kB of them scripts (at most {FIRST_LOAD // 1000} and {SCRIPTS // 1000})"
        )
    heaviest = max(memory, key=lambda each: each["rss_mb"])
    good = heaviest["rss_mb"] <= MEMORY
    print(
        f"  {'ok  ' if good else 'MISS'} web worker after {REQUESTS} requests: {heaviest['rss_mb']:.0f} MB resident, "
        f"{heaviest['pss_mb']:.0f} MB as its share (at most {MEMORY:.0f} MB resident)"
    )
    return {"first_load": loads, "memory": memory}, held and good


@contextmanager
def web_server() -> Any:
    """Start gunicorn as `make run` does; give its port and a function that returns its workers' process ids."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "prm.settings", "DEBUG": "0"}
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT,
        env=environment,
        check=True,
    )
    command = [
        sys.executable,
        "-c",
        AS_DEPLOYED,
        "prm.wsgi:application",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    ]
    command += ["--threads", "4", "--preload", "--no-control-socket"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(lambda: get(port, "/health/", "")[0] == 200)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            yield port, lambda: [int(pid) for pid in children.read_text(encoding="ascii").split()]
        finally:
            process.terminate()
            process.wait()


def _wait(ready: Callable[[], bool]) -> None:
    for _ in range(300):
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("The web server did not answer.")


def get(port: int, path: str, cookies: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body as sent over the wire, asked for as a browser asks."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "Host": "localhost",
        "Accept-Encoding": "gzip, deflate, br",
        "Cookie": cookies,
        "Accept": "text/html,*/*",
    }
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def first_load(port: int, path: str, cookies: str) -> dict[str, int]:
    """Return the compressed bytes of a page with all that it loads, and of its scripts, modules they import included."""
    status, headers, body = get(port, path, cookies)
    assert status == 200, f"{path} answered {status}"
    total, scripts, seen = len(body), 0, set()
    waiting = [address.decode() for address in ASSET.findall(_plain(headers, body))]
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen:
            continue
        seen.add(address)
        status, headers, body = get(port, address, "")
        assert status == 200, f"{address} answered {status}"
        total += len(body)
        if address.endswith(".js"):
            scripts += len(body)
            plain = body if "content-encoding" not in headers else get_plain(port, address)
            waiting += [_joined(address, found.decode()) for found in IMPORTED.findall(plain) if found[:1] in b"./"]
    return {"bytes": total, "scripts": scripts, "files": len(seen) + 1}


def get_plain(port: int, path: str) -> bytes:
    """Return a file uncompressed."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Host": "localhost"})
    return connection.getresponse().read()


def _joined(address: str, other: str) -> str:
    return urljoin(address, other)


def _plain(headers: dict[str, str], body: bytes) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def memory_of(pid: int) -> dict[str, float]:
    """Return a process's resident memory, and its share where pages are shared, in MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    sizes = {name: int(kilobytes) / 1000 for name, kilobytes in re.findall(r"(\w+):\s+(\d+) kB", text)}
    return {"rss_mb": round(sizes["Rss"], 1), "pss_mb": round(sizes["Pss"], 1)}
