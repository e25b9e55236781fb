"""The applicant's side of an application: save, send, prove the address, answer, withdraw.

Until an address is proven, everybody gets the same words and the same writes, whichever companies are known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from activity.mailing import queue_to_address
from onboarding.application_links import applications_at, new_key
from onboarding.emails.applications import letter_facts
from onboarding.enums import ApplicationState
from onboarding.mail_domains import business_address
from onboarding.models import Application, ApplicationForm, ApplicationMessage
from onboarding.services.applications_arriving import arrive
from onboarding.workflow import APPLICATION, UNPROVEN
from people.limits import Limit, take
from prm.kernel.actors import Via, system
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Conflict, RuleViolation, TooMany
from prm.kernel.references import new_reference
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from onboarding.models import Prospect
    from prm.kernel.actors import Actor

LONGEST_TEXT, MOST_FIELDS = 20_000, 200
LONGEST_ANSWER = 4000
KEPT = timedelta(days=30)
MAILS = Limit("application.address", burst=6, per_hour=6)
"""Links that one address is mailed."""
COMPANY = Limit("application.company", burst=4, per_hour=1)
"""Forms sent to a program with addresses at one domain."""
PROGRAM = Limit("application.program", burst=400, per_hour=400)
"""Forms sent to one program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as filled in: the application's columns and own answers, parsed, and everything as typed."""

    columns: Mapping[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    consented: bool = False
    prospect: Prospect | None = None


def applicant(vendor_id: int, person_id: int | None = None) -> Actor:
    """Return who acts by a link: for the one application, checked by the token, with no seat at the vendor."""
    return replace(system(vendor_id), via=Via.NOTHING, person_id=person_id)


@transaction.atomic
def save_application(
    *, form: ApplicationForm, typed: Mapping[str, Any], email: str, known: Application | None = None
) -> Application:
    """Keep a form as typed, and mail the link to go on with it. Records no event: nothing has reached the vendor.

    Args:
        known: the draft that the form was opened from.

    Raises:
        RuleViolation: closed, no business address, or too much text. Conflict: it was confirmed meanwhile.
        TooMany: too many links to this address.
    """
    _check_open(form)
    address, domain = business_address(email)
    _check_size(typed)
    if not take(MAILS, address):
        raise TooMany("too_many", _("This address was mailed several links already. Use the newest."), 600)
    draft = _row(form, known, address)
    draft.domain, draft.typed = domain, _storable(typed)
    draft.name = str(draft.typed.get("name") or "")[:160]
    draft.save()
    queue_to_address(to=address, template="application_saved", facts=letter_facts(draft), vendor_id=form.vendor_id)
    return draft


def submit_application(*, form: ApplicationForm, filled: Filled, known: Application | None = None) -> Application:
    """Take a whole form; the address gets the link that proves it, and only then does it reach the vendor.

    Records `application.sent`.

    Raises:
        RuleViolation: closed, no business address, consent missing, too much text. Conflict: confirmed meanwhile.
        TooMany: the same company, address or program too often; who sent something before is mailed its link again.
    """
    _check_open(form)
    address, domain = business_address(str(filled.columns.get("email", "")))
    _check_size(filled.typed)
    if form.consent and not filled.consented:
        raise RuleViolation("consent_missing", _("Without this we can’t take your application."), "consent")
    if not take(COMPANY, f"{form.program_id} {domain}"):
        _mail_again(form, address)
        words = _(
            "Several forms with addresses of this company were sent within a short time. If one of them was yours, "
            "its link is in your mail: everything can be read and answered there. Otherwise try again in an hour."
        )
        raise TooMany("company_too_often", words, COMPANY.wait_seconds)
    if not take(MAILS, address) or not take(PROGRAM, form.program_id):
        raise TooMany("too_many", _("Too many forms were sent. Look into your mail, or try again in an hour."), 3600)
    return _send(form, filled, known, (address, domain))


@transaction.atomic
def _send(form: ApplicationForm, filled: Filled, known: Application | None, proof: tuple[str, str]) -> Application:
    row = _row(form, known, proof[0])
    for name, value in filled.columns.items():
        setattr(row, name, value)
    row.email, row.domain = proof
    row.answers, row.typed = dict(filled.answers), _storable(filled.typed)
    row.prospect = filled.prospect or row.prospect
    row.consent, row.consented_at = (form.consent, timezone.now()) if form.consent else ("", None)
    row.save()
    sent: Application = move(APPLICATION, "send", row=row, actor=applicant(form.vendor_id))
    facts = letter_facts(sent)
    queue_to_address(to=sent.email, template="application_confirm", facts=facts, vendor_id=form.vendor_id)
    return sent


def _mail_again(form: ApplicationForm, address: str) -> None:
    """Mail the link of what an address sent before, if anything: nothing that it says here tells of it."""
    latest = Application.objects.filter(program_id=form.program_id, email=address).exclude(state=ApplicationState.DRAFT)
    found = latest.select_related("vendor", "program").order_by("-pk").first()
    if found is None or not take(MAILS, address):
        return
    template = "application_confirm" if found.state == ApplicationState.UNCONFIRMED else "application_link"
    queue_to_address(to=address, template=template, facts=letter_facts(found), vendor_id=form.vendor_id)


def _row(form: ApplicationForm, known: Application | None, address: str) -> Application:
    """Return the locked draft, or a fresh row. Another address gets another link: the old one proves nothing of it."""
    if known is None:
        row = Application(vendor_id=form.vendor_id, program_id=form.program_id)
        row.reference = new_reference(form.vendor.code, "AP", groups=(6,))
        new_key(row)
    else:
        row = Application.objects.select_for_update(of=("self",)).get(pk=known.pk, program_id=form.program_id)
        if row.state not in UNPROVEN:
            raise Conflict("sent_already", _("This application was sent already. Its link is in your mail."), row)
        if row.email != address:
            new_key(row)
        row.revision += 1
    row.email, row.language = address, translation.get_language() or "en"
    return row


def _check_open(form: ApplicationForm) -> None:
    if not form.is_open:
        raise RuleViolation("closed", _("This program takes no applications at the moment."))


def _check_size(typed: Mapping[str, Any]) -> None:
    if len(typed) > MOST_FIELDS or any(len(str(value)) > LONGEST_TEXT for value in typed.values()):
        raise RuleViolation("too_large", _("That is too much text: at most 20,000 characters in a field."))


def _storable(typed: Mapping[str, Any]) -> dict[str, Any]:
    # Postgres keeps no NUL, and nobody types one on purpose.
    return {
        name.replace("\x00", ""): [str(part).replace("\x00", "") for part in value]
        if isinstance(value, list | tuple)
        else str(value).replace("\x00", "")
        for name, value in typed.items()
    }


@transaction.atomic
def confirm_application(*, token: str) -> Application:
    """Take the link for proof of the address: the application reaches the vendor, or ends with what is said instead.

    Where the company is a partner already, it ends: as `onboarding.services.applications_arriving` says. Records
    `application.submitted` or `application.ended`, and a rule's decision. A second time does nothing.

    Raises:
        Http404: no such link.
    """
    found = applications_at(token).first()
    if found is None:
        raise Http404
    # One after the other per program: of two that a company confirms at once, one is its application.
    form = ApplicationForm.objects.select_for_update(of=("self",)).get(program_id=found.program_id)
    row = _locked(token)
    if row.state != ApplicationState.UNCONFIRMED:
        return row
    return arrive(form=form, application=row, actor=applicant(row.vendor_id))


@transaction.atomic
def answer_question(*, token: str, text: str) -> Application:
    """Answer what the vendor asked; its clock runs on. Records `application.answered`.

    Raises:
        Http404: no such link. Conflict: nothing is asked any more. RuleViolation: no text, or too long.
    """
    row, said = _locked(token), _checked_text(text)

    def changes(fresh: Application) -> dict[str, Any]:
        hours = max(fresh.clock_left or 0, 1)
        due = add_working_hours(timezone.now(), hours, fresh.vendor.time_zone)
        return {"due_at": due, "clock_left": None, "asked_at": None, "reminded_at": None}

    facts = {"message": said}
    actor = applicant(row.vendor_id, row.applicant_id)
    fresh: Application = move(
        APPLICATION, "answer", row=row, actor=actor, facts=facts, changes=changes, data={**facts, "name": row.name}
    )
    ApplicationMessage.objects.create(application=fresh, vendor_id=fresh.vendor_id, text=said)
    return fresh


@transaction.atomic
def withdraw_application(*, token: str) -> Application:
    """Withdraw an application that is undecided. Records `application.withdrawn`.

    Raises:
        Http404: no such link. Conflict: decided meanwhile.
    """
    row = _locked(token)
    actor = applicant(row.vendor_id, row.applicant_id)
    return move(APPLICATION, "withdraw", row=row, actor=actor, data={"name": row.name})


def _locked(token: str) -> Application:
    row = applications_at(token).select_for_update(of=("self",)).select_related("vendor", "program").first()
    if row is None:
        raise Http404
    return row


def _checked_text(text: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise RuleViolation("required", _("Write an answer first."), "text")
    if len(said) > LONGEST_ANSWER:
        raise RuleViolation("too_long", _("At most 4,000 characters."), "text")
    return said
