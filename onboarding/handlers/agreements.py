"""What follows from agreements: mails, papers, seals, roll-out. Every handler only writes to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from activity.notices import notify
from activity.registry import NoticeKind, handler
from onboarding.emails import agreements as emails
from onboarding.models import Agreement
from onboarding.services.agreement_keeping import put_version, seal_agreement, write_document
from onboarding.services.agreements import close_agreements
from partners.emails import brand_of
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from partners.reports import partner_people, vendor_staff
from prm.kernel.actors import VENDOR_ROLES, Role, system

if TYPE_CHECKING:
    from activity.models import Event


def agreement_of(event: Event) -> Agreement:
    """Return the event's agreement with what mails say about it."""
    return Agreement.objects.select_related("vendor", "partner", "version", "template").get(pk=event.subject_id)


def facts_for(agreement: Agreement, event: Event) -> dict[str, Any]:
    """Return the facts that titles and mails use, in plain values."""
    return {
        "title": agreement.title,
        "reference": agreement.reference,
        "partner": agreement.partner.name,
        "vendor": agreement.vendor.name,
        "who": str(event.person or agreement.vendor.name),
        "occasion": agreement.occasion,
        "changes": agreement.version.changes if agreement.occasion == "version" else "",
        "gate": agreement.gate_from.isoformat() if agreement.gate_from else "",
        "until": agreement.valid_until.isoformat() if agreement.valid_until else "",
        "reason": event.data.get("reason", ""),
        "brand": brand_of(agreement.vendor),
    }


def tell_partner(event: Event, kind: NoticeKind) -> None:
    """Tell the partner's administrators."""
    agreement = agreement_of(event)
    path = agreement.get_absolute_url()
    people = [
        to for to in partner_people(agreement.enrollment_id, Role.ADMINISTRATOR) if to.person_id != event.person_id
    ]
    notify(event=event, kind=kind, recipients=people, facts={**facts_for(agreement, event), "path": path}, path=path)


def tell_vendor(event: Event, kind: NoticeKind) -> None:
    """Tell the vendor's people whom the kind concerns."""
    agreement = agreement_of(event)
    path = agreement.get_desk_url()
    people = [
        to for to in vendor_staff(agreement.vendor_id, *(kind.roles & VENDOR_ROLES)) if to.person_id != event.person_id
    ]
    notify(event=event, kind=kind, recipients=people, facts={**facts_for(agreement, event), "path": path}, path=path)


@handler("onboarding.tell_agreement_sent", "agreement.sent")
def tell_sent(event: Event) -> None:
    """Tell the partner's administrators that there is something to sign."""
    tell_partner(event, emails.SENT)


@handler("onboarding.write_agreement", "agreement.sent")
def write_sent(event: Event) -> None:
    """Make the document's PDF."""
    write_document(event.subject_id)


@handler("onboarding.tell_agreement_reminded", "agreement.reminded")
def tell_reminded(event: Event) -> None:
    """Remind the partner's administrators; once they have signed, the vendor's managers."""
    if agreement_of(event).signed_at is None:
        tell_partner(event, emails.REMINDED)
    else:
        tell_vendor(event, emails.SIGNED)


@handler("onboarding.tell_agreement_signed", "agreement.signed")
def tell_signed(event: Event) -> None:
    """Tell the vendor's managers that a countersignature is wanted, where it is."""
    if agreement_of(event).template.countersign:
        tell_vendor(event, emails.SIGNED)


@handler("onboarding.seal_agreement", "agreement.completed")
def seal_completed(event: Event) -> None:
    """Seal it."""
    seal_agreement(event.subject_id)


@handler("onboarding.tell_agreement_sealed", "agreement.sealed")
def tell_sealed(event: Event) -> None:
    """Tell both sides that it is in force, and where its sealed PDF is."""
    tell_partner(event, emails.SEALED)
    tell_vendor(event, emails.SEALED_DESK)


@handler("onboarding.tell_agreement_taken_back", "agreement.taken_back")
def tell_taken_back(event: Event) -> None:
    """Tell the partner's administrators."""
    tell_partner(event, emails.TAKEN_BACK)


@handler("onboarding.tell_agreement_ending", "agreement.ending")
def tell_ending(event: Event) -> None:
    """Tell both sides."""
    tell_partner(event, emails.ENDING)
    tell_vendor(event, emails.ENDING_DESK)


@handler("onboarding.tell_agreement_expired", "agreement.expired")
def tell_expired(event: Event) -> None:
    """Tell both sides."""
    tell_partner(event, emails.EXPIRED)
    tell_vendor(event, emails.EXPIRED_DESK)


@handler("onboarding.tell_agreement_not_put", "agreement.not_put")
def tell_not_put(event: Event) -> None:
    """Tell the vendor's managers for whom a value is missing."""
    enrollment = Enrollment.objects.select_related("partner", "vendor").get(pk=event.subject_id)
    path = reverse("desk:partner-detail", args=[enrollment.partner.slug])
    facts = {
        "title": event.data["title"],
        "reason": event.data["reason"],
        "partner": enrollment.partner.name,
        "vendor": enrollment.vendor.name,
        "brand": brand_of(enrollment.vendor),
        "path": path,
    }
    people = vendor_staff(enrollment.vendor_id, Role.MANAGER)
    notify(event=event, kind=emails.NOT_PUT, recipients=people, facts=facts, path=path)


@handler("onboarding.put_agreement_version", "agreement_version.published")
def put_published(event: Event) -> None:
    """Put the new version to those that have an older one."""
    put_version(event.subject_id)


@handler("onboarding.go_on_putting", "agreement_version.putting")
def go_on_putting(event: Event) -> None:
    """Put it to the next ones."""
    put_version(event.subject_id, int(event.data["after"]))


@handler("onboarding.close_agreements", "enrollment.retired")
def close_of_retired(event: Event) -> None:
    """Take back and end the agreements of a partner that was retired."""
    enrollment = Enrollment.objects.get(pk=event.subject_id)
    if enrollment.status == EnrollmentStatus.RETIRED:
        reason = str(event.data.get("reason", ""))
        close_agreements(actor=system(enrollment.vendor_id), enrollment=enrollment, reason=reason)
