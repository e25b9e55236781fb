"""Importing lists: choose what it holds, upload it, say what its columns hold, see what would happen, import, undo."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.enums import ImportState
from imports.kinds import ImportKind
from imports.models import Import as ImportRun
from imports.reading import Layout, ReadRow, first_rows, missing_targets
from imports.registry import kind_named, kinds_for
from imports.services import (
    IGNORED,
    KEPT,
    change_columns,
    start_import,
    start_undo,
    upload_list,
    why_not_undone,
)
from jobs.models import Refusal
from prm.kernel.actors import Kind
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation
from prm.kernel.spreadsheets import FORMATS, csv_pieces

if TYPE_CHECKING:
    from jobs.models import Job

REFUSALS_SHOWN = 16
CRUMBS = [{"label": gettext_lazy("Imports"), "url": reverse_lazy("console:imports")}]
SAMPLES = 3
MOST_SHOWN = 6
LOOKS = {
    ImportState.UPLOADED: ("", "filter"),
    ImportState.CHECKED: ("info", "eye"),
    ImportState.RUNNING: ("info", "clock"),
    ImportState.DONE: ("good", "ok"),
    ImportState.FAILED: ("bad", "warn"),
    ImportState.CANCELLED: ("", "x"),
    ImportState.UNDONE: ("", "undo"),
}


class UploadForm(forms.Form):
    """A list."""

    file = forms.FileField(
        label=gettext_lazy("Your list"),
        help_text=gettext_lazy("CSV or XLSX with a heading, 20 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        allow_empty_file=True,
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a text file"),
        required=False,
        choices=[
            ("", gettext_lazy("Find it out (UTF-8, UTF-16)")),
            ("cp1252", gettext_lazy("Windows, western (cp1252)")),
            ("cp1250", gettext_lazy("Windows, central European (cp1250)")),
            ("iso8859-15", gettext_lazy("ISO 8859-15")),
            ("mac-roman", gettext_lazy("Mac Roman")),
        ],
    )


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the list: its heading, a few values, and what it is taken for."""

    at: int
    title: str
    samples: str
    chosen: str


class ImportPage(ActorView):
    """A page for who imports lists for a vendor: of some kind, or of the one that the page is about."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.VENDOR})

    def refuse_others(self) -> None:
        """Refuse also who may import no kind of list.

        Raises:
            Forbidden: so it is.
        """
        super().refuse_others()
        if not kinds_for(self.actor):
            raise Forbidden("not_allowed", _("Your role doesn't import lists."))

    def import_kind(self, name: str) -> ImportKind:
        """Return a kind of list.

        Raises:
            Http404: there is none. Forbidden: the role doesn't import it.
        """
        kind = kind_named(name)
        if not self.actor.may(kind.permission):
            raise Forbidden("not_allowed", _("Your role doesn't import this."))
        return kind

    def run(self, key: UUID) -> ImportRun:
        """Return the import.

        Raises:
            Http404: out of the actor's sight. Forbidden: the role doesn't import lists of its kind.
        """
        found = (
            ImportRun.objects.visible_to(self.actor)
            .select_related("check_job__person", "job__person", "undo_job__person", "person")
            .filter(key=key)
            .first()
        )
        if found is None:
            raise Http404
        run: ImportRun = found
        self.import_kind(run.kind)
        return run


class Imports(ImportPage, ListPage):
    """Past imports, and the kinds of list that can be imported next."""

    template_name = "console/imports.html"
    results_template = "console/imports_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("started_at",)}
    default_order = "-date"

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's imports of kinds that the actor may import."""
        names = [kind.name for kind in kinds_for(self.actor)]
        found = ImportRun.objects.visible_to(self.actor).filter(kind__in=names)
        return found.select_related("person").defer("errors", "layout")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows with their badges, and the kinds."""
        rows = [(run, *LOOKS[ImportState(run.state)]) for run in page.rows]
        return {"rows": rows, "kinds": kinds_for(self.actor)}


class ImportNew(ImportPage):
    """Takes a list of one kind."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Show what such a list holds, and the form."""
        return self._page(request, self.import_kind(kind), UploadForm())

    def post(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Take a list, and go to its page; or show what is wrong with it."""
        wanted = self.import_kind(kind)
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            upload, encoding = form.cleaned_data["file"], form.cleaned_data["encoding"]
            try:
                run = upload_list(actor=self.actor, kind=wanted, upload=upload, encoding=encoding)
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                return redirect(run)
        return self._page(request, wanted, form, status=422)

    def _page(self, request: HttpRequest, kind: ImportKind, form: UploadForm, status: int = 200) -> HttpResponse:
        context = {"kind": kind, "form": form, "crumbs": CRUMBS}
        return render(request, "console/import_new.html", context, status=status)


class ImportTemplate(ImportPage):
    """A list with the headings of a kind and a few rows, to be filled in."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Send it as CSV."""
        wanted = self.import_kind(kind)
        lines = zip_longest(*(target.example for target in wanted.targets), fillvalue="")
        pieces = csv_pieces([target.name for target in wanted.targets], lines)
        response = HttpResponse(pieces, content_type=FORMATS["csv"])
        response["Content-Disposition"] = f'attachment; filename="{wanted.name}.csv"'
        return response


class Import(ImportPage):
    """One import: columns and what would happen, or how far it is, or what it did."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show the page, or for htmx what changes on it."""
        run = self.run(key)
        partial = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
        template = "console/import_body.html" if partial else "console/import.html"
        return render(request, template, context_of(run))


class ImportColumns(ImportPage):
    """Says what each column holds."""

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Check the list again with these columns."""
        run = self.run(key)
        width = len(run.layout.get("header", []))
        columns = {at: request.POST.get(f"column_{at}", KEPT) for at in range(width)}
        try:
            change_columns(actor=self.actor, run=run, columns=columns)
        except RuleViolation as violation:
            if violation.status != 422:
                raise
            context = {**context_of(run, columns), "problem": violation.message}
            return render(request, "console/import.html", context, status=422)
        return redirect(run)


class ImportStart(ImportPage):
    """Starts an import."""

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Start it."""
        return redirect(start_import(actor=self.actor, run=self.run(key)))


class ImportUndo(ImportPage):
    """Undoes an import."""

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Start undoing it."""
        run = start_undo(actor=self.actor, run=self.run(key))
        messages.success(request, _("What the import changed is brought back as it was."))
        return redirect(run)


def context_of(run: ImportRun, columns: dict[int, str] | None = None) -> dict[str, Any]:
    """Return what an import's page shows in the state that it is in."""
    tone, icon = LOOKS[ImportState(run.state)]
    is_open = run.state in {ImportState.UPLOADED, ImportState.CHECKED}
    context: dict[str, Any] = {
        "run": run,
        "crumbs": CRUMBS,
        "kind": run.definition,
        "tone": tone,
        "state_icon": icon,
        "is_open": is_open,
        "is_checked": run.state == ImportState.CHECKED,
        "live_job": live_job(run),
        "figures": figures_of(run),
    }
    if is_open:
        context |= mapping_of(run, columns)
        context["refusals"] = refusals_of(run.check_job)
        context["refusing_job"] = run.check_job
        return context
    context["refusals"] = refusals_of(run.undo_job if run.state == ImportState.UNDONE else run.job)
    context["refusing_job"] = run.undo_job if run.state == ImportState.UNDONE else run.job
    if run.state != ImportState.RUNNING:
        context["not_undone"] = why_not_undone(run)
    return context


def live_job(run: ImportRun) -> Job | None:
    """Return the job whose progress the page shows: one that runs, or failed."""
    jobs = (run.undo_job, run.job, run.check_job if run.job is None else None)
    found = [job for job in jobs if job is not None and (job.is_open or job.error)]
    return found[0] if found else None


def figures_of(run: ImportRun) -> list[tuple[str, int]]:
    """Return what the import did, or, before it starts, what it would do."""
    if run.state == ImportState.UPLOADED:
        return []
    if run.state == ImportState.CHECKED:
        words = {"new": _("New"), "changed": _("Would change"), "unchanged": _("Unchanged"), "refused": _("Refused")}
        return [(label, run.expected.get(name, 0)) for name, label in words.items()]
    return [
        (_("New"), run.created),
        (_("Changed"), run.updated),
        (_("Unchanged"), run.unchanged),
        (_("Refused"), run.refused),
    ]


def refusals_of(job: Job | None) -> list[Refusal]:
    """Return the first rows that a job refused."""
    if job is None or not job.refused:
        return []
    return list(job.refusals.order_by("line", "pk")[:REFUSALS_SHOWN])


def mapping_of(run: ImportRun, columns: dict[int, str] | None) -> dict[str, Any]:
    """Return the columns with what each is taken for, and the first rows as they would be read."""
    layout, kind = Layout.from_json(run.layout), run.definition
    first = first_rows(kind, layout)
    targets = {at: target for target, at in layout.columns.items()}
    rest = KEPT if kind.keeps_further else IGNORED
    ignored = set(range(len(layout.header))) - set(targets) - set(layout.further.values())
    given = columns or {at: targets.get(at, IGNORED if at in ignored else rest) for at in range(len(layout.header))}
    choices = [
        ColumnChoice(at, title or _("Column %(n)d") % {"n": at + 1}, _samples(first, at), given[at])
        for at, title in enumerate(layout.header)
    ]
    keep = [(KEPT, _("Keep it as it is"))] if kind.keeps_further else []
    shown = [target for target in kind.targets if target.name in layout.columns][:MOST_SHOWN]
    return {
        "columns": choices,
        "targets": [*((each.name, each.label) for each in kind.targets), *keep, (IGNORED, _("Leave it out"))],
        "shown": shown,
        "first": [(row, [(each, row.data.get(each.name, "")) for each in shown]) for row in first],
        "missing": ", ".join(missing_targets(kind, layout.columns)),
    }


def _samples(rows: list[ReadRow], at: int) -> str:
    found = [row.cells[at].strip() for row in rows if at < len(row.cells) and row.cells[at].strip()]
    return ", ".join(list(dict.fromkeys(found))[:SAMPLES])[:90]
