"""Importing customers: upload a list, say what its columns hold, see what would happen, import, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import ImportState
from accounts.models import AccountImport
from accounts.permissions import IMPORT_ACCOUNTS
from accounts.reading import CustomerRow, Layout, RefusedRow, first_rows
from accounts.services import change_columns, start_import, start_undo, upload_accounts
from accounts.services.importing import IGNORED, KEPT, why_not_undone
from jobs.models import Refusal
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation

if TYPE_CHECKING:
    from jobs.models import Job

REFUSALS_SHOWN = 16
SAMPLES = 3
FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "country": gettext_lazy("Country"),
    "domain": gettext_lazy("Website or domain"),
    "city": gettext_lazy("Town"),
    "external_id": gettext_lazy("Id in your CRM"),
    "owner_name": gettext_lazy("Direct owner"),
}
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
    """A customer list."""

    file = forms.FileField(
        label=gettext_lazy("Your list"),
        help_text=gettext_lazy("CSV or XLSX with a heading, 20 MB at most. One row for each customer."),
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
    """A page for who imports a vendor's customers."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.VENDOR})
    permission = IMPORT_ACCOUNTS

    def run(self, key: UUID) -> AccountImport:
        """Return the import.

        Raises:
            Http404: out of the actor's sight.
        """
        found = (
            AccountImport.objects.visible_to(self.actor)
            .select_related("check_job__person", "job__person", "undo_job__person", "person")
            .filter(key=key)
            .first()
        )
        if found is None:
            raise Http404
        run: AccountImport = found
        return run


class Imports(ListPage):
    """Past imports, and the form for the next one."""

    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.VENDOR})
    permission = IMPORT_ACCOUNTS
    template_name = "console/imports.html"
    results_template = "console/imports_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("started_at",)}
    default_order = "-date"

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's imports."""
        return AccountImport.objects.visible_to(self.actor).select_related("person").defer("errors", "layout")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows with their badges, and the form."""
        rows = [(run, *LOOKS[ImportState(run.state)]) for run in page.rows]
        return {"rows": rows, "form": UploadForm()}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a list, and go to its page; or show what is wrong with it."""
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                run = upload_accounts(
                    actor=self.actor, upload=form.cleaned_data["file"], encoding=form.cleaned_data["encoding"]
                )
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                return redirect(run)
        page = self._page(self._ordered(self.rows()))
        context = {"page": page, "view": self, **self.further_context(page), "form": form}
        return render(request, self.template_name, context, status=422)


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
        messages.success(request, _("The accounts are brought back as they were."))
        return redirect(run)


def context_of(run: AccountImport, columns: dict[int, str] | None = None) -> dict[str, Any]:
    """Return what an import's page shows in the state that it is in."""
    tone, icon = LOOKS[ImportState(run.state)]
    is_open = run.state in {ImportState.UPLOADED, ImportState.CHECKED}
    context: dict[str, Any] = {
        "run": run,
        "crumbs": [{"label": _("Imports"), "url": reverse("console:imports")}],
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


def live_job(run: AccountImport) -> Job | None:
    """Return the job whose progress the page shows: one that runs, or failed."""
    jobs = (run.undo_job, run.job, run.check_job if run.job is None else None)
    found = [job for job in jobs if job is not None and (job.is_open or job.error)]
    return found[0] if found else None


def figures_of(run: AccountImport) -> list[tuple[str, int]]:
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


def mapping_of(run: AccountImport, columns: dict[int, str] | None) -> dict[str, Any]:
    """Return the columns with what each is taken for, and the first rows as they would be read."""
    layout = Layout.from_json(run.layout)
    first = first_rows(layout)
    targets = {at: target for target, at in layout.columns.items()}
    ignored = set(range(len(layout.header))) - set(targets) - set(layout.further.values())
    given = columns or {at: targets.get(at, IGNORED if at in ignored else KEPT) for at in range(len(layout.header))}
    choices = [
        ColumnChoice(at, title or _("Column %(n)d") % {"n": at + 1}, _samples(first, at), given[at])
        for at, title in enumerate(layout.header)
    ]
    return {
        "columns": choices,
        "targets": [*FIELDS.items(), (KEPT, _("Keep it as it is")), (IGNORED, _("Leave it out"))],
        "first": [row for row in first if isinstance(row, CustomerRow)],
        "has_name": "name" in layout.columns,
    }


def _samples(rows: list[CustomerRow | RefusedRow], at: int) -> str:
    found = [row.cells[at].strip() for row in rows if at < len(row.cells) and row.cells[at].strip()]
    return ", ".join(list(dict.fromkeys(found))[:SAMPLES])[:90]
