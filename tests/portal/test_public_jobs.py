"""The pages of jobs: what is shown when, the card that asks for itself, cancelling, trying again, downloads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import IMPORT_ACCOUNTS
from activity.models import Event
from jobs.models import Job, JobFile
from jobs.registry import KINDS, job_kind
from jobs.services import start_job
from partners.models import Seat
from portal.public.jobs import POLL_LAST, card_of
from prm.kernel.actors import VENDOR_ROLES


@pytest.fixture(autouse=True)
def kind():
    """Register a kind for the length of a test."""
    job_kind("test.page", label="A test", figures={"made": "Made"})(lambda _work: None)
    yield
    KINDS.pop("test.page")


def job_of(cast, **fields) -> Job:
    job = start_job(actor=cast.actor("brightpath_sales"), kind="test.page", title="Counting sheep")
    if fields:
        Job.objects.filter(pk=job.pk).update(**fields)
        job.refresh_from_db()
    return job


def running(cast, **fields) -> Job:
    now = timezone.now()
    return job_of(
        cast,
        state="running",
        started_at=now,
        lease_until=now + timedelta(minutes=1),
        **{"done": 640, "total": 1000, "worked_seconds": 0.5, **fields},
    )


def test_progress_tells_count_rate_and_time_left(cast):
    card = card_of(running(cast))
    assert card.words == "640 of 1,000 rows · 1,280 rows a second · 1 s left"
    assert (card.progress.percent, card.poll, card.may_cancel, card.may_retry) == (64, 2, True, False)
    assert card_of(running(cast, total=None)).words == "640 rows · 1,280 rows a second"


def test_card_asks_for_itself_ever_less_often_until_the_end(cast, browse):
    job, client = running(cast), browse("brightpath_sales")
    page = client.get(job.get_absolute_url()).content.decode()
    card = reverse("job-card", args=[job.key])
    assert f'hx-get="{card}?after=3' in page
    assert "load delay:2s" in page
    assert "Load again" in page
    assert '<progress value="640" max="1000"' in page
    later = client.get(card, {"after": "9999"})
    assert f"load delay:{POLL_LAST}s" not in later.content.decode(), "a number that long isn't taken"
    later = client.get(card, {"after": "400"}).content.decode()
    assert f"load delay:{POLL_LAST}s" in later
    assert "HX-Trigger" not in client.get(card).headers
    Job.objects.filter(pk=job.pk).update(state="done", lease_until=None, ended_at=timezone.now())
    ended = client.get(card)
    assert ended["HX-Trigger"] == "job-ended"
    assert "hx-get" not in ended.content.decode()


def test_only_milestones_are_announced(cast, browse):
    job, client = running(cast), browse("brightpath_sales")
    card = reverse("job-card", args=[job.key])
    assert "hx-swap-oob" not in client.get(card, {"said": "running-2"}).content.decode()
    assert "hx-swap-oob" in client.get(card, {"said": "running-1"}).content.decode()


def test_job_that_nobody_takes_says_so(cast, browse):
    job = job_of(cast, due_at=timezone.now() - timedelta(minutes=2))
    assert "No worker has taken it" in browse("brightpath_sales").get(job.get_absolute_url()).content.decode()


def test_list_shows_open_ones_first_and_chips_narrow_it(cast, browse):
    ended = job_of(cast, title="Ended long ago", state="done", ended_at=timezone.now())
    waiting = job_of(cast, title="Still waiting")
    Job.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(days=1))
    client = browse("brightpath_sales")
    page = client.get(reverse("jobs")).content.decode()
    assert page.index("Still waiting") < page.index("Ended long ago")
    narrowed = client.get(reverse("jobs"), {"state": "done"}).content.decode()
    assert ended.title in narrowed
    assert "Still waiting" not in narrowed
    assert "No job in this state" in client.get(reverse("jobs"), {"state": "failed"}).content.decode()
    assert "No jobs yet" in browse("kappel_sales").get(reverse("jobs")).content.decode()


def test_cancel_and_retry_from_the_page_lead_back(cast, browse):
    client, job = browse("brightpath_sales"), job_of(cast)
    response = client.post(reverse("job-cancel", args=[job.key]), {"next": "/portal/"})
    assert response["Location"] == "/portal/"
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert client.post(reverse("job-cancel", args=[job.key])).status_code == 409
    failed = job_of(cast, state="failed", error="The list is empty.", ended_at=timezone.now())
    assert "Try again" in client.get(failed.get_absolute_url()).content.decode()
    response = client.post(reverse("job-retry", args=[failed.key]), {"next": "//evil.example/"})
    assert response["Location"] == failed.get_absolute_url()
    failed.refresh_from_db()
    assert failed.state == "queued"
    assert client.get(reverse("job-cancel", args=[job.key])).status_code == 405


def test_results_are_downloads_for_their_owner_only(cast, browse):
    job = job_of(cast, state="done", ended_at=timezone.now(), refused=1, figures={"made": 3})
    file = JobFile(job=job, name="../../<b>deals.html", size=9, media_type="text/html")
    file.content.save("x", ContentFile(b"<script>x"))
    job.refusals.create(line=7, name="row", reason="why", cells=[])
    url = reverse("job-file", args=[job.key, file.key])
    response = browse("brightpath_sales").get(url)
    assert response.getvalue() == b"<script>x"
    assert response["Content-Disposition"].startswith("attachment")
    assert "/" not in response["Content-Disposition"].partition("filename")[2]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store"
    page = browse("brightpath_sales").get(job.get_absolute_url()).content.decode()
    assert "1 row was not taken" in page
    assert "Made" in page
    other = job_of(cast)
    assert browse("brightpath_sales").get(reverse("job-file", args=[other.key, file.key])).status_code == 404
    before = Event.objects.count()
    for persona in ("brightpath_administrator", "kappel_sales", "northwind_manager", "operator"):
        client = browse(persona)
        assert client.get(url).status_code == 404, persona
        assert client.get(job.get_absolute_url()).status_code == 404, persona
        assert client.get(reverse("job-refused", args=[job.key])).status_code == 404, persona
        assert client.post(reverse("job-cancel", args=[other.key])).status_code == 404, persona
    other.refresh_from_db()
    assert (other.state, Event.objects.count()) == ("queued", before)


def test_refused_rows_are_for_whoever_may_still_see_as_much(cast, browse):
    Seat.objects.filter(pk=cast.seats["brightpath_sales"].pk).update(reach="all")
    job = job_of(cast, state="done", ended_at=timezone.now(), refused=1)
    job.refusals.create(line=7, name="A row of somebody else", reason="why", cells=[])
    client, url = browse("brightpath_sales"), reverse("job-refused", args=[job.key])
    assert b"A row of somebody else" in client.get(url).getvalue()
    assert "A row of somebody else" in client.get(job.get_absolute_url()).content.decode()
    Seat.objects.filter(pk=cast.seats["brightpath_sales"].pk).update(reach="own")
    assert client.get(url).status_code == 404
    assert "A row of somebody else" not in client.get(job.get_absolute_url()).content.decode()


def test_results_of_a_kind_with_a_right_are_for_whoever_holds_the_right_in_whatever_role(cast, browse):
    job_kind("test.right", label="A test", permission=IMPORT_ACCOUNTS)(lambda _work: None)
    try:
        job = start_job(actor=cast.actor("northwind_manager"), kind="test.right", title="Counting goats")
        Job.objects.filter(pk=job.pk).update(state="done", ended_at=timezone.now(), refused=1)
        client, url = browse("northwind_manager"), reverse("job-refused", args=[job.key])
        seat = Seat.objects.filter(pk=cast.seats["northwind_manager"].pk)
        assert client.get(url).status_code == 200
        lesser = next(role for role in VENDOR_ROLES if role not in IMPORT_ACCOUNTS.roles)
        seat.update(role=lesser)
        assert client.get(url).status_code == 404
        assert client.get(job.get_absolute_url()).status_code == 200
    finally:
        KINDS.pop("test.right")
