"""Long work: the list, a job's own page, its card that refreshes itself, cancelling, trying again, downloads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from jobs import services
from jobs.enums import ENDED, JobState
from jobs.exports import start_export
from jobs.models import Job, Refusal
from jobs.reports import Progress, figures_of, files_of, is_stuck, look_of, progress_of, state_words
from jobs.rights import covers
from portal.formats import number_text, span_text
from portal.public.files import inert, safe_name, stored_pieces
from prm.kernel.pages import ActorView, ListPage, Page
from prm.kernel.spreadsheets import MARK, csv_line

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from prm.kernel.actors import Actor

REFUSALS_SHOWN = 20
POLL_FIRST, POLL_LAST = 2, 15
WORTH_A_RATE = 2.0
"""Of a job that ended, the rate is told from this many seconds on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCard:
    """A job as shown. `poll` is after how many seconds the card asks again; 0: never."""

    job: Job
    label: str
    icon: str
    tone: str
    icon_of_state: str
    state: str
    words: str
    progress: Progress
    poll: int
    stuck: bool
    may_cancel: bool
    may_retry: bool

    @property
    def next_poll(self) -> int:
        """After how many seconds to ask the time after."""
        return min(self.poll + 1, POLL_LAST)

    @property
    def milestone(self) -> str:
        """What was announced last: the state, and each quarter of the way."""
        quarter = (self.progress.percent or 0) // 25
        return f"{self.job.state}-{quarter}"


def card_of(job: Job, poll: int = POLL_FIRST) -> JobCard:
    """Return a job as shown. No query."""
    progress, (tone, state_icon) = progress_of(job), look_of(job)
    kind = job.definition
    return JobCard(
        job=job,
        label=str(kind.label) if kind else job.kind,
        icon=kind.icon if kind else "clock",
        tone=tone,
        icon_of_state=state_icon,
        state=str(state_words(job)),
        words=words_of(job, progress),
        progress=progress,
        poll=poll if job.is_open else 0,
        stuck=is_stuck(job),
        may_cancel=job.is_open and job.cancel_asked_at is None,
        may_retry=services.is_failed(job),
    )


def words_of(job: Job, progress: Progress) -> str:
    """Return a job's progress in words: “640 of 1,000 rows · 1,240 rows a second · 2 min left”."""
    kind = job.definition
    unit = str(kind.unit) if kind else ""
    parts = []
    if progress.total and job.is_open:
        values = {"done": number_text(progress.done), "total": number_text(progress.total), "unit": unit}
        parts.append(_("%(done)s of %(total)s %(unit)s") % values)
    elif progress.done:
        parts.append(f"{number_text(progress.done)} {unit}".strip())
    if progress.rate and (job.is_open or job.worked_seconds >= WORTH_A_RATE):
        rate = number_text(round(progress.rate) if progress.rate >= 10 else round(progress.rate, 1))
        parts.append(_("%(rate)s %(unit)s a second") % {"rate": rate, "unit": unit})
    if progress.left is not None and job.is_running:
        parts.append(_("%(span)s left") % {"span": _short_span(progress.left)})
    return " · ".join(parts)


def _short_span(seconds: float) -> str:
    return _("%(n)d s") % {"n": seconds} if seconds < 60 else span_text(seconds)


class Jobs(ListPage):
    """The seat's jobs: those that run or wait first, then by when they were asked for."""

    template_name = "public/jobs.html"
    results_template = "public/jobs_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("created_at",)}
    default_order = "-date"

    def rows(self) -> QuerySet[Any]:
        """Return the jobs in the actor's sight."""
        found = Job.objects.visible_to(self.actor).select_related("person")
        wanted = self.request.GET.get("state", "")
        if wanted == "open":
            return found.open()
        return found.filter(state=wanted) if wanted in ENDED else found

    def _ordered(self, found: QuerySet[Any]) -> QuerySet[Any]:
        return found.order_by(F("ended_at").desc(nulls_first=True), "-created_at", "-pk")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the cards, and the views that are a click away."""
        wanted = self.request.GET.get("state", "")
        views = [("", _("All")), ("open", _("Running")), *((state, JobState(state).label) for state in ENDED)]
        base = reverse("jobs")
        chips = [
            {"label": label, "url": f"{base}?state={name}" if name else base, "current": wanted == name}
            for name, label in views
        ]
        return {"cards": [card_of(job) for job in page.rows], "chips": chips, "narrowed": bool(wanted)}


class JobView(ActorView):
    """A page about one job."""

    def job(self, key: UUID) -> Job:
        """Return the job.

        Raises:
            Http404: out of the actor's sight.
        """
        found = Job.objects.visible_to(self.actor).select_related("person").filter(key=key).first()
        if found is None:
            raise Http404
        job: Job = found
        return job

    def job_with_results(self, key: UUID) -> Job:
        """Return the job, to hand out what came out of it.

        Raises:
            Http404: out of the actor's sight, or made with rights that the actor doesn't have (any more).
        """
        job = self.job(key)
        if not covers(self.actor, job):
            raise Http404
        return job


class JobDetail(JobView):
    """A job: progress, figures, results, refused rows."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show the page, or for htmx what changes on it."""
        job = self.job(key)
        crumbs = [{"label": _("Jobs"), "url": reverse("jobs")}]
        context = {"card": card_of(job), "crumbs": crumbs, **details_of(job, self.actor)}
        partial = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
        return render(request, "public/job_body.html" if partial else "public/job.html", context)


def details_of(job: Job, actor: Actor) -> dict[str, Any]:
    """Return what came out of a job. At most two queries, and one more where rows were refused.

    Files and refused rows are `withheld` from whoever's rights are less than those that they were made with.
    """
    kind, withheld = job.definition, not covers(actor, job)
    hidden = withheld or job.files_cleared_at is not None
    refusals = Refusal.objects.none()
    if job.refused and not hidden:
        refusals = job.refusals.order_by("line", "pk")[:REFUSALS_SHOWN]
    return {
        "job": job,
        "figures": figures_of(job),
        "withheld": withheld and (job.state == JobState.DONE or job.refused > 0),
        "files": [] if hidden else files_of(job),
        "refusals": list(refusals),
        "kept": str(kind.kept) if kind and job.state == JobState.CANCELLED and job.done else "",
        "link": kind.link(job) if kind and kind.link else None,
    }


class JobPoll(JobView):
    """A job's card alone, as pages embed it: it asks again, ever less often, until the job has ended."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Return the card."""
        asked = request.GET.get("after", "")
        poll = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else POLL_FIRST
        card = card_of(self.job(key), min(max(poll, POLL_FIRST), POLL_LAST))
        changed = request.GET.get("said", "") != card.milestone
        said = f"{card.job.title}: {card.state} {card.words}" if changed else ""
        response = render(request, "components/job_card.html", {"card": card, "said": said})
        if not card.job.is_open:
            response["HX-Trigger"] = "job-ended"
        return response


class ExportStart(ActorView):
    """Starts the export of a list as a job; the page that offers it comes from the list itself."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start it, and go to its page."""
        job = start_export(
            actor=self.actor,
            request=request,
            path=request.POST.get("path", ""),
            query=request.POST.get("query", ""),
            wanted=request.POST.get("format", ""),
        )
        return HttpResponseRedirect(job.get_absolute_url())


class JobCancel(JobView):
    """Cancels a job."""

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Cancel it."""
        job = services.cancel_job(actor=self.actor, job=self.job(key))
        words = _("It is cancelled.") if not job.is_open else _("It stops in a moment, at its next checkpoint.")
        messages.success(request, words)
        return HttpResponseRedirect(_back(request, job))


class JobRetry(JobView):
    """Tries a failed job again."""

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Put it into the queue."""
        job = services.retry_job(actor=self.actor, job=self.job(key))
        messages.success(request, _("It is in the queue again."))
        return HttpResponseRedirect(_back(request, job))


def _back(request: HttpRequest, job: Job) -> str:
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else job.get_absolute_url()


class JobDownload(JobView):
    """A result, always as a download: whatever it holds, it never runs as a page of this site."""

    def get(self, request: HttpRequest, key: UUID, file: UUID) -> HttpResponseBase:
        """Stream it."""
        found = self.job_with_results(key).files.filter(key=file).first()
        if found is None:
            raise Http404
        try:
            stored = found.content.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = StreamingHttpResponse(stored_pieces(stored, stored.size))
        response["Content-Length"] = str(stored.size)
        return inert(response, found.name, found.media_type)


class JobRefusals(JobView):
    """The refused rows as CSV, as they came, with the reason: to be corrected and sent again."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """Stream them."""
        job = self.job_with_results(key)
        if not job.refused or job.files_cleared_at:
            raise Http404
        response = StreamingHttpResponse(refusal_lines(job), content_type="text/csv; charset=utf-8")
        return inert(response, safe_name(f"refused-{job.created_at:%Y-%m-%d}-{job.pk}.csv"), "text/csv; charset=utf-8")


def refusal_lines(job: Job) -> Iterator[str]:
    """Yield the CSV's lines: the row's own columns where the job kept them, then line and reason."""
    header = [str(cell) for cell in job.arguments.get("header", [])]
    yield MARK + csv_line([*(header or [_("row")]), _("reason"), _("line")])
    for row in job.refusals.order_by("line", "pk").iterator(chunk_size=2000):
        cells = (row.cells + [""] * len(header))[: len(header)] if header else [row.name]
        yield csv_line([*cells, row.reason, row.line])
