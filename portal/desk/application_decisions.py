"""Decisions over applications: each a form in a dialog, and a page of its own where there is no JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from onboarding.enums import ApplicationState
from onboarding.models import Application
from onboarding.models.applications import WITH_VENDOR
from onboarding.permissions import DECIDE_APPLICATIONS, VIEW_RECRUITING
from onboarding.services.applications import (
    approve_application,
    ask_applicant,
    decline_application,
    waitlist_application,
)
from partners.services.enrollments import assign_manager
from portal.desk.application_dossier import applications_of
from portal.desk.application_forms import ApproveForm, AskForm, DeclineForm, WaitlistForm
from portal.desk.application_queue import following, queue_key, queue_url
from prm.kernel import errors
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView, show_violation

if TYPE_CHECKING:
    from django.forms import Form


class ApplicationView(ActorView):
    """A page about one application of the vendor's."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_RECRUITING

    def application(self) -> Application:
        """Return the application that the address names.

        Raises:
            Http404: there is none in the actor's sight.
        """
        application: Application = get_object_or_404(applications_of(self.actor), reference=self.kwargs["reference"])
        return application

    def back(self, application: Application) -> str:
        """Return where the person came from: the queue with this application opened, or its page."""
        key = queue_key(self.request)
        return queue_url(key, application.reference) if key else application.get_absolute_url()


class Decision(ApplicationView):
    """A decision over an undecided application. Subclasses say how it is taken."""

    name: ClassVar[str]
    title: ClassVar[Any]
    label: ClassVar[Any]
    danger: ClassVar[bool] = False
    form_class: ClassVar[type[Form]]

    def form(self, application: Application, data: Any = None) -> Form:
        """Return the form, empty or filled."""
        return self.form_class(data, actor=self.actor, application=application)  # type: ignore[call-arg]

    def decide(self, application: Application, facts: dict[str, Any]) -> Any:
        """Call the service."""
        raise NotImplementedError

    def told(self, application: Application) -> Any:
        """Return what the toast says afterwards."""
        raise NotImplementedError

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form as a page."""
        application = self._open()
        if application.state not in WITH_VENDOR:
            back = self.back(application)
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
        return self._page(application, self.form(application))

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Decide and go on to the next in the queue; 422 with the form where the rules refuse, 409 when too late."""
        application = self._open()
        form, key = self.form(application, request.POST), queue_key(request)
        if not form.is_valid():
            return self._page(application, form, 422)
        target = queue_url(key, following(self.actor, key, application)) if key else self.back(application)
        try:
            self.decide(application, form.cleaned_data)
        except errors.Conflict as conflict:
            return self._too_late(application, conflict)
        except errors.Forbidden:
            raise
        except errors.RuleViolation as refusal:
            show_violation(form, refusal)
            return self._page(application, form, 422)
        messages.success(request, self.told(application))
        return redirect(target)

    def _open(self) -> Application:
        application = self.application()
        if not self.actor.may(DECIDE_APPLICATIONS):
            raise errors.Forbidden("not_allowed", _("Your role reads the desk. Approvers and partner managers decide."))
        return application

    def _page(self, application: Application, form: Form, status: int = 200) -> HttpResponse:
        key, back = queue_key(self.request), self.back(application)
        context = {
            "application": application,
            "form": form,
            "decision": self,
            "queue_key": key,
            "back_url": back,
            "crumbs": [{"label": _("Applications"), "url": queue_url(key)}, {"label": application.name, "url": back}],
            # Approving takes one more key: its button has the focus.
            "at_once": self.name == "approve",
        }
        htmx: Any = self.request.htmx  # type: ignore[attr-defined]
        template = "desk/applications/dialog.html" if htmx else "desk/applications/decision.html"
        return render(self.request, template, context, status=status)

    def _too_late(self, application: Application, conflict: errors.Conflict) -> HttpResponse:
        """Answer 409 with how the application stands now, and the way back to the queue."""
        fresh: Any = conflict.fresh or application
        seen = self.request.POST.get("seen", "")
        before = ApplicationState(seen).label if seen in ApplicationState.values else "–"
        changes = [(_("State"), before, fresh.get_state_display())]
        if fresh.decided_by_id:
            changes.append((_("Decided by"), "–", str(fresh.decided_by)))
        context = {
            "message": conflict.message,
            "changes": changes,
            "application": fresh,
            "queue_url": queue_url(queue_key(self.request)),
        }
        return render(self.request, "desk/applications/too_late.html", context, status=409)


class Approve(Decision):
    """Approve: it becomes a partner, and its journey starts."""

    name = "approve"
    title = _("Approve this application")
    label = _("Approve")
    form_class = ApproveForm

    def form(self, application: Application, data: Any = None) -> ApproveForm:
        """Return the form with the vendor's partner managers."""
        return ApproveForm(data, actor=self.actor, application=application)

    @transaction.atomic
    def decide(self, application: Application, facts: dict[str, Any]) -> Any:
        """Approve, and assign the partner manager chosen, both or neither."""
        approved = approve_application(actor=self.actor, application=application, message=facts["message"])
        if facts.get("manager") and approved.enrollment is not None:
            person = self.form(application).managers[facts["manager"]]
            assign_manager(actor=self.actor, enrollment=approved.enrollment, manager=person)
        return approved

    def told(self, application: Application) -> Any:
        """Name the company."""
        return _("%(company)s is your partner now, and is invited.") % {"company": application.name}


class Decline(Decision):
    """Decline, with a reason."""

    name = "decline"
    title = _("Decline this application")
    label = _("Decline")
    danger = True
    form_class = DeclineForm

    def decide(self, application: Application, facts: dict[str, Any]) -> Any:
        """Decline."""
        return decline_application(
            actor=self.actor, application=application, reason=facts["reason"], message=facts["message"]
        )

    def told(self, application: Application) -> Any:
        """Name the company."""
        return _("%(company)s is declined, and is told so.") % {"company": application.name}


class Ask(Decision):
    """Ask for what is missing."""

    name = "ask"
    title = _("Ask for what is missing")
    label = _("Ask")
    form_class = AskForm

    def decide(self, application: Application, facts: dict[str, Any]) -> Any:
        """Ask."""
        return ask_applicant(
            actor=self.actor, application=application, fields=facts["fields"], message=facts["message"]
        )

    def told(self, application: Application) -> Any:
        """Say that the clock stands still."""
        return _("%(company)s is asked. The clock is paused until it answers.") % {"company": application.name}


class Waitlist(Decision):
    """Put it on the waiting list."""

    name = "waitlist"
    title = _("Put this application on the waiting list")
    label = _("Put on the list")
    form_class = WaitlistForm

    def decide(self, application: Application, facts: dict[str, Any]) -> Any:
        """Put it there."""
        return waitlist_application(actor=self.actor, application=application, message=facts["message"])

    def told(self, application: Application) -> Any:
        """Name the company."""
        return _("%(company)s is on the waiting list, and is told so.") % {"company": application.name}
