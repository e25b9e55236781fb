"""Moving in from another system: one page with its steps, and what its buttons do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.enums import Outcome
from partners.models import Invitation
from partners.permissions import IMPORT_PARTNERS
from portal.console.imports import UploadForm
from portal.cutover.services import REHEARSE, RUN, UNDO, begin_cutover, end_cutover, start_step, take_list
from portal.cutover.steps import LATER, STEPS, Place, Step, places_of
from portal.models import Cutover
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, show_violation
from prm.kernel.spreadsheets import FORMATS, csv_pieces

CRUMBS = [{"label": gettext_lazy("Cut-over"), "url": reverse_lazy("console:cutover")}]
HEADING = (
    gettext_lazy("Step"),
    gettext_lazy("Line"),
    gettext_lazy("Row"),
    gettext_lazy("Outcome"),
    gettext_lazy("Reason"),
)


class CutoverBase(ActorView):
    """What the pages share: the vendor's latest cut-over."""

    kinds = frozenset({Kind.VENDOR})
    permission = IMPORT_PARTNERS

    def latest(self) -> Cutover | None:
        """Return the vendor's latest cut-over, which may have ended."""
        found: Cutover | None = (
            Cutover.objects.visible_to(self.actor).select_related("job__person", "started_by").order_by("-pk").first()
        )
        return found

    def open_one(self) -> Cutover:
        """Return the one that is open.

        Raises:
            Http404: none is.
        """
        found = self.latest()
        if found is None or found.ended_at is not None:
            raise Http404
        return found


class CutoverPage(CutoverBase):
    """The steps with their lists, what the rehearsal found, how far the run is."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        cutover = self.latest()
        places = places_of(cutover) if cutover else [Place(step, None) for step in STEPS]
        held = Invitation.objects.visible_to(self.actor).filter(issuer_id=self.actor.vendor_id).held()
        context = {
            "cutover": cutover,
            "is_open": cutover is not None and cutover.ended_at is None,
            "is_busy": bool(cutover and cutover.job and cutover.job.is_open),
            "rows": [(place, (cutover.rehearsal if cutover else {}).get(place.step.kind)) for place in places],
            "can_run": any(place.is_ready for place in places),
            "can_undo": any(place.is_done for place in places),
            "later": LATER,
            "held": held.count() if cutover else 0,
        }
        return render(request, "console/cutover.html", context)


class StepList(CutoverBase):
    """Takes the list of a step."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show what the list holds, and the form."""
        return self._page(request, self._step(kind), UploadForm())

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Take it, and go to its page, where columns and preview are; or show what is wrong with it."""
        step, form = self._step(kind), UploadForm(request.POST, request.FILES)
        if form.is_valid():
            upload, encoding = form.cleaned_data["file"], form.cleaned_data["encoding"]
            try:
                run = take_list(
                    actor=self.actor, cutover=self.open_one(), kind=step.kind, upload=upload, encoding=encoding
                )
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                return redirect(run)
        return self._page(request, step, form, status=422)

    def _step(self, kind: str) -> Step:
        found = next((step for step in STEPS if step.kind == kind), None)
        self.open_one()
        if found is None:
            raise Http404
        return found

    def _page(self, request: HttpRequest, step: Step, form: UploadForm, status: int = 200) -> HttpResponse:
        context = {"kind": step.definition, "form": form, "crumbs": CRUMBS}
        return render(request, "console/import_new.html", context, status=status)


class Button(CutoverBase):
    """One of the page's buttons."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, and go back to the page, which says what came of it."""
        try:
            self.act()
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect("console:cutover")

    def act(self) -> Any:
        """Do what the button says."""
        raise NotImplementedError


class Begin(Button):
    """Begins a cut-over."""

    def act(self) -> Any:
        """Begin."""
        begin_cutover(actor=self.actor)


class Rehearse(Button):
    """Starts the rehearsal."""

    def act(self) -> Any:
        """Start it."""
        start_step(actor=self.actor, cutover=self.open_one(), kind=REHEARSE)


class Run(Button):
    """Starts the run."""

    def act(self) -> Any:
        """Start it."""
        start_step(actor=self.actor, cutover=self.open_one(), kind=RUN)


class Undo(Button):
    """Starts the undoing."""

    def act(self) -> Any:
        """Start it."""
        start_step(actor=self.actor, cutover=self.open_one(), kind=UNDO)


class End(Button):
    """Ends the cut-over."""

    def act(self) -> Any:
        """End it."""
        end_cutover(actor=self.actor, cutover=self.open_one())


class Report(CutoverBase):
    """What became of each row."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send it as CSV."""
        cutover = self.latest()
        if cutover is None:
            raise Http404
        response = HttpResponse(
            csv_pieces([str(each) for each in HEADING], report_rows(cutover)), content_type=FORMATS["csv"]
        )
        response["Content-Disposition"] = 'attachment; filename="cut-over.csv"'
        return response


def report_rows(cutover: Cutover) -> Iterator[tuple[Any, ...]]:
    """Yield a line for each row of each list: step, line, row, outcome, reason; what wasn't imported says so."""
    for place in places_of(cutover):
        if place.run is None:
            continue
        label = str(place.step.definition.label)
        for row in place.run.staged.order_by("line").iterator(chunk_size=2000):
            outcome = str(Outcome(row.effect).label) if place.is_done else _("Not imported")
            yield label, row.line, row.name, outcome, row.reason
