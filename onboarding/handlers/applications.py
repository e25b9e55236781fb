"""Who is told what about applications. Every handler only writes to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from activity.mailing import queue_to_address
from activity.muting import happened_muted
from activity.notices import notify
from activity.registry import NoticeKind, handler
from onboarding.emails import applications as emails
from onboarding.enums import ApplicationState, DeclineReason
from onboarding.models import Application, ApplicationMessage
from partners.reports import vendor_staff

if TYPE_CHECKING:
    from activity.models import Event

LETTERS = {
    "application.submitted": "application_received",
    "application.asked": "application_question",
    "application.reminded": "application_reminder",
    "application.waitlisted": "application_waitlisted",
    "application.approved": "application_approved",
    "application.declined": "application_declined",
}


def application_of(event: Event) -> Application | None:
    """Return the event's application, with what mails say about it."""
    found: Application | None = (
        Application.objects.filter(pk=event.subject_id).select_related("vendor", "program").first()
    )
    return found


@handler("onboarding.tell_applicant", *LETTERS)
def tell_applicant(event: Event) -> None:
    """Mail the applicant, in the language in which it applied."""
    application = application_of(event)
    if application is None or happened_muted(event) or _is_overtaken(event, application):
        return
    with translation.override(application.language or "en"), timezone.override(application.vendor.time_zone):
        facts = emails.letter_facts(application, message=_message(event, application), reason=_reason(application))
        template = LETTERS[event.kind]
        queue_to_address(to=application.email, template=template, facts=facts, vendor_id=application.vendor_id)


def _is_overtaken(event: Event, application: Application) -> bool:
    """Whether a rule decided at the same moment: one mail with the decision is enough."""
    return event.kind == "application.submitted" and application.decided_at is not None


def _message(event: Event, application: Application) -> str:
    if event.kind != "application.reminded":
        return str(event.data.get("message", ""))
    asked = ApplicationMessage.objects.filter(application=application, is_internal=False, person__isnull=False)
    return asked.order_by("-pk").values_list("text", flat=True).first() or ""


def _reason(application: Application) -> str:
    """Return the reason for the applicant: none where a rule speaks of competitors, whose words say enough."""
    if application.state != ApplicationState.DECLINED or application.decided_why:
        return ""
    return str(DeclineReason(application.decline_reason).label)


@handler("onboarding.tell_deciders", "application.submitted", "application.answered", "application.withdrawn")
def tell_deciders(event: Event) -> None:
    """Tell the vendor's people who decide."""
    application = application_of(event)
    if application is None or _is_overtaken(event, application):
        return
    kinds = {
        "application.submitted": emails.RECEIVED,
        "application.answered": emails.ANSWERED,
        "application.withdrawn": emails.WITHDRAWN,
    }
    _tell(event, application, kinds[event.kind], message=event.data.get("message", ""))


@handler("onboarding.tell_by_rule", "application.approved", "application.declined")
def tell_by_rule(event: Event) -> None:
    """Tell the vendor's people what a rule decided; a person's decision is its own."""
    application = application_of(event)
    why = event.data.get("why", "")
    if application is not None and why:
        outcome = str(ApplicationState(application.state).label)
        _tell(event, application, emails.BY_RULE, outcome=outcome, why=why)


def _tell(event: Event, application: Application, kind: NoticeKind, **more: Any) -> None:
    path = emails.desk_path(application)
    people = [to for to in vendor_staff(application.vendor_id, *kind.roles) if to.person_id != event.person_id]
    facts = {**emails.common_facts(application), **more, "path": path}
    notify(event=event, kind=kind, recipients=people, facts=facts, path=path)
