"""What a kind's function works with: progress, cancelling, chunks that commit with their checkpoint, results.

Whoever took the job holds a lease and a fencing token, the job's `run`. Every write here names the token: a worker
that stalled until its lease was over, and whose job another one took, gets `LeaseLost`, and its transaction is undone.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.enums import JobState
from jobs.models import Job, JobFile, Refusal, folder_of

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LEASE = timedelta(seconds=60)
SLICE_SECONDS = 10.0
SAVE_EVERY_SECONDS = 0.5
MOST_HELD = 1000

stopping = threading.Event()
"""Set when this process was asked to end: jobs let go at their next checkpoint."""


class Cancelled(Exception):
    """Someone cancelled the job; what was committed stays."""


class LeaseLost(Exception):
    """Another worker has the job by now. Nothing of this one's is written any more."""


class LetGo(Exception):
    """The job goes back into the queue: its slice is over, or it waits for something."""

    def __init__(self, seconds: float = 0, note: str = "") -> None:
        super().__init__(note)
        self.seconds, self.note = seconds, note


class Work:
    """One slice of work on a job. `checkpoint` and `figures` are saved with each chunk, and are there again later."""

    def __init__(self, job: Job, actor: Actor) -> None:
        self.job, self.actor = job, actor
        self.checkpoint: dict[str, Any] = dict(job.checkpoint or {})
        self.figures: dict[str, int] = dict(job.figures)
        self._done, self._total, self._note, self._refused = job.done, job.total, job.note, job.refused
        self._refusals: list[Refusal] = []
        self._begun = self._saved = time.monotonic()
        self._in_chunk = False

    # -- How far
    @property
    def done(self) -> int:
        """How many are done."""
        return self._done

    def total(self, number: int | None) -> None:
        """Say how many there are in all; None where nobody knows."""
        self._total = None if number is None else max(number, self._done)

    def advance(self, n: int = 1, note: str = "") -> None:
        """Say that `n` more are done. Saved twice a second; within a chunk, at its end.

        Raises:
            Cancelled: someone cancelled it. LeaseLost: another worker has it.
        """
        self._done += n
        self._note = note or self._note
        if self._total is not None:
            self._total = max(self._total, self._done)
        if not self._in_chunk and time.monotonic() - self._saved >= SAVE_EVERY_SECONDS:
            self._save_alone()

    @contextmanager
    def chunk(self) -> Iterator[None]:
        """One transaction: what is written inside commits together with `checkpoint`, progress and refusals, or not.

        A job that works in chunks is taken up again from its checkpoint, by whichever worker, and shares the workers
        with others: after ten seconds it goes back into the queue. Keep a chunk under a few seconds.

        Raises:
            LeaseLost: another worker has it; the chunk is undone. Cancelled, LetGo: after the chunk's commit.
        """
        before = self._remember()
        self._in_chunk = True
        try:
            with transaction.atomic():
                yield
                cancelled = self._save(checkpoint=True)
        except BaseException:
            self._recall(before)
            raise
        finally:
            self._in_chunk = False
        if cancelled:
            raise Cancelled
        if stopping.is_set() or (time.monotonic() - self._begun >= SLICE_SECONDS and _others_wait(self.job)):
            raise LetGo

    def wait(self, seconds: float, note: str) -> None:
        """Go back into the queue and try again later; the note says what is waited for.

        Raises:
            LetGo: always.
        """
        raise LetGo(seconds, note)

    def _remember(self) -> tuple[Any, ...]:
        known = (self.job.checkpoint, dict(self.checkpoint), dict(self.figures), list(self._refusals))
        return (*known, self._done, self._total, self._note, self._refused)

    def _recall(self, before: tuple[Any, ...]) -> None:
        """Forget what a chunk that was undone had counted."""
        self.job.checkpoint, self.checkpoint, self.figures, self._refusals = before[:4]
        self._done, self._total, self._note, self._refused = before[4:]

    def _save_alone(self) -> None:
        with transaction.atomic():
            cancelled = self._save(checkpoint=False)
        if cancelled:
            raise Cancelled
        if stopping.is_set():
            raise LetGo

    def _save(self, *, checkpoint: bool) -> bool:
        """Write progress under the fencing token; whether someone cancelled meanwhile."""
        self._write_refusals()
        now = time.monotonic()
        changes: dict[str, Any] = {
            "done": self._done,
            "total": self._total,
            "note": self._note[:200],
            "refused": self._refused,
            "figures": self.figures,
            "strikes": 0,
            "worked_seconds": F("worked_seconds") + (now - self._saved),
            "heartbeat_at": Now(),
            "lease_until": Now() + LEASE,
        }
        if checkpoint:
            changes["checkpoint"] = self.job.checkpoint = dict(self.checkpoint)
        if not held(self.job).update(**changes):
            raise LeaseLost
        self._saved = now
        return held(self.job).filter(cancel_asked_at__isnull=False).exists()

    def _write_refusals(self) -> None:
        Refusal.objects.bulk_create(self._refusals, batch_size=MOST_HELD)
        self._refusals = []

    def forget(self) -> None:
        """Forget the checkpoint, outside of a chunk: whoever takes the job up next begins from scratch.

        Raises:
            LeaseLost: another worker has the job.
        """
        if not held(self.job).update(checkpoint=None):
            raise LeaseLost
        self.job.checkpoint, self.checkpoint = None, {}

    # -- What came out
    def refuse(self, line: int, name: str, reason: str, cells: Iterable[str] = ()) -> None:
        """Keep a row that could not be taken, and why; `cells` is the row as it came. Written with the progress."""
        self._refused += 1
        self._refusals.append(
            Refusal(job=self.job, line=line, name=name[:300], reason=str(reason)[:500], cells=list(cells))
        )
        if self._in_chunk and len(self._refusals) >= MOST_HELD:
            self._write_refusals()

    def flush(self) -> None:
        """Write what is not written yet: progress and refusals. The queue calls it at the end."""
        self._save(checkpoint=self.job.checkpoint is not None)

    def keep_file(self, name: str, pieces: Iterable[bytes | str], media_type: str = "application/octet-stream") -> None:
        """Keep a file as a result. The pieces stream through a temporary file; a second call replaces the first.

        Raises:
            LeaseLost: another worker has the job. Cancelled: someone cancelled it.
        """
        with tempfile.TemporaryFile() as spool:
            for piece in pieces:
                spool.write(piece.encode() if isinstance(piece, str) else piece)
            size = spool.tell()
            spool.seek(0)
            self.keep_open_file(name, spool, size, media_type)

    def keep_open_file(self, name: str, content: IO[bytes], size: int, media_type: str) -> None:
        """Keep an open file as a result; otherwise as `keep_file`."""
        file = JobFile(job=self.job, name=name[:150], size=size, media_type=media_type)
        file.content.save(file.name, File(content), save=False)
        with transaction.atomic():
            cancelled = self._save(checkpoint=self.job.checkpoint is not None)
            JobFile.objects.filter(job=self.job, name=file.name).delete()
            file.save()
        if cancelled:
            raise Cancelled

    # -- Files on the way
    def keep_part(self, pieces: Iterable[bytes]) -> str:
        """Keep something for a later slice, whichever worker has it; returns the name to keep in the checkpoint."""
        with tempfile.TemporaryFile() as spool:
            spool.writelines(pieces)
            spool.seek(0)
            return default_storage.save(f"{folder_of(self.job.key)}/part-{self.job.run}", File(spool))

    def open_part(self, name: str) -> IO[bytes]:
        """Open what `keep_part` kept."""
        # Not Django's wrapper: iterating over that one begins at the start, wherever one has sought.
        opened: Any = default_storage.open(name).file
        found: IO[bytes] = opened
        return found

    @contextmanager
    def input_path(self) -> Iterator[Path]:
        """Give the job's input as a file on this machine, for a block."""
        with local_copy(self.job.input) as path:
            yield path


@contextmanager
def local_copy(stored: Any) -> Iterator[Path]:
    """Give a stored file as a path on this machine: its own where it has one, else a copy that is removed again."""
    try:
        own = Path(stored.path)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, stored.open("rb") as content:
            for piece in content.chunks():
                copy.write(piece)
            copy.flush()
            yield Path(copy.name)
    else:
        yield own


def held(job: Job) -> Any:
    """Return the job as a query, if its worker still has it: by the fencing token."""
    return Job.objects.filter(pk=job.pk, run=job.run, state=JobState.RUNNING)


def _others_wait(job: Job) -> bool:
    return Job.objects.claimable().exclude(pk=job.pk).exists()
