"""Protection that has become free is offered to the next in line, who accepts, refuses or lets it lapse.

Locks are taken in the order deal, account, offer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Account
from dealreg import events
from dealreg.enums import ProtectionOfferState, Status
from dealreg.models import Deal, Protection, ProtectionOffer
from dealreg.reports import appeal_beside, line_for
from dealreg.rulings import policy_of
from dealreg.services.registration import withdraw_deal
from dealreg.workflow import OFFER, REGISTRATION
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def offer_next(freed: Deal) -> ProtectionOffer | None:
    """Offer what a deal left free to the next in line. Records `deal.offered`; returns None where none is due.

    Nothing is offered where nobody was ever protected, somebody is, an offer or an appeal is open, nobody waits, or the
    policy of the next in line gives no days.
    """
    held = Protection.objects.filter(account_id=freed.account_id, vendor_id=freed.vendor_id)
    first = next(iter(line_for(freed).waiting), None)
    if first is None or not held.exists():
        return None
    deal: Deal = locked(first, system(freed.vendor_id))
    Account.objects.select_for_update(no_key=True).filter(pk=deal.account_id).values_list("pk", flat=True).first()
    line = line_for(deal)
    waiting = [other.pk for other in line.waiting]
    if waiting[:1] != [deal.pk] or line.holder is not None or appeal_beside(deal) is not None:
        return None
    if ProtectionOffer.objects.filter(deal__in=waiting).open().exists():
        return None
    policy = policy_of(deal)
    if policy is None or not policy.offer_days:
        return None
    return _offer(deal, policy.offer_days)


def _offer(deal: Deal, days: int) -> ProtectionOffer:
    now = timezone.now()
    made = ProtectionOffer.objects.create(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        offered_at=now,
        until=now + timedelta(days=days),
    )
    data = {"until": date_format(timezone.localtime(made.until), "DATE_FORMAT"), "days": days, "offer": made.pk}
    record(events.OFFERED, actor=system(deal.vendor_id), subject=deal, after={"state": made.state}, data=data)
    return made


@transaction.atomic
def accept_offer(*, actor: Actor, offer: ProtectionOffer) -> ProtectionOffer:
    """Accept protection: the registration is judged next, before anybody else's. Records `deal.offer_accepted`.

    The rules run again in a worker; what they leave waits for a person, whose clock starts anew.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: its time is over.
    """
    deal, now = _deal_of(actor, offer), timezone.now()

    def changes(fresh: ProtectionOffer) -> dict[str, object]:
        if fresh.until <= now:
            day = date_format(timezone.localtime(fresh.until), "DATE_FORMAT")
            raise RuleViolation(
                "offer_ended", _("The offer ended on %(day)s. It went to the next in line.") % {"day": day}
            )
        return {"answered_at": now, "answered_by_id": actor.person_id}

    data = {"offer": offer.pk}
    fresh: ProtectionOffer = move(OFFER, "accept", row=offer, actor=actor, changes=changes, data=data, about=deal)
    policy = policy_of(deal)
    if deal.status != Status.INFORMATION_REQUESTED and policy is not None:
        zone, holidays = deal.vendor.time_zone, policy.shape.holidays
        deal.due_at, deal.escalated_at = add_working_hours(now, policy.decision_hours, zone, holidays), None
        deal.revision += 1
        deal.save(update_fields=["due_at", "escalated_at", "revision", "updated_at"])
    return fresh


@transaction.atomic
def refuse_offer(*, actor: Actor, offer: ProtectionOffer, reason: str = "") -> ProtectionOffer:
    """Don't accept: the registration is withdrawn, and the next in line is offered it.

    Records `deal.offer_refused` and `deal.withdrawn`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: the deal is closed.
    """
    deal, reason = _deal_of(actor, offer), reason.strip()
    changes = {"answered_at": timezone.now(), "answered_by_id": actor.person_id, "reason": reason}
    data = {"offer": offer.pk, "reason": reason}
    fresh: ProtectionOffer = move(OFFER, "refuse", row=offer, actor=actor, changes=changes, data=data, about=deal)
    withdraw_deal(actor=actor, deal=deal, message=reason)
    return fresh


def lapse_offers(limit: int = 1000) -> int:
    """Let offers lapse that nobody answered in time, each in a transaction of its own. Returns how many.

    Records `deal.offer_lapsed`, and `deal.set_aside` where the registration still waits: then the next in line has it.
    """
    done = 0
    while done < limit and _lapse_next():
        done += 1
    return done


@transaction.atomic
def _lapse_next() -> bool:
    ended = ProtectionOffer.objects.all().open().filter(until__lte=timezone.now())
    offer = ended.select_related("deal").order_by("until", "pk").first()
    if offer is None:
        return False
    actor = system(offer.vendor_id)
    deal: Deal = locked(offer.deal, actor)
    fresh: ProtectionOffer = locked(offer, actor)
    if fresh.state != ProtectionOfferState.OPEN:  # answered while this waited for the deal
        return True
    move(OFFER, "lapse", row=fresh, actor=actor, data={"offer": offer.pk}, about=deal)
    if deal.is_undecided and deal.outcome == "open":
        with translation.override(deal.owner.language):
            facts = {"reason": _("The offer of protection was not answered in time.")}
        unasked: dict[str, object] = {"asked_fields": [], "asked_text": "", "clock_left": None}
        move(REGISTRATION, "set_aside", row=deal, actor=actor, facts=facts, changes=unasked, data=facts)
    return True


def _deal_of(actor: Actor, offer: ProtectionOffer) -> Deal:
    """Return the offer's deal, locked, for whoever sees it.

    An offer is worth nothing once the deal is decided, also before a worker has ended it.

    Raises:
        Http404: out of sight. Conflict: the deal was decided.
    """
    found = ProtectionOffer.objects.visible_to(actor).filter(pk=offer.pk).select_related("deal").first()
    if found is None:
        raise Http404
    deal: Deal = locked(found.deal, actor)
    if not deal.is_undecided:
        raise Conflict("state_changed", _("The registration was decided meanwhile."), fresh=deal)
    return deal
