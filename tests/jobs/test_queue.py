"""The queue of jobs: chunks and checkpoints, leases and fencing, cancelling, retrying, rights judged when it runs."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from accounts.permissions import IMPORT_ACCOUNTS
from activity.models import Delivery, Event, Notification
from activity.relay import drain
from jobs import queue, work
from jobs.cleaning import clear_old
from jobs.enums import JobState
from jobs.models import Job, JobFile, Refusal
from jobs.registry import KINDS, job_kind
from jobs.services import cancel_job, retry_job, start_job
from prm.kernel.actors import Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation, TooMany

CHUNK = 10


@pytest.fixture
def kind():
    """Return a function that registers a kind for the length of a test."""
    made = []

    def register(run, **options):
        name = f"test.kind{len(made)}"
        job_kind(name, label="A test", **options)(run)
        made.append(name)
        return name

    yield register
    for name in made:
        KINDS.pop(name)


def count_up(task: work.Work) -> None:
    """Count to the argument in chunks; each number is kept as a refusal, which shows what was done how often."""
    upto = task.job.arguments["upto"]
    task.total(upto)
    while (at := task.checkpoint.get("at", 0)) < upto:
        with task.chunk():
            for number in range(at, min(at + CHUNK, upto)):
                task.refuse(number, str(number), "counted")
            task.checkpoint["at"] = min(at + CHUNK, upto)
            task.figures["counted"] = task.checkpoint["at"]
            task.advance(task.checkpoint["at"] - at)


def begin(cast, name, persona="northwind_manager", **arguments) -> Job:
    return start_job(actor=cast.actor(persona), kind=name, title="Counting", arguments={"upto": 30, **arguments})


def test_job_runs_ends_and_is_told_once(cast, kind):
    job = begin(cast, kind(count_up, figures={"counted": "Counted"}))
    assert queue.work_off() == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.refused, job.figures) == ("done", 30, 30, 30, {"counted": 30})
    assert Refusal.objects.filter(job=job).count() == 30
    drain()
    drain()
    assert not Delivery.objects.exclude(error="").values_list("error", flat=True)
    note = Notification.objects.get(kind="job.done")
    assert (note.person, note.seat_id, note.path) == (job.person, job.seat_id, job.get_absolute_url())
    assert Event.objects.filter(kind="job.done", vendor_id=job.vendor_id).count() == 1
    assert queue.work_off() == 0


def test_killed_workers_job_is_taken_up_from_its_checkpoint_when_the_lease_is_over(cast, kind):
    class Killed(BaseException):
        pass

    def dies_inside(task):
        original = task.chunk
        if task.job.run == 1:
            task.chunk = lambda: _third(original, task)
        count_up(task)

    def _third(original, task):
        if task.checkpoint.get("at") == 20:
            raise Killed
        return original()

    job = begin(cast, kind(dies_inside))
    with pytest.raises(Killed):
        queue.run_next()
    job.refresh_from_db()
    assert (job.state, job.done, job.checkpoint) == ("running", 20, {"at": 20})
    assert queue.run_next() is False, "the lease still holds"
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert queue.run_next() is True
    job.refresh_from_db()
    assert (job.state, job.run, job.done) == ("done", 2, 30)
    assert sorted(Refusal.objects.values_list("line", flat=True)) == list(range(30))


def test_stalled_worker_whose_job_another_took_writes_nothing_more(cast, kind):
    def stalls(task):
        with task.chunk():
            task.checkpoint["at"] = CHUNK
            task.advance(CHUNK)
        if task.job.run == 1:
            # Its lease runs out, another worker takes the job and finishes it; then this one wakes up.
            Job.objects.filter(pk=task.job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
            assert queue.run_next()
            with task.chunk():
                task.refuse(99, "late", "written after the lease was lost")
            pytest.fail("the chunk was committed")

    job = begin(cast, kind(stalls))
    assert queue.run_next()
    job.refresh_from_db()
    assert (job.state, job.run) == ("done", 2)
    assert not Refusal.objects.exists()
    assert Event.objects.filter(kind="job.done").count() == 1


def test_stalled_worker_cannot_end_keep_files_or_refuse_either(cast, kind):
    tried = []

    def stalls(task):
        if task.job.run > 1:
            return
        Job.objects.filter(pk=task.job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert queue.run_next()
        with pytest.raises(work.LeaseLost):
            task.keep_file("late.csv", ["a"])
        tried.append(True)
        task.refuse(1, "late", "late")

    job = begin(cast, kind(stalls))
    assert queue.run_next()
    job.refresh_from_db()
    assert tried
    assert (job.state, job.run) == ("done", 2)
    assert not JobFile.objects.exists()
    assert not Refusal.objects.exists()
    assert Event.objects.filter(kind="job.done").count() == 1


def test_cancel_takes_effect_after_the_chunk_and_keeps_what_was_committed(cast, kind):
    def cancelled_on_the_way(task):
        task.total(30)
        for at in (0, 10, 20):
            with task.chunk():
                task.checkpoint["at"] = at + 10
                task.advance(10)
                if at == 10:
                    cancel_job(actor=cast.actor("northwind_manager"), job=task.job)

    job = begin(cast, kind(cancelled_on_the_way))
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.done, job.error) == ("cancelled", 20, "")
    assert Event.objects.filter(kind="job.cancelled").count() == 1
    with pytest.raises(Conflict):
        cancel_job(actor=cast.actor("northwind_manager"), job=job)


def test_waiting_job_is_cancelled_at_once_and_never_runs(cast, kind):
    job = begin(cast, kind(count_up))
    assert cancel_job(actor=cast.actor("northwind_manager"), job=job).state == JobState.CANCELLED
    assert queue.work_off() == 0
    assert not Refusal.objects.exists()


def test_slices_are_taken_in_turn(cast, kind, monkeypatch):
    monkeypatch.setattr(work, "SLICE_SECONDS", 0)
    order = []

    def noted(task):
        order.append(task.job.pk)
        count_up(task)

    name = kind(noted)
    first, second = begin(cast, name), begin(cast, name, "northwind_approver")
    while queue.run_next():
        pass
    assert order[:4] == [first.pk, second.pk, first.pk, second.pk]
    assert {job.state for job in Job.objects.all()} == {"done"}
    assert Refusal.objects.count() == 60


def test_failed_job_says_why_and_goes_on_where_it_stopped_when_tried_again(cast, kind):
    broken = [True]

    def breaks(task):
        if task.checkpoint.get("at") == 10 and broken[0]:
            raise ZeroDivisionError("secret")
        with task.chunk():
            task.checkpoint["at"] = task.checkpoint.get("at", 0) + 10
            task.advance(10)
        if task.checkpoint["at"] < 30:
            breaks(task)

    job = begin(cast, kind(breaks))
    queue.work_off()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "secret" not in job.error
    assert "ZeroDivisionError: secret" in job.trace
    broken[0] = False
    assert retry_job(actor=cast.actor("northwind_manager"), job=job).state == "queued"
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.done, job.error) == ("done", 30, "")
    with pytest.raises(Conflict):
        retry_job(actor=cast.actor("northwind_manager"), job=job)


def test_refusal_of_a_rule_is_shown_in_its_words_and_undoes_the_chunk(cast, kind):
    def refuses(task):
        with task.chunk():
            task.advance(5)
        with task.chunk():
            task.checkpoint["at"] = 99
            task.refuse(1, "x", "never kept")
            task.advance(5)
            raise RuleViolation("no", "The list is empty.")

    job = begin(cast, kind(refuses))
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, job.error, job.done, job.checkpoint) == ("failed", "The list is empty.", 5, {})
    assert not Refusal.objects.exists()


@pytest.mark.parametrize("what", ["seat", "person", "role"])
def test_rights_are_judged_again_when_it_runs(cast, kind, what):
    ran = []
    job = begin(cast, kind(ran.append, permission=IMPORT_ACCOUNTS))
    seat = cast.seats["northwind_manager"]
    if what == "seat":
        seat.is_active = False
    elif what == "role":
        seat.role = Role.FINANCE
    else:
        seat.person.is_active = False
        seat.person.save()
    seat.save()
    queue.work_off()
    job.refresh_from_db()
    assert (job.state, ran) == ("failed", [])
    assert job.error


def test_job_that_kills_its_workers_is_given_up(cast, kind):
    job = begin(cast, kind(lambda _: pytest.fail("it ran")))
    long_ago = timezone.now() - timedelta(minutes=5)
    Job.objects.update(state="running", strikes=queue.MOST_STRIKES, lease_until=long_ago, started_at=long_ago)
    queue.work_off()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "workers" in job.error


def test_only_one_of_jobs_that_exclude_each_other_runs_in_a_vendor(cast, kind):
    name = kind(lambda task: None, exclusive="test")
    first, second = begin(cast, name), begin(cast, name)
    other = begin(cast, name, "halden_manager")
    assert queue.claim() == first
    assert queue.claim() == other
    assert queue.claim() is None
    with pytest.raises(Exception, match="job_lock_held_once"), transaction.atomic():
        Job.objects.filter(pk=second.pk).update(started_at=timezone.now())
    queue.end(first_held(first), JobState.DONE)
    assert queue.claim() == second


def first_held(job: Job) -> Job:
    job.refresh_from_db()
    return job


def test_who_may_not_start_changes_nothing(cast, kind):
    name = kind(count_up, permission=IMPORT_ACCOUNTS)
    with pytest.raises(Forbidden):
        begin(cast, name, "northwind_finance")
    assert not Job.objects.exists()
    assert not Event.objects.filter(kind="job.started").exists()


def test_twenty_open_jobs_are_enough(cast, kind):
    name = kind(count_up)
    for _ in range(20):
        begin(cast, name)
    with pytest.raises(TooMany):
        begin(cast, name)
    assert Job.objects.count() == 20


def test_colleagues_see_kinds_that_their_role_may_see_and_nobody_else_does(cast, kind):
    own, shared = kind(count_up), kind(count_up, permission=IMPORT_ACCOUNTS)
    begin(cast, own)
    job = begin(cast, shared)
    cast.seats["northwind_approver"].role = Role.MANAGER
    cast.seats["northwind_approver"].save()
    colleague = cast.actor("northwind_approver")
    assert set(Job.objects.visible_to(colleague)) == {job}
    for persona in ("northwind_finance", "halden_manager", "brightpath_sales", "operator", "nobody"):
        actor = cast.actor(persona)
        assert not Job.objects.visible_to(actor).exists(), persona
        with pytest.raises(Http404):
            cancel_job(actor=actor, job=job)
    job.refresh_from_db()
    assert job.state == "queued"


def test_partners_job_is_out_of_sight_once_it_has_left_one_of_the_vendors(cast, kind):
    job = begin(cast, kind(count_up), "brightpath_sales")
    assert Job.objects.visible_to(cast.actor("brightpath_sales")).get() == job
    enrollment = cast.enrollments["brightpath_halden"]
    enrollment.status = "retired"
    enrollment.save()
    assert not Job.objects.visible_to(cast.actor("brightpath_sales")).exists()


def test_files_and_refused_rows_go_after_thirty_days_and_the_job_stays(cast, kind, settings):
    def writes(task):
        task.keep_file("result.csv", ["a,b\n", b"1,2\n"], "text/csv")
        part = task.keep_part([b"on the way"])
        with task.open_part(part) as opened:
            assert opened.read() == b"on the way"
        task.refuse(1, "x", "y")

    job = begin(cast, kind(writes))
    queue.work_off()
    folder = settings.MEDIA_ROOT / "jobs" / str(job.key)
    file = JobFile.objects.get()
    with file.content.open() as content:
        assert (content.read(), file.size) == (b"a,b\n1,2\n", 8)
    assert len(list(folder.iterdir())) == 1, "parts are removed at the end"
    assert clear_old() == 0
    assert clear_old(timezone.now() + timedelta(days=31)) == 1
    assert not list(folder.iterdir())
    assert not JobFile.objects.exists()
    assert not Refusal.objects.exists()
    job.refresh_from_db()
    assert job.files_cleared_at
    assert clear_old(timezone.now() + timedelta(days=31)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_never_have_the_same_job(kind):
    from tests.cast import make_cast  # noqa: PLC0415  (in this test's own transaction)

    cast = make_cast()
    name = kind(count_up)
    for persona in ("northwind_manager", "northwind_approver", "northwind_finance", "halden_manager"):
        for _ in range(3):
            begin(cast, name, persona)
    barrier, taken = threading.Barrier(4), []

    def claim_all():
        try:
            barrier.wait()
            while (job := queue.claim()) is not None:
                taken.append(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 12
