"""Who is told when something happens to a deal, and what workers do then. Every handler only writes to the database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activity.notices import Recipient, notify
from activity.registry import NoticeKind, handler
from dealreg import (
    absence_handlers,  # noqa: F401  (absences' own)
    desk_notices,
    emails,
    emails_appeals,
    emails_protection,
    pipeline_emails,
    policy_notices,  # noqa: F401  (handlers of its own)
    price_notices,
    team_handlers,  # noqa: F401  (teams' own)
)
from dealreg.enums import WAITING_FOR_VENDOR, Askable, CommentAudience
from dealreg.inbound import handlers as inbound_handlers  # noqa: F401
from dealreg.leads import handlers as lead_handlers  # noqa: F401  (leads' own)
from dealreg.letters import approval_letter
from dealreg.milestones import rate_milestones
from dealreg.models import Appeal, Comment, Deal, Extension
from dealreg.reports import line_for
from dealreg.rules import competes
from dealreg.services.extensions import judge_extension
from dealreg.services.files import keep_generated
from dealreg.services.off_boarding import release_open_deals, shorten_protections
from dealreg.services.offers import offer_next
from dealreg.services.ruling import judge_deal
from dealreg.services.settling import end_offer
from dealreg.services.taking_over import welcome_owner
from partners.emails import brand_of
from partners.enums import DealsAfter, EnrollmentStatus
from partners.models import Enrollment, Seat
from partners.reports import partner_people, vendor_staff
from partners.services.rates import tells_of_rates
from prm.kernel.actors import VENDOR_ROLES, Role, system
from prm.kernel.composed import composed
from prm.kernel.money import shown

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from activity.models import Event


def deal_of(event: Event) -> Deal:
    """Return the event's deal with what mails say about it."""
    (deal,) = _told_of(event.subject_id)
    return deal


@composed
def _told_of(deal_id: int) -> QuerySet[Deal]:
    return Deal.objects.select_related("vendor", "partner", "owner", "decided_by").filter(pk=deal_id)


def facts_of(deal: Deal, event: Event) -> dict[str, Any]:
    """Return the facts that titles and mails use, in plain values."""
    return {
        "reference": deal.reference,
        "customer": deal.customer_name,
        "partner": deal.partner.name,
        "vendor": deal.vendor.name,
        "value": shown(deal.value, deal.currency),
        "who": str(event.person) if event.person else deal.vendor.name,
        "decider": str(deal.decided_by) if deal.decided_by else "",
        "until": deal.protected_until.isoformat() if deal.protected_until else None,
        "due": deal.due_at.isoformat(),
        "days": event.data.get("days")
        or (max((deal.protected_until - timezone.now()).days, 0) if deal.protected_until else 0),
        "absent": event.data.get("absent", ""),
        "message": event.data.get("message", ""),
        "reason": event.data.get("reason", ""),
        "exclusive": competes(deal.part),
        "review": bool(event.data.get("review")),
        "fields": [str(Askable(name).label) for name in event.data.get("fields", []) if name in Askable.values],
        "policy": deal.policy_reference,
        "brand": brand_of(deal.vendor),
    }


def tell_partner(event: Event, deal: Deal, kind: NoticeKind) -> None:
    """Tell the deal's owner and the partner's administrators."""
    people = partner_people(deal.enrollment_id, Role.ADMINISTRATOR, also=deal.owner_id)
    _tell(event, deal, kind, people, deal.get_absolute_url())


def tell_vendor(event: Event, deal: Deal, kind: NoticeKind) -> None:
    """Tell the vendor's people whom the kind concerns."""
    _tell(event, deal, kind, vendor_staff(deal.vendor_id, *(kind.roles & VENDOR_ROLES)), deal.get_desk_url())


def _tell(event: Event, deal: Deal, kind: NoticeKind, people: list[Recipient], path: str) -> None:
    others = [to for to in people if to.person_id != event.person_id]
    facts = {**facts_of(deal, event), "path": path}
    notify(event=event, kind=kind, recipients=others, facts=facts, path=path)


@handler("dealreg.tell_submitted", "deal.submitted")
def tell_submitted(event: Event) -> None:
    """Let the rules of engagement judge it; tell approvers of what they leave."""
    deal = deal_of(event)
    if judge_deal(actor=system(deal.vendor_id), deal=deal) is not None:
        deal = deal_of(event)
    if deal.status in WAITING_FOR_VENDOR:
        tell_vendor(event, deal, emails.SUBMITTED)


@handler("dealreg.tell_price_asked", "deal.price_asked")
def tell_price_asked(event: Event) -> None:
    """Tell approvers that a special price is asked for."""
    tell_vendor(event, deal_of(event), price_notices.ASKED)


@handler("dealreg.tell_price_decided", "deal.price_decided")
def tell_price_decided(event: Event) -> None:
    """Tell the partner what was decided of it."""
    tell_partner(event, deal_of(event), price_notices.DECIDED)


@handler("dealreg.tell_asked", "deal.information_requested")
def tell_asked(event: Event) -> None:
    """Tell the partner what is asked."""
    tell_partner(event, deal_of(event), emails.ASKED)


@handler("dealreg.tell_answered", "deal.answered")
def tell_answered(event: Event) -> None:
    """Let the rules judge the answer; tell approvers of what they leave, and that the clock runs again."""
    deal = deal_of(event)
    if judge_deal(actor=system(deal.vendor_id), deal=deal) is not None:
        deal = deal_of(event)
    if deal.status in WAITING_FOR_VENDOR:
        tell_vendor(event, deal, emails.ANSWERED)


@handler("dealreg.tell_approved", "deal.approved")
def tell_approved(event: Event) -> None:
    """Tell the partner."""
    tell_partner(event, deal_of(event), emails.APPROVED)


@handler("dealreg.write_letter", "deal.approved")
def write_letter(event: Event) -> None:
    """Make the approval letter and keep it with the deal's files."""
    deal = deal_of(event)
    if deal.decided_at is None or deal.files.filter(person=None, media_type="application/pdf").exists():
        return
    with translation.override(deal.owner.language):
        name = _("Approval letter %(reference)s.pdf") % {"reference": deal.reference}
    keep_generated(
        actor=system(deal.vendor_id), deal=deal, name=name, content=approval_letter(deal), media_type="application/pdf"
    )


@handler("dealreg.tell_declined", "deal.declined")
def tell_declined(event: Event) -> None:
    """Tell the partner, with the reason."""
    tell_partner(event, deal_of(event), emails.DECLINED)


@handler("dealreg.tell_withdrawn", "deal.withdrawn")
def tell_withdrawn(event: Event) -> None:
    """Tell approvers."""
    tell_vendor(event, deal_of(event), emails.WITHDRAWN)


@handler("dealreg.tell_expiring", "deal.expiring")
def tell_expiring(event: Event) -> None:
    """Remind the partner."""
    tell_partner(event, deal_of(event), emails.EXPIRING)


@handler("dealreg.tell_expired", "deal.expired")
def tell_expired(event: Event) -> None:
    """Tell the partner."""
    tell_partner(event, deal_of(event), emails.EXPIRED)


@handler("dealreg.tell_extension_asked", "deal.extension_asked")
def tell_extension_asked(event: Event) -> None:
    """Let the rules of engagement extend it; tell approvers of what they leave."""
    asked = Extension.objects.select_related("deal").filter(pk=event.data["extension"]).waiting().first()
    if asked is not None and not judge_extension(extension=asked):
        tell_vendor(event, deal_of(event), emails_protection.EXTENSION_ASKED)


@handler("dealreg.tell_extended", "deal.extended")
def tell_extended(event: Event) -> None:
    """Tell the partner until when."""
    tell_partner(event, deal_of(event), emails_protection.EXTENDED)


@handler("dealreg.tell_extension_refused", "deal.extension_refused")
def tell_extension_refused(event: Event) -> None:
    """Tell the partner why not."""
    tell_partner(event, deal_of(event), emails_protection.EXTENSION_REFUSED)


@handler(
    "dealreg.offer_next",
    "deal.withdrawn",
    "deal.expired",
    "deal.lost",
    "deal.released",
    "deal.given_up",
    "deal.set_aside",
    "deal.declined",
    "deal.appeal_upheld",
    "deal.appeal_withdrawn",
    "deal.appeal_lapsed",
)
def offer_freed(event: Event) -> None:
    """Offer protection that has become free to the next in line."""
    offer_next(deal_of(event))


@handler("dealreg.end_offer", "deal.approved", "deal.declined")
def end_offer_of(event: Event) -> None:
    """End the open offer of a deal that is decided by now; since the decision nobody can accept it."""
    end_offer(deal_of(event))


@handler("dealreg.tell_offered", "deal.offered")
def tell_offered(event: Event) -> None:
    """Tell the partner until when it can accept."""
    tell_partner(event, deal_of(event), emails_appeals.OFFERED)


@handler("dealreg.tell_offer_lapsed", "deal.offer_lapsed")
def tell_offer_lapsed(event: Event) -> None:
    """Tell the partner that the next in line has it now."""
    tell_partner(event, deal_of(event), emails_appeals.OFFER_LAPSED)


@handler("dealreg.judge_accepted", "deal.offer_accepted")
def judge_accepted(event: Event) -> None:
    """Let the rules of engagement judge it again; tell approvers of what they leave."""
    deal = deal_of(event)
    if judge_deal(actor=system(deal.vendor_id), deal=deal) is not None:
        deal = deal_of(event)
    if deal.status in WAITING_FOR_VENDOR:
        tell_vendor(event, deal, emails_appeals.OFFER_ACCEPTED)


@handler("dealreg.tell_displaced", "deal.displaced")
def tell_displaced(event: Event) -> None:
    """Tell the partner that its protection ended, and that it can appeal; never for whom."""
    tell_partner(event, deal_of(event), emails_appeals.DISPLACED)


@handler("dealreg.tell_appealed", "deal.appealed")
def tell_appealed(event: Event) -> None:
    """Tell who may decide it: everybody but who decided first."""
    appeal = Appeal.objects.filter(pk=event.data["appeal"]).open().first()
    if appeal is None:
        return
    deal = deal_of(event)
    people = vendor_staff(deal.vendor_id, *(emails_appeals.APPEALED.roles & VENDOR_ROLES))
    others = [to for to in people if to.person_id != appeal.first_decider_id]
    _tell(event, deal, emails_appeals.APPEALED, others, deal.get_desk_url())


@handler("dealreg.tell_appeal_decided", "deal.appeal_upheld", "deal.appeal_overturned", "deal.appeal_partly")
def tell_appeal_decided(event: Event) -> None:
    """Tell the partner how its appeal was decided."""
    tell_partner(event, deal_of(event), emails_appeals.DECIDED[event.kind])


@handler("dealreg.tell_appeal_overdue", "deal.appeal_overdue")
def tell_appeal_overdue(event: Event) -> None:
    """Tell partner managers and approvers."""
    tell_vendor(event, deal_of(event), emails_appeals.OVERDUE)


@handler("dealreg.tell_overdue", "deal.overdue")
def tell_overdue(event: Event) -> None:
    """Tell partner managers and approvers."""
    tell_vendor(event, deal_of(event), emails.OVERDUE)


@handler("dealreg.tell_stalled", "deal.stalled")
def tell_stalled(event: Event) -> None:
    """Nudge the partner, unless the deal has moved on meanwhile."""
    deal = deal_of(event)
    if deal.stalled_at is not None:
        tell_partner(event, deal, pipeline_emails.STALLED)


@handler("dealreg.tell_term_ending", "deal.term_ending")
def tell_term_ending(event: Event) -> None:
    """Remind the partner that a renewal is due."""
    tell_partner(event, deal_of(event), pipeline_emails.TERM_ENDING)


@handler("dealreg.tell_won", "deal.won")
def tell_won(event: Event) -> None:
    """Tell partner managers."""
    tell_vendor(event, deal_of(event), emails.WON)


@handler("dealreg.tell_lost", "deal.lost")
def tell_lost(event: Event) -> None:
    """Tell partner managers."""
    tell_vendor(event, deal_of(event), emails.LOST)


@handler("dealreg.tell_commented", "deal.commented")
def tell_commented(event: Event) -> None:
    """Tell the other side."""
    deal = deal_of(event)
    comment = Comment.objects.filter(pk=event.data["comment"], audience=CommentAudience.SHARED).first()
    if comment is None:
        return
    event.data["message"] = comment.text
    if event.role in {Role.MANAGER, Role.APPROVER}:
        tell_partner(event, deal, emails.COMMENTED)
    else:
        tell_vendor(event, deal, emails.COMMENTED)


@handler("dealreg.tell_handed_over", "deal.handed_over")
def tell_handed_over(event: Event) -> None:
    """Tell the new owner."""
    deal = deal_of(event)
    people = [to for to in partner_people(deal.enrollment_id, also=deal.owner_id) if to.person_id == deal.owner_id]
    _tell(event, deal, emails.HANDED_OVER, people, deal.get_absolute_url())


@handler("dealreg.note_reassigned", "deal.reassigned")
def tell_reassigned(event: Event) -> None:
    """Tell the new reviewer."""
    deal = deal_of(event)
    staff = vendor_staff(deal.vendor_id, *desk_notices.REASSIGNED.roles)
    people = [to for to in staff if to.person_id == event.after.get("assignee")]
    _tell(event, deal, desk_notices.REASSIGNED, people, deal.get_desk_url())


@handler("dealreg.note_uncovered", "deal.uncovered")
def tell_uncovered(event: Event) -> None:
    """Tell partner managers that nobody is left who decides it."""
    tell_vendor(event, deal_of(event), desk_notices.UNCOVERED)


@handler("dealreg.settle_open_deals", "enrollment.retired")
def settle_open_deals(event: Event) -> None:
    """Release a retired partner's open deals, or shorten their protection, as its manager decided."""
    enrollment = Enrollment.objects.get(pk=event.subject_id)
    if enrollment.status != EnrollmentStatus.RETIRED:
        return
    actor, reason = system(enrollment.vendor_id), event.data.get("reason", "")
    if event.data.get("deals") == DealsAfter.RELEASE:
        release_open_deals(actor=actor, enrollment=enrollment, reason=reason)
    elif event.data.get("until"):
        until = date.fromisoformat(event.data["until"])
        shorten_protections(actor=actor, enrollment=enrollment, until=until, reason=reason)


@handler(
    "dealreg.tell_freed",
    "deal.withdrawn",
    "deal.expired",
    "deal.lost",
    "deal.released",
    "deal.given_up",
    "deal.set_aside",
)
def tell_freed(event: Event) -> None:
    """Tell approvers when a freed customer has someone next in line."""
    deal = deal_of(event)
    line = line_for(deal)
    if line.holder is None and line.waiting:
        tell_vendor(event, line.waiting[0], emails.FREED)


@handler("dealreg.rate_milestones", "rates.changed", "console.added", "console.changed")
def rate_what_waited(event: Event) -> None:
    """Count deals in the vendor's currency whose exchange rate wasn't known."""
    if event.vendor_id is not None and tells_of_rates(event):
        rate_milestones(event.vendor_id)


@handler("dealreg.welcome_owner", "invitation.accepted")
def welcome_arrived(event: Event) -> None:
    """Give somebody who arrived the deals that were taken over for it."""
    seat = Seat.objects.select_related("person").filter(pk=event.data.get("seat")).first()
    if seat is not None:
        welcome_owner(actor=system(event.vendor_id), person=seat.person, seat=seat)
