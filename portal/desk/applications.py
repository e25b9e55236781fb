"""An application's own page at the desk, notes on it, and decisions over several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from activity.models import Event
from onboarding.permissions import DECIDE_APPLICATIONS
from onboarding.services.applications import note_on_application
from portal.desk.application_decisions import ApplicationView, Decision, Decline, Waitlist
from portal.desk.application_dossier import ApplicationDossier, applications_of, load_application
from portal.desk.application_panes import NoteForm, pane_context
from portal.desk.application_queue import queue_key, queue_url
from prm.kernel import errors
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView, show_violation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onboarding.models import Application
    from prm.kernel.actors import Actor

MOST_EVENTS = 100
MOST_AT_ONCE = 50


def timeline_of(dossier: ApplicationDossier, actor: Actor) -> list[dict[str, Any]]:
    """Return what happened to an application, newest first; the vendor alone sees it. One query."""
    found = Event.objects.visible_to(actor).about(dossier.application).select_related("person")
    events = found.only("kind", "data", "occurred_at", "person__name", "person__email")[:MOST_EVENTS]
    return [
        {
            "icon": event.definition.icon,
            "tone": event.definition.tone,
            "who": str(event.person) if event.person else "",
            "text": event.sentence,
            "at": event.occurred_at,
            "id": f"event-{event.pk}",
        }
        for event in events
    ]


class ApplicationDetail(ApplicationView):
    """Everything about one application, decided or not, with its timeline."""

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show it."""
        return self.page(load_application(self.actor, reference))

    def page(self, dossier: ApplicationDossier, status: int = 200, **changes: Any) -> HttpResponse:
        """Render the page; `changes` replace its variables, such as a form with errors."""
        context = pane_context(self.actor, dossier, self.request, queue_key(self.request))
        context |= {
            "level": 2,
            "entries": timeline_of(dossier, self.actor),
            "crumbs": [{"label": _("Applications"), "url": queue_url("")}, {"label": dossier.application.name}],
        }
        return render(self.request, "desk/applications/detail.html", context | changes, status=status)


class Note(ApplicationDetail):
    """Write a note that only the vendor's people read."""

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Lead to the application, where the form stands."""
        return redirect(self.application().get_absolute_url())

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Keep it; 422 with the text kept where it is refused."""
        dossier = load_application(self.actor, reference)
        if not self.actor.may(DECIDE_APPLICATIONS):
            raise errors.Forbidden("not_allowed", _("Your role doesn't write here."))
        form = NoteForm(request.POST, auto_id="note_%s")
        if form.is_valid():
            try:
                note_on_application(actor=self.actor, application=dossier.application, text=form.cleaned_data["text"])
            except errors.Forbidden:
                raise
            except errors.RuleViolation as refusal:
                show_violation(form, refusal)
            else:
                messages.success(request, _("Written down."))
                return redirect(self.back(dossier.application))
        return self.page(dossier, 422, note=form)


class Bulk(ActorView):
    """Decide the selected applications: first a page that names them and asks for the words, then one by one."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_APPLICATIONS
    http_method_names = ["post"]
    decisions: ClassVar[Mapping[str, type[Decision]]] = {"decline": Decline, "waitlist": Waitlist}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask, decide, and name what was refused and why."""
        decision, chosen = self.decisions.get(request.POST.get("action", "")), self._chosen()
        if decision is None or not chosen:
            messages.info(request, _("Select applications first."))
            return redirect(queue_url(queue_key(request)))
        sure = request.POST.get("sure") == "1"
        form = decision.form_class(request.POST if sure else None, actor=self.actor)  # type: ignore[call-arg]
        if not sure or not form.is_valid():
            return self._page(decision, 422 if sure else 200, form=form, chosen=chosen)
        view = decision(request=request)
        done, refused = self._decided(view, chosen, form.cleaned_data)
        if refused:
            return self._page(decision, 422, done=done, refused=refused)
        messages.success(request, _("%(count)d decided. The applicants are told.") % {"count": len(done)})
        return redirect(queue_url(queue_key(request)))

    def _chosen(self) -> list[Application]:
        references = self.request.POST.getlist("selected")[:MOST_AT_ONCE]
        found = applications_of(self.actor).filter(reference__in=references)
        return list(found.order_by("due_at", "pk"))

    def _decided(
        self, view: Decision, chosen: list[Application], facts: dict[str, Any]
    ) -> tuple[list[Application], list[tuple[Application, Any]]]:
        """Decide each in a transaction of its own."""
        done: list[Application] = []
        refused: list[tuple[Application, Any]] = []
        for each in chosen:
            try:
                view.decide(each, facts)
            except errors.RuleViolation as refusal:
                refused.append((each, refusal.message))
            else:
                done.append(each)
        return done, refused

    def _page(self, decision: type[Decision], status: int, **more: Any) -> HttpResponse:
        key = queue_key(self.request)
        context = {
            "decision": decision,
            "queue_key": key,
            "back_url": queue_url(key),
            "crumbs": [{"label": _("Applications"), "url": queue_url(key)}, {"label": decision.title}],
            **more,
        }
        return render(self.request, "desk/applications/bulk.html", context, status=status)
