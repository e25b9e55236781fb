"""The page of a step, for both sides: what may be done with it, the forms for that, and doing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from onboarding.enums import JourneyState, Side, StepState
from onboarding.models import StepFile
from onboarding.permissions import RUN_JOURNEYS, WORK_PARTNER_STEPS
from onboarding.services import (
    Meeting,
    add_step_file,
    end_step,
    is_turn_of,
    plan_meeting,
    reassign_step,
    refuse_step,
    retry_step,
    skip_step,
)
from partners.models import Seat
from portal.journey_forms import (
    OwnerForm,
    ReasonForm,
    RetryForm,
    UploadForm,
    answers_of,
    end_form,
    field_of,
    meeting_form,
)
from prm.kernel.actors import Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from django.forms import Form
    from django.utils.functional import Promise

    from onboarding.models import Journey
    from onboarding.progress import StepLine
    from people.models import Person
    from prm.kernel.actors import Actor

NEVER_ON_THE_FORM = (Conflict, Forbidden)
MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Given:
    """A request about a step."""

    actor: Actor
    line: StepLine
    request: HttpRequest | None = None

    @property
    def data(self) -> Any:
        """What was posted; None while nothing was."""
        return self.request.POST if self.request else None


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done with a step."""

    name: str
    title: str | Promise
    label: str | Promise
    form: Callable[[Given], Any]
    act: Callable[[Given, Any], Any]
    done: str | Promise
    danger: bool = False


def _meeting(given: Given, form: Any) -> None:
    at: datetime = form.cleaned_data["at"]
    meeting = Meeting(at, form.cleaned_data["minutes"], form.cleaned_data["place"])
    plan_meeting(actor=given.actor, step=given.line.row, meeting=meeting)


def _people(given: Given) -> list[Person]:
    row = given.line.row
    where = {"partner_id": row.partner_id} if row.side == Side.PARTNER else {"vendor_id": row.vendor_id}
    seats = Seat.objects.visible_to(given.actor).active().filter(**where).select_related("person")
    return [seat.person for seat in seats.order_by("person__name")[:MOST_PEOPLE]]


def _owner(given: Given, form: Any) -> None:
    owner = form.people.get(form.cleaned_data["owner"])
    reassign_step(actor=given.actor, step=given.line.row, owner=owner)


def _refuse(given: Given, form: Any) -> None:
    refuse_step(actor=given.actor, step=given.line.row, reason=form.cleaned_data["reason"])


def _skip(given: Given, form: Any) -> None:
    skip_step(actor=given.actor, step=given.line.row, reason=form.cleaned_data["reason"])


DEEDS = {
    deed.name: deed
    for deed in (
        Deed(
            "end",
            "",
            gettext_lazy("Mark as done"),
            lambda given: end_form(given.line, given.data),
            lambda given, _form: end_step(actor=given.actor, step=given.line.row, given=given.data),
            gettext_lazy("Done: %(step)s."),
        ),
        Deed(
            "file",
            gettext_lazy("Documents"),
            gettext_lazy("Add the document"),
            lambda given: UploadForm(given.data, given.request.FILES if given.request else None, prefix="file"),
            lambda given, form: add_step_file(actor=given.actor, step=given.line.row, upload=form.cleaned_data["file"]),
            gettext_lazy("The document is there."),
        ),
        Deed(
            "plan",
            gettext_lazy("When it is"),
            gettext_lazy("Set the time"),
            lambda given: meeting_form(given.line, given.data),
            _meeting,
            gettext_lazy("The time is set."),
        ),
        Deed(
            "refuse",
            gettext_lazy("Don’t approve"),
            gettext_lazy("Refuse"),
            lambda given: ReasonForm(given.data, prefix="refuse"),
            _refuse,
            gettext_lazy("Refused; the step stays until it is tried again or skipped."),
            danger=True,
        ),
        Deed(
            "retry",
            gettext_lazy("Try again"),
            gettext_lazy("Try again"),
            lambda given: RetryForm(given.data, prefix="retry"),
            lambda given, _form: retry_step(actor=given.actor, step=given.line.row),
            gettext_lazy("It is tried again."),
        ),
        Deed(
            "reassign",
            gettext_lazy("Give it to somebody"),
            gettext_lazy("Give it"),
            lambda given: OwnerForm(
                given.data, people=_people(given), initial={"owner": given.line.row.owner_id}, prefix="owner"
            ),
            _owner,
            gettext_lazy("Given to somebody else."),
        ),
        Deed(
            "skip",
            gettext_lazy("Skip it"),
            gettext_lazy("Skip this step"),
            lambda given: ReasonForm(given.data, prefix="skip"),
            _skip,
            gettext_lazy("Skipped: %(step)s."),
            danger=True,
        ),
    )
}
END_LABELS = {
    "form": gettext_lazy("Send"),
    "upload": gettext_lazy("Hand in"),
    "meeting": gettext_lazy("It was held"),
    "approval": gettext_lazy("Approve"),
}


def offered(actor: Actor, journey: Journey, line: StepLine) -> list[str]:
    """Return what the actor may do with a step now, by name."""
    row = line.row
    if journey.state != JourneyState.RUNNING or line.is_ended or line.kind is None:
        return []
    is_open, found = row.state == StepState.OPEN, []
    if is_open and is_turn_of(actor, row, line.role):
        found += ["file"] if row.kind == "upload" else []
        found += ["end"] if line.kind.accept else []
        found += ["refuse"] if row.kind == "approval" else []
    if is_open and row.kind == "meeting" and (actor.may(WORK_PARTNER_STEPS) or actor.may(RUN_JOURNEYS)):
        found = ["plan", *found]
    if actor.may(RUN_JOURNEYS):
        found += ["retry"] if row.state == StepState.FAILED else []
        found += ["reassign"] if row.side != Side.SYSTEM and line.is_now else []
        found += ["skip"] if line.is_now else []
    return found


def _meant_for(actor: Actor, line: StepLine) -> str:
    """Return the role that an open step is for, in words, where it isn't the reader's to end; else ""."""
    if line.row.state != StepState.OPEN or not line.role or is_turn_of(actor, line.row, line.role):
        return ""
    return str(Role(line.role).label)


class StepPageBase(ActorView):
    """A page about one step. Subclasses find it, and say what else the page shows."""

    def find(self, key: Any, slug: str) -> tuple[Journey, StepLine]:
        """Return the journey and the step that the address names, or 404."""
        raise NotImplementedError

    def page(self, journey: Journey, line: StepLine, context: dict[str, Any], status: int) -> HttpResponse:
        """Show the step."""
        raise NotImplementedError

    def after(self, journey: Journey, line: StepLine, deed: Deed) -> HttpResponse:
        """Go on after something was done."""
        raise NotImplementedError

    def get(self, request: HttpRequest, key: Any, slug: str) -> HttpResponse:
        """Show it."""
        journey, line = self.find(key, slug)
        return self.page(journey, line, self.shown(journey, line), 200)

    def post(self, request: HttpRequest, key: Any, slug: str) -> HttpResponse:
        """Do what the button says; what was typed stays on the page where it is refused."""
        journey, line = self.find(key, slug)
        deed = DEEDS.get(request.POST.get("do", "end"))
        if deed is None:
            raise Http404
        given = Given(self.actor, line, request)
        form = deed.form(given)
        if form.is_valid():
            try:
                deed.act(given, form)
            except NEVER_ON_THE_FORM:
                raise
            except RuleViolation as violation:
                form.add_error(field_of(form, violation.field), str(violation.message))
            else:
                messages.success(request, str(deed.done) % {"step": line.row.name})
                return self.after(journey, line, deed)
        return self.page(journey, line, self.shown(journey, line, deed.name, form), 422)

    def shown(self, journey: Journey, line: StepLine, name: str = "", form: Form | None = None) -> dict[str, Any]:
        """Return what the template shows: the forms of what may be done, the one that was refused as it was typed."""
        given = Given(self.actor, line)
        names = offered(self.actor, journey, line)
        forms = {each: form if each == name else DEEDS[each].form(given) for each in names}
        if name and name not in forms:
            forms[name] = form
        documents = StepFile.objects.visible_to(self.actor).filter(step=line.row).select_related("person")
        return {
            "journey": journey,
            "line": line,
            "form": form,
            "refused": name,
            "deeds": [{"deed": DEEDS[each], "form": made} for each, made in forms.items()],
            "meant_for": _meant_for(self.actor, line),
            "end_label": END_LABELS.get(line.row.kind, DEEDS["end"].label),
            "answers": answers_of(line),
            "meeting": planned(line),
            "documents": documents.order_by("pk") if line.row.kind == "upload" else [],
        }


def planned(line: StepLine) -> dict[str, Any] | None:
    """Return when a step's meeting is; None where no time is set."""
    found = (line.row.result or {}).get("meeting")
    return {**found, "at": datetime.fromisoformat(found["at"])} if found and found.get("at") else None
