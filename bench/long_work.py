"""Long work: exports of a small and a large list, an import, its undo: seconds, and memory beyond that of an idle worker.

Each job is worked on by a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory, override_settings

from accounts.models import Account
from bench.data import grow_side, identity, make_world
from imports.models import Import
from imports.registry import KINDS
from imports.services import start_import, start_undo, upload_list
from jobs.exports import start_export
from jobs.models import Job
from partners.models import Seat
from partners.seats import holder_now
from prm.embedded.state import ROOT
from prm.kernel.actors import Actor
from tests.cast import make_person

EXPORTS = (20_000, 200_000)
IMPORTS = (10_000, 100_000)
MOST_MB = 60
"""What a large job may take beyond a small one."""
FIRST = 60_000_000  # numbered beyond all that the data holds

WORKER = """
import json, resource, sys, time
import django
django.setup()
from jobs import queue
with open("/proc/self/status") as lines:
    idle = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
begun = time.perf_counter()
while queue.work_off(): pass
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": round(seconds, 1), "idle_mb": idle // 1024, "peak_mb": peak // 1024}))
"""


@dataclass(frozen=True)
class Measured:
    """One job: how many rows, how long, how much memory."""

    what: str
    rows: int
    seconds: float
    idle_mb: int
    peak_mb: int

    def line(self) -> str:
        """Return it as the line that is printed."""
        rate = self.rows / max(self.seconds, 0.001)
        return f"{self.what}, {self.rows:,} rows: {self.seconds:.1f} s, {rate:,.0f} rows a second, {self.idle_mb} MB idle, {self.peak_mb} MB at most"


def measure_long_work() -> tuple[Any, bool]:
    """Measure everything; returns the figures, and whether memory stayed flat."""
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIA_ROOT"] = folder  # for the workers
        with override_settings(MEDIA_ROOT=folder):
            for measured in _measured():
                print(f"  {measured.line()}", flush=True)
                found.append(measured)
    flat = _is_flat(found)
    print(
        f"  {'ok  ' if flat else 'MISS'} memory of the large ones is at most {MOST_MB} MB beyond that of the small ones"
    )
    return [asdict(measured) for measured in found], flat


def _is_flat(found: list[Measured]) -> bool:
    peaks: dict[str, list[int]] = {}
    for measured in found:
        peaks.setdefault(measured.what, []).append(measured.peak_mb)
    return all(max(values) - min(values) <= MOST_MB for values in peaks.values())


def _measured() -> Iterator[Measured]:
    world = make_world()
    vendor = world.sides[0].vendor
    person = make_person("manager@northwind.example", "Mia Manager")
    seat = Seat.objects.create(person=person, vendor=vendor, role="manager")
    for rows in IMPORTS:
        yield from _imported(seat, rows)
    for rows in EXPORTS:
        grow_side(world.sides[0], rows)
        for wanted in ("csv", "xlsx"):
            _export(seat, wanted)
            yield _worked(f"export of deals, {wanted.upper()}", rows)


def _actor(seat: Seat) -> Actor:
    holder = holder_now(seat.person_id, seat.pk)
    assert holder is not None
    return holder.actor


def _export(seat: Seat, wanted: str) -> None:
    request: Any = RequestFactory().get("/")
    holder = holder_now(seat.person_id, seat.pk)
    assert holder is not None
    request.actor, request.user, request.place, request.session = holder.actor, holder.person, holder.place, {}
    start_export(actor=holder.actor, request=request, path="/desk/deals/", query="order=-value", wanted=wanted)


def _imported(seat: Seat, rows: int) -> Iterator[Measured]:
    actor = _actor(seat)
    known = Account.objects.count()
    upload_list(actor=actor, kind=KINDS["accounts"], upload=SimpleUploadedFile("customers.csv", _list(rows)))
    yield _worked("import: check", rows)
    start_import(actor=actor, run=Import.objects.latest("pk"))
    yield _worked("import", rows)
    start_undo(actor=actor, run=Import.objects.latest("pk"))
    yield _worked("undo of the import", rows)
    assert Account.objects.count() == known


def _list(rows: int) -> bytes:
    with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(["name", "country", "website", "city", "segment"])
        for number in range(FIRST, FIRST + rows):
            customer = identity(number)
            writer.writerow([customer.name, customer.country, customer.domain, customer.city, f"S{number % 7}"])
        lines.seek(0)
        return lines.read().encode()


def _worked(what: str, rows: int) -> Measured:
    done = subprocess.run([sys.executable, "-c", WORKER], cwd=Path(ROOT), capture_output=True, text=True, check=True)
    job = Job.objects.latest("pk")
    assert job.state == "done", (job.state, job.error, job.trace)
    return Measured(what, rows, **json.loads(done.stdout.splitlines()[-1]))
