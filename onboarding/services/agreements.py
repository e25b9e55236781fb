"""Agreements: put to partners, signed, countersigned, taken back, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.agreements import dates, texts
from onboarding.agreements.choosing import version_for
from onboarding.agreements.fields import FIELDS, conditions_of, subject_of, values_of
from onboarding.agreements.rules import document_of, hash_of
from onboarding.enums import AgreementState, Occasion
from onboarding.models import Agreement, Signature
from onboarding.permissions import SEND_AGREEMENTS
from onboarding.workflow import AGREEMENT
from partners.models import Enrollment
from people.models import Person
from prm.kernel.actors import system
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.references import new_reference
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from datetime import date

    from onboarding.agreements.rules import Signing
    from onboarding.models import AgreementVersion
    from prm.kernel.actors import Actor

LONGEST_REASON = 500


@transaction.atomic
def send_agreement(*, actor: Actor, enrollment: Enrollment, template_slug: str) -> Agreement:
    """Put an agreement to a partner, in the template that fits its type, region and language.

    Returns the one that is open, or in force in its present version, where there is one, and then writes nothing.
    Records `agreement.sent`; its handlers tell the partner's administrators and make the PDF.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. RuleViolation: no access at present, no published
        agreement fits, or a value that the text asks for is missing for this partner.
    """
    fresh: Enrollment = locked(enrollment, actor)
    if not actor.may(SEND_AGREEMENTS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if not fresh.is_live:
        raise RuleViolation("not_live", _("The partner has no access at present: activate the enrollment first."))
    version = version_for(fresh, template_slug)
    if version is None:
        words = _("No published agreement “%(slug)s” fits this partner’s type and region.")
        raise RuleViolation("no_agreement", words % {"slug": template_slug}, "template")
    of_slug = Agreement.objects.visible_to(actor).filter(enrollment=fresh, template__slug=template_slug)
    there = of_slug.open().first() or of_slug.in_force().filter(version=version).first()
    if there is not None:
        return there
    return put(actor=actor, enrollment=fresh, version=version, occasion=Occasion.FIRST)


def put(
    *,
    actor: Actor,
    enrollment: Enrollment,
    version: AgreementVersion,
    occasion: Occasion,
    gate_from: date | None = None,
) -> Agreement:
    """Put a version to an enrollment that the caller has locked, in the caller's transaction.

    An open one of the same agreement is replaced; one in force stays so until the new one is complete.

    Raises:
        RuleViolation: a value that the text asks for is missing for this partner.
    """
    template, today = version.template, enrollment.vendor.today()
    reference = new_reference(enrollment.vendor.code, "A")
    text, values = merged(enrollment, version, reference)
    _replace(enrollment, version, [AgreementState.SENT, AgreementState.SIGNED])
    gate = max(gate_from or today, today) if template.gate else None
    agreement = Agreement.objects.create(
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        enrollment=enrollment,
        reference=reference,
        template=template,
        version=version,
        occasion=occasion,
        title=template.name,
        text=text,
        values=values,
        document_hash=hash_of(document_of(reference, template.name, text)),
        sent_by_id=actor.person_id,
        gate_from=gate,
        look_on=dates.next_reminder(today, gate, today),
    )
    record(events.AGREEMENT_SENT, actor=actor, subject=agreement, data=facts_of(agreement))
    return agreement


def merged(enrollment: Enrollment, version: AgreementVersion, reference: str) -> tuple[str, dict[str, str]]:
    """Return a version's text for an enrollment, and the values in it.

    Raises:
        RuleViolation: values are missing; says which, and where each is entered.
    """
    text = texts.kept(version.body, conditions_of(enrollment.partner))
    names = texts.fields_in(text)
    values = values_of(names, subject_of(enrollment, version.template, reference), version.template.language)
    missing = [FIELDS[name] for name in names if not values[name]]
    if missing:
        lines = " ".join(f"{field.label}: {field.where}." for field in missing)
        words = _("For %(partner)s something is missing that the text of %(title)s asks for. %(lines)s")
        facts = {"partner": enrollment.partner.name, "title": version.template.name, "lines": lines}
        raise RuleViolation("value_missing", words % facts, "template")
    return texts.filled(text, values), values


def _replace(enrollment: Enrollment, version: AgreementVersion, states: list[AgreementState]) -> None:
    """Replace an enrollment's agreements of the same slug in these states."""
    actor = system(enrollment.vendor_id)
    found = Agreement.objects.visible_to(actor).filter(enrollment=enrollment, state__in=states)
    for older in found.filter(template__slug=version.template.slug).select_related("template").order_by("pk"):
        changes = {"ended_at": timezone.now(), "look_on": None}
        move(AGREEMENT, "replace", row=older, actor=actor, changes=changes, data=facts_of(older))


@transaction.atomic
def sign_agreement(*, actor: Actor, agreement: Agreement, signing: Signing) -> Agreement:
    """Sign for the partner, as the person at the browser. Keeps a `Signature` with what was shown and agreed to.

    Records `agreement.signed`, and `agreement.completed` at once where no countersignature is asked for.

    Raises:
        Http404: out of sight. Forbidden: the right is missing, by token, or only looking. Conflict: signed, replaced or
        taken back by now. RuleViolation: something is missing, or another document was shown.
    """
    row: Agreement = move(
        AGREEMENT,
        "sign",
        row=agreement,
        actor=actor,
        facts={"signing": signing},
        changes=lambda fresh: {"signed_at": timezone.now(), "look_on": _chased(fresh)},
        data=facts_of(agreement),
    )
    _keep_signature(actor, row, signing, is_vendor=False)
    if row.template.countersign:
        return row
    return _complete("complete", row, system(row.vendor_id), {})


def _chased(row: Agreement) -> date:
    """Return when the vendor is reminded of its countersignature."""
    today = row.vendor.today()
    return dates.next_reminder(today, None, today) or today


@transaction.atomic
def countersign_agreement(*, actor: Actor, agreement: Agreement, signing: Signing) -> Agreement:
    """Sign for the vendor, after the partner. Records `agreement.completed`; a worker seals the PDF.

    Raises:
        As `sign_agreement`.
    """
    fresh: Agreement = locked(agreement, actor)
    row = _complete("countersign", fresh, actor, {"signing": signing})
    _keep_signature(actor, row, signing, is_vendor=True)
    return row


def _complete(name: str, row: Agreement, actor: Actor, facts: dict[str, Any]) -> Agreement:
    """Bring an agreement into force by the named transition; the one that it follows is replaced first."""
    today = row.vendor.today()
    older = Agreement.objects.filter(enrollment=row.enrollment_id, template__slug=row.template.slug).in_force().first()
    renewed = older.valid_until if older and row.occasion == Occasion.RENEWAL else None
    until = dates.valid_until(row.template.months, today, renewed)
    if row.state == AgreementState.SIGNED and actor.may(AGREEMENT[name].permission):
        _replace(row.enrollment, row.version, [AgreementState.IN_FORCE])
    done: Agreement = move(
        AGREEMENT,
        name,
        row=row,
        actor=actor,
        facts=facts,
        changes={
            "completed_at": timezone.now(),
            "valid_until": until,
            "look_on": dates.next_warning(until, today),
        },
        data={**facts_of(row), "until": until.isoformat() if until else ""},
    )
    return done


def _keep_signature(actor: Actor, row: Agreement, signing: Signing, *, is_vendor: bool) -> None:
    person = Person.objects.get(pk=actor.person_id)
    party = row.vendor.name if is_vendor else row.partner.legal_name or row.partner.name
    with translation.override(row.template.language):
        authority, consent = authority_words(party), consent_words()
    Signature.objects.create(
        agreement=row,
        vendor_id=row.vendor_id,
        partner_id=row.partner_id,
        enrollment_id=row.enrollment_id,
        is_vendor=is_vendor,
        person=person,
        name=" ".join(signing.name.split()),
        position=" ".join(signing.position.split()),
        way=signing.way,
        drawing=[[list(point) for point in stroke] for stroke in signing.drawing],
        authority=authority,
        consent=consent,
        email=person.email,
        address=signing.address or None,
        browser=signing.browser[:200],
        document_hash=signing.document_hash,
    )


def authority_words(party: str) -> str:
    """Return the sentence with which somebody says that it may sign, in the active language."""
    return str(_("I am entitled to sign for %(party)s.") % {"party": party})


def consent_words() -> str:
    """Return the sentence with which somebody agrees to sign electronically, in the active language."""
    return str(
        _(
            "I have read the document and sign it electronically. I agree that my name, position, e-mail address, IP "
            "address, browser and the time are kept with it as evidence."
        )
    )


@transaction.atomic
def take_back_agreement(*, actor: Actor, agreement: Agreement, reason: str) -> Agreement:
    """Take back an agreement that isn't in force yet. Records `agreement.taken_back`, which tells the partner.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: in force, replaced or taken back by now.
        RuleViolation: no reason, or one that is too long.
    """
    said = " ".join(reason.split())
    if len(said) > LONGEST_REASON:
        raise RuleViolation("too_long", _("At most 500 characters."), "reason")
    row: Agreement = move(
        AGREEMENT,
        "take_back",
        row=agreement,
        actor=actor,
        facts={"reason": said},
        changes={"ended_at": timezone.now(), "look_on": None, "why": said},
        data={**facts_of(agreement), "reason": said},
    )
    return row


@transaction.atomic
def close_agreements(*, actor: Actor, enrollment: Enrollment, reason: str) -> int:
    """Take back what is open of an enrollment that ended, and end what is in force. Returns how many."""
    found = Agreement.objects.visible_to(actor).filter(enrollment=enrollment).exclude(ended_at__isnull=False)
    rows = list(found.select_related("template").order_by("pk"))
    for row in rows:
        name = "expire" if row.state == AgreementState.IN_FORCE else "take_back"
        changes = {"ended_at": timezone.now(), "look_on": None, "why": reason[:LONGEST_REASON]}
        data = {**facts_of(row), "reason": reason}
        move(AGREEMENT, name, row=row, actor=actor, facts={"reason": reason}, changes=changes, data=data)
    return len(rows)


def facts_of(agreement: Agreement) -> dict[str, Any]:
    """Return what an agreement's events say about it."""
    return {
        "agreement": str(agreement.key),
        "reference": agreement.reference,
        "title": agreement.title,
        "enrollment": agreement.enrollment_id,
        "template": agreement.template.slug,
        "occasion": str(agreement.occasion),
    }
