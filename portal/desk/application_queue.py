"""The queue of applications: what to decide, by clock, with the chosen application beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_filters import CharFilter, FilterSet, NumberFilter

from onboarding.enums import ApplicationState
from onboarding.models import Application
from onboarding.models.applications import DECIDED
from onboarding.permissions import DECIDE_APPLICATIONS, VIEW_RECRUITING
from onboarding.rules import Advice, Suggestion
from portal.desk.application_dossier import (
    ApplicationDossier,
    applications_of,
    dossier_of,
    fit_tone,
    load_application,
    ring_of,
    suggestion_of_all,
)
from portal.desk.application_panes import pane_context
from portal.desk.dossier import Ring
from portal.desk.lists import at
from portal.statuses import APPLICATION_LOOK
from portal.viewing import ViewedList
from prm.kernel.actors import Kind
from prm.kernel.pages import MOST_PAGES, PAGE_SIZE, Page

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

WORDS = {
    Advice.APPROVE: _("Approve"),
    Advice.DECLINE: _("Decline"),
    Advice.ASK: _("Ask"),
    Advice.WAITLIST: _("Waiting list"),
    Advice.READ: _("Read"),
    Advice.WAIT: _("Wait"),
}
VIEWS: dict[str, tuple[Any, Q]] = {
    "open": (_("To decide"), Q(state=ApplicationState.SUBMITTED)),
    "waiting": (_("Waiting for applicant"), Q(state=ApplicationState.ASKED)),
    "waitlisted": (_("Waiting list"), Q(state=ApplicationState.WAITLISTED)),
    "decided": (_("Decided"), Q(state__in=DECIDED)),
    "all": (_("All"), Q()),
}


class ApplicationFilter(FilterSet):
    """A saved view, words, and a program."""

    view = CharFilter(method="of_view", label=_("View"), widget=forms.HiddenInput)
    q = CharFilter(method="search", label=_("Company, address or reference"))
    program = NumberFilter(field_name="program_id", label=_("Program"), widget=forms.HiddenInput)

    class Meta:
        model = Application
        fields: tuple[str, ...] = ()

    def of_view(self, found: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Keep what a view shows."""
        return found.filter(VIEWS[value][1]) if value in VIEWS else found

    def search(self, found: QuerySet[Application], name: str, value: str) -> QuerySet[Application]:
        """Find by name, reference, domain or address."""
        text = value.strip()[:100]
        return found.filter(
            Q(name__icontains=text)
            | Q(reference__istartswith=text)
            | Q(domain__icontains=text)
            | Q(email__icontains=text)
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the queue."""

    application: Application
    url: str
    ring: Ring
    look: tuple[str, str]
    fit_tone: str
    word: Any


def rows_of(applications: list[Application], suggestions: list[Suggestion | None], base: str) -> list[Row]:
    """Return applications as rows, with the suggestion in a word; `base` is the list's address up to the reference."""
    return [
        Row(
            each,
            base + each.reference,
            ring_of(each),
            APPLICATION_LOOK[ApplicationState(each.state)],
            fit_tone(each.score),
            WORDS[suggestion.advice] if suggestion else "",
        )
        for each, suggestion in zip(applications, suggestions, strict=True)
    ]


def counts_for(actor: Actor) -> dict[str, int]:
    """Count every view in one query."""
    filters = {key: Count("pk", filter=condition or None) for key, (_label, condition) in VIEWS.items()}
    return applications_of(actor).aggregate(**filters)


class ApplicationQueue(ViewedList):
    """List and detail; for htmx the detail alone."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_RECRUITING
    template_name = "desk/applications/queue.html"
    results_template = template_name
    viewed_as = "desk:application-queue"
    filterset_class = ApplicationFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        "due": ("due_at",),
        "fit": ("score",),
        "submitted": ("submitted_at",),
        "decided": ("decided_at",),
    }
    export_name = "applications"
    columns = (
        (_("Reference"), lambda each: each.reference),
        (_("Company"), lambda each: each.name),
        (_("Program"), lambda each: each.program.name),
        (_("Country"), lambda each: str(each.country)),
        (_("Kind of partner"), lambda each: str(each.get_type_display())),
        (_("Domain"), lambda each: each.domain),
        (_("Contact"), lambda each: each.contact_name),
        (_("E-mail"), lambda each: each.email),
        (_("Fit"), lambda each: each.score),
        (_("State"), lambda each: str(each.get_state_display())),
        (_("Submitted"), lambda each: at(each.submitted_at)),
        (_("Decision due"), lambda each: at(each.due_at)),
        (_("Decided"), lambda each: at(each.decided_at)),
        (_("Reason"), lambda each: str(each.get_decline_reason_display())),
    )

    @property
    def default_order(self) -> str:  # type: ignore[override]
        """What has to be decided by its clock; what was decided, the newest first."""
        return "-decided" if self.key == "decided" else "-submitted" if self.key == "all" else "due"

    @property
    def key(self) -> str:
        """The view that is asked for."""
        key = self.request.GET.get("view", "open")
        return key if key in VIEWS else "open"

    def rows(self) -> QuerySet[Application]:
        """Return the vendor's applications; those to decide where no view is asked for."""
        found = applications_of(self.actor)
        return found if "view" in self.request.GET else found.filter(VIEWS["open"][1])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the queue with `?application=`, else its first row, opened."""
        htmx: Any = request.htmx  # type: ignore[attr-defined]
        if self._asked and htmx and htmx.target == "detail" and not htmx.history_restore_request:
            dossier = load_application(self.actor, self._asked)
            return self._answer(render(request, "desk/applications/pane.html", self._pane(dossier)))
        return self._answer(super().get(request, *args, **kwargs))

    @property
    def _asked(self) -> str:
        return self.request.GET.get("application", "")

    def _page(self, found: QuerySet[Any]) -> Page:
        """Return the page that is asked for. The views' counts say how many there are: the list needs none."""
        asked = self.request.GET.get("page", "1")
        number = min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdigit() else 1
        start = (number - 1) * PAGE_SIZE
        rows = list(self._ordered(found)[start : start + PAGE_SIZE + 1])
        return Page(rows[:PAGE_SIZE], number, len(rows) > PAGE_SIZE and number < MOST_PAGES, start + len(rows))

    def _answer(self, response: Any) -> HttpResponse:
        response["Vary"] = "HX-Request, HX-Target, Cookie"
        answer: HttpResponse = response
        return answer

    def _url(self, **changes: Any) -> str:
        state = {name: self.request.GET.get(name, "") for name in ("view", "q", "program", "order", "page")} | changes
        kept = {name: value for name, value in state.items() if value and (name, value) != ("view", "open")}
        return reverse("desk:application-queue") + ("?" + urlencode(kept) if kept else "")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows, the views with their counts, and the opened application."""
        plain = self._url()
        base = f"{plain}{'&' if '?' in plain else '?'}application="
        opened = self._asked or (page.rows[0].reference if page.rows else "")
        suggestions = suggestion_of_all(self.actor, page.rows)
        counts = counts_for(self.actor)
        to_decide = counts["open"]
        return {
            "rows": rows_of(page.rows, suggestions, base),
            "opened": opened,
            "shows": "detail" if self._asked else "list",
            "to_decide": to_decide,
            "heading": ngettext("%(count)d to decide", "%(count)d to decide", to_decide) % {"count": to_decide},
            "chips": [
                {"label": label, "url": self._url(view=key, page=""), "current": key == self.key, "count": counts[key]}
                for key, (label, _condition) in VIEWS.items()
            ],
            "saved": self.saved(),
            "key": self.key,
            "search": self.request.GET.get("q", ""),
            "program": self.request.GET.get("program", ""),
            "may_decide": self.actor.may(DECIDE_APPLICATIONS),
            "export_url": self._url(export="csv", page=""),
            "next_url": self._url(page=page.next_page_number) if page.has_next else "",
            "previous_url": self._url(page=page.previous_page_number) if page.has_previous else "",
            "bulk_actions": [
                {"value": "waitlist", "label": _("Waiting list"), "icon": "pause"},
                {"value": "decline", "label": _("Decline"), "icon": "no"},
            ],
            **(self._pane(self._opened(opened, page, suggestions)) if opened else {}),
        }

    def _opened(self, reference: str, page: Page, suggestions: list[Suggestion | None]) -> ApplicationDossier:
        """Return the dossier of the application opened, which is on the page as a rule."""
        for application, suggestion in zip(page.rows, suggestions, strict=True):
            if application.reference == reference:
                return dossier_of(self.actor, application, suggestion)
        return load_application(self.actor, reference)

    def _pane(self, dossier: ApplicationDossier) -> dict[str, Any]:
        return pane_context(self.actor, dossier, self.request, queue=self.key) | {"back_url": self._url(), "level": 3}


def following(actor: Actor, key: str, application: Application) -> str:
    """Return the reference of the row after this one in a view, or of the one before, or "". One query."""
    if key not in VIEWS:
        return ""
    rows = applications_of(actor).filter(VIEWS[key][1]).order_by("due_at", "pk")
    references = list(rows.values_list("reference", flat=True)[:500])
    if application.reference not in references:
        return references[0] if references else ""
    place = references.index(application.reference)
    rest = references[place + 1 : place + 2] or references[max(place - 1, 0) : place]
    return rest[0] if rest else ""


def queue_url(key: str, reference: str = "") -> str:
    """Return the address of a view with an application opened."""
    state = {name: value for name, value in (("view", key), ("application", reference)) if value and value != "open"}
    return reverse("desk:application-queue") + ("?" + urlencode(state) if state else "")


def queue_key(request: HttpRequest) -> str:
    """Return the view from which a form was opened, or "" where it was an application's own page."""
    sent = request.POST if request.method == "POST" else request.GET
    key = sent.get("queue", "")
    return key if key in VIEWS else ""
