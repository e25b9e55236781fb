"""What happens to agreements by themselves: papers, new versions for everyone, reminders, renewal, ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from activity.models import Event
from onboarding import events
from onboarding.agreements import dates
from onboarding.agreements.choosing import version_for
from onboarding.agreements.papers import document_pdf, sealed_pdf
from onboarding.agreements.rules import hash_of
from onboarding.enums import OPEN_AGREEMENTS, AgreementState, Occasion
from onboarding.models import Agreement, AgreementVersion
from onboarding.services.agreements import facts_of, put
from onboarding.workflow import AGREEMENT
from partners.enums import LIVE
from partners.models import Enrollment
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from datetime import date

BATCH = 100
WITH_ALL = ("vendor", "partner", "template__program", "version", "enrollment")


def write_document(agreement_id: int) -> None:
    """Make the PDF of an agreement as it is put to be signed, once, in the caller's transaction. For workers."""
    agreement = Agreement.objects.select_related(*WITH_ALL).get(pk=agreement_id)
    if agreement.document:
        return
    agreement.document.save("document.pdf", ContentFile(document_pdf(agreement)), save=False)
    agreement.save(update_fields=["document"])


def seal_agreement(agreement_id: int) -> None:
    """Make the sealed PDF of a complete agreement, once, in the caller's transaction. Records `agreement.sealed`."""
    locked_row = Agreement.objects.select_for_update(of=("self",)).select_related(*WITH_ALL)
    agreement = locked_row.get(pk=agreement_id)
    if agreement.sealed:
        return
    signatures = list(agreement.signatures.select_related("person").order_by("is_vendor"))
    history = list(Event.objects.about(agreement).select_related("person").order_by("id"))
    content = sealed_pdf(agreement, signatures, history)
    agreement.sealed.save("sealed.pdf", ContentFile(content), save=False)
    agreement.sealed_hash = hash_of(content)
    agreement.save(update_fields=["sealed", "sealed_hash"])
    facts = {**facts_of(agreement), "sha256": agreement.sealed_hash}
    record(events.AGREEMENT_SEALED, actor=system(agreement.vendor_id), subject=agreement, data=facts)


def put_version(version_id: int, after: int = 0) -> None:
    """Put a published version to the next partners that have an older one, in the caller's transaction.

    Records `agreement_version.putting` where more are left, whose handler goes on, and `agreement.not_put` for partners
    for whom a value is missing.
    """
    version = AgreementVersion.objects.select_related("template__program", "vendor").get(pk=version_id)
    older = Agreement.objects.filter(
        template=version.template_id, state__in=(*OPEN_AGREEMENTS, AgreementState.IN_FORCE), enrollment__gt=after
    ).exclude(version=version)
    ids = list(older.order_by("enrollment").values_list("enrollment", flat=True).distinct()[: BATCH + 1])
    for pk in ids[:BATCH]:
        _put_next(version, pk)
    if len(ids) > BATCH:
        words = {"title": version.template.name, "number": version.number, "after": ids[BATCH - 1]}
        record(events.AGREEMENT_PUTTING, actor=system(version.vendor_id), subject=version, data=words)


def _put_next(version: AgreementVersion, enrollment_id: int) -> None:
    enrollment = Enrollment.objects.select_for_update(of=("self",)).get(pk=enrollment_id)
    if enrollment.status not in LIVE:
        return
    mine = Agreement.objects.filter(enrollment=enrollment, template=version.template_id)
    if mine.filter(version=version).exclude(state=AgreementState.CANCELLED).exists():
        return
    waiting = mine.open().first()
    is_first = waiting is not None and waiting.occasion == Occasion.FIRST
    occasion = Occasion.FIRST if is_first else Occasion.VERSION
    _try_to_put(enrollment, version, occasion, None if is_first else version.gate_from)


def _try_to_put(enrollment: Enrollment, version: AgreementVersion, occasion: Occasion, gate: date | None) -> None:
    actor = system(enrollment.vendor_id)
    try:
        with transaction.atomic():
            put(actor=actor, enrollment=enrollment, version=version, occasion=occasion, gate_from=gate)
    except RuleViolation as refused:
        facts = {"title": version.template.name, "reason": str(refused.message), "template": version.template.slug}
        record(events.AGREEMENT_NOT_PUT, actor=actor, subject=enrollment, data=facts)


def keep_agreements(limit: int = 500) -> int:
    """Remind, warn, renew and end what is due, each in a transaction of its own. Returns how many it looked at."""
    done = 0
    while done < limit and _look_at_next(timezone.localdate()):
        done += 1
    return done


@transaction.atomic
def _look_at_next(today: date) -> bool:
    due = Agreement.objects.all().due(today).select_related(*WITH_ALL)
    agreement = due.select_for_update(skip_locked=True, of=("self",)).order_by("look_on", "pk").first()
    if agreement is None:
        return False
    if agreement.state == AgreementState.IN_FORCE:
        _look_at_end(agreement, today)
    else:
        _remind(agreement, today)
    return True


def _remind(agreement: Agreement, today: date) -> None:
    """Remind whose turn it is: the partner, or the vendor once the partner has signed."""
    since, gate = agreement.sent_at, agreement.gate_from
    if agreement.signed_at is not None:
        since, gate = agreement.signed_at, None
    _look_again(agreement, dates.next_reminder(timezone.localdate(since), gate, today))
    if agreement.state in OPEN_AGREEMENTS and agreement.enrollment.is_live:
        facts = {**facts_of(agreement), "gate": agreement.gate_from.isoformat() if agreement.gate_from else ""}
        record(events.AGREEMENT_REMINDED, actor=system(agreement.vendor_id), subject=agreement, data=facts)


def _look_again(agreement: Agreement, day: date | None) -> None:
    agreement.look_on = day
    agreement.save(update_fields=["look_on"])


def _look_at_end(agreement: Agreement, today: date) -> None:
    until = agreement.valid_until
    if until is None or today > until:
        _end(agreement)
        return
    _look_again(agreement, dates.next_warning(until, today))
    if not agreement.enrollment.is_live:
        return
    if agreement.template.renews:
        _renew(agreement, until)
    with translation.override(agreement.template.language):
        day = date_format(until, "DATE_FORMAT")
    facts = {**facts_of(agreement), "until": day, "days": (until - today).days}
    record(events.AGREEMENT_ENDING, actor=system(agreement.vendor_id), subject=agreement, data=facts)


def _renew(agreement: Agreement, until: date) -> None:
    """Put it to the partner again in its present version, where no newer one waits already."""
    of_slug = Agreement.objects.filter(enrollment=agreement.enrollment_id, template__slug=agreement.template.slug)
    if of_slug.open().exists():
        return
    enrollment = Enrollment.objects.select_for_update(of=("self",)).get(pk=agreement.enrollment_id)
    version = version_for(enrollment, agreement.template.slug)
    if version is not None:
        _try_to_put(enrollment, version, Occasion.RENEWAL, dates.day_after(until))


def _end(agreement: Agreement) -> None:
    reason = _("its time was over")
    move(
        AGREEMENT,
        "expire",
        row=agreement,
        actor=system(agreement.vendor_id),
        changes={"ended_at": timezone.now(), "look_on": None},
        data={**facts_of(agreement), "reason": reason},
    )
