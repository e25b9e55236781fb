"""Protection: claimed at approval, released, expired, and announced before it ends.

Locks are always taken in the order deal, account, protection, so that no two of these can wait for each other.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from dealreg import events
from dealreg.enums import Outcome, ProtectionState, Status
from dealreg.milestones import reaching
from dealreg.models import Appeal, Deal, Policy, Protection
from dealreg.reports import appealing
from dealreg.services.extensions import lapse_extension
from dealreg.services.settling import end_offer, lapse_appeal, refuse_beside_appeal
from dealreg.workflow import REGISTRATION
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from datetime import datetime

    from dealreg.enums import MilestoneKind
    from prm.kernel.actors import Actor

BATCH = 200
A_DAY = Value(timedelta(days=1), output_field=DurationField())

CLAIM = """
INSERT INTO dealreg_protection
  (deal_id, vendor_id, partner_id, enrollment_id, account_id, family_id, state, starts_at, ends_at)
SELECT %(deal)s, %(vendor)s, %(partner)s, %(enrollment)s, %(account)s, family, 'live', %(from)s, %(until)s
FROM unnest(%(families)s::bigint[]) AS family
WHERE NOT EXISTS (
  SELECT FROM dealreg_protection p JOIN accounts_productfamily f ON f.id = p.family_id
  WHERE p.account_id = %(account)s AND p.state = 'live'
    AND (f.covers_all OR p.family_id = ANY(%(families)s::bigint[])
         OR EXISTS (SELECT FROM accounts_productfamily mine
                    WHERE mine.id = ANY(%(families)s::bigint[]) AND mine.covers_all))
)
ON CONFLICT (account_id, family_id) WHERE state = 'live' DO NOTHING
"""


def claim_protection(
    deal: Deal, *, until: datetime, since: datetime | None = None, reached: MilestoneKind | None = None
) -> None:
    """Turn the deal's place in line into protection of its account and families, in the caller's transaction.

    Locks the account, retires what has expired on it, then inserts in one conditional statement. The lock is what
    makes the family that stands for all exclude the others; the unique index alone can't. since: now without it.
    reached: the milestone to note in the same message, which saves a round trip.

    Raises:
        RuleViolation: the account is protected for another deal, in one of the families.
    """
    now = timezone.now()
    ended = Protection.objects.live().filter(account_id=deal.account_id, ends_at__lte=now)
    # NO KEY: registrations that merely refer to the account aren't held up. Nothing ends while it is waited for but by
    # another claim, which has retired it then.
    account = Account.objects.select_for_update(no_key=True).filter(pk=deal.account_id)
    appeals = Appeal.objects.filter(appealing(deal)).open()
    is_ended, is_contested = account.values_list(Exists(ended), Exists(appeals))[0]
    if is_contested:
        refuse_beside_appeal(deal)
    if is_ended:
        ended.update(state=ProtectionState.EXPIRED)
    values: dict[str, Any] = {
        "deal": deal.pk,
        "vendor": deal.vendor_id,
        "partner": deal.partner_id,
        "enrollment": deal.enrollment_id,
        "account": deal.account_id,
        "families": deal.families,
        "from": since or now,
        "until": until,
    }
    with connection.cursor() as cursor:
        along, more = reaching(deal, reached) if reached else ("", {})
        cursor.execute(f"{along};{CLAIM}" if along else CLAIM, values | more)
        claimed = cursor.rowcount
    if claimed != len(deal.families):
        raise _taken(deal)


def _taken(deal: Deal) -> RuleViolation:
    holder = Protection.objects.live().filter(account_id=deal.account_id).select_related("deal").order_by("pk").first()
    if holder is None:
        return RuleViolation("protected_already", _("Another registration was protected a moment ago. Look again."))
    return RuleViolation(
        "protected_already",
        _("%(reference)s is protected for this customer until %(until)s. This one keeps its place in line.")
        % {"reference": holder.deal.reference, "until": f"{holder.ends_at:%Y-%m-%d}"},
    )


def release_protections(deal: Deal) -> None:
    """End the deal's protection at once, and what is open about it, in the caller's transaction."""
    Protection.objects.live().filter(deal=deal).update(state=ProtectionState.RELEASED)
    lapse_extension(deal)
    end_offer(deal)
    lapse_appeal(deal)


@transaction.atomic
def relinquish_protection(*, actor: Actor, deal: Deal, reason: str) -> Deal:
    """Give protection up before its end; the deal goes on without. Records `deal.given_up`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no reason, not protected, or the deal is closed.
    """
    reason = reason.strip()

    def changes(fresh: Deal) -> dict[str, Any]:
        if not fresh.is_protected:
            raise RuleViolation("not_protected", _("This deal isn’t protected: there is nothing to release."))
        return {"protected_until": timezone.now()}

    facts = {"reason": reason}
    fresh: Deal = move(REGISTRATION, "relinquish", row=deal, actor=actor, facts=facts, changes=changes, data=facts)
    release_protections(fresh)
    return fresh


def expire_protections(limit: int = 1000) -> int:
    """Expire deals whose protection has ended, each in a transaction of its own. Returns how many.

    Records `deal.expired` for each. A deal that was won or lost keeps its status; only its protection ends.
    """
    _retire_closed()
    done = 0
    while done < limit and _expire_next():
        done += 1
    return done


def _retire_closed() -> None:
    closed = Protection.objects.live().filter(ends_at__lte=timezone.now()).exclude(deal__outcome=Outcome.OPEN)
    Protection.objects.filter(pk__in=closed.values("pk")[:BATCH]).update(state=ProtectionState.EXPIRED)


@transaction.atomic
def _expire_next() -> bool:
    ended = Deal.objects.filter(status=Status.APPROVED, outcome=Outcome.OPEN, protected_until__lte=timezone.now())
    deal = ended.select_for_update(skip_locked=True, of=("self",)).order_by("protected_until").first()
    if deal is None:
        return False
    move(REGISTRATION, "expire", row=deal, actor=system(deal.vendor_id))
    Protection.objects.live().filter(deal=deal).update(state=ProtectionState.EXPIRED)
    lapse_extension(deal)
    return True


@transaction.atomic
def remind_expiring() -> int:
    """Record `deal.expiring` once for each protection that ends within its program's reminder window."""
    now = timezone.now()
    widest = timedelta(days=max(Policy.objects.values_list("reminder_days", flat=True), default=0))
    near = (
        Deal.objects.protected()
        .filter(outcome=Outcome.OPEN, reminded_at=None, protected_until__gt=now, protected_until__lte=now + widest)
        # In one filter: the version that the deal was registered under, not any of the program's.
        .filter(
            enrollment__program__policies__reference=F("policy_reference"),
            protected_until__lte=ExpressionWrapper(
                Value(now) + A_DAY * F("enrollment__program__policies__reminder_days"), output_field=DateTimeField()
            ),
        )
    )
    deals = list(near.select_for_update(skip_locked=True, of=("self",)).order_by("protected_until")[:BATCH])
    for deal in deals:
        days = (deal.protected_until - now).days if deal.protected_until else 0
        facts = {"days": days, "reference": deal.reference, "customer": deal.customer_name}
        record(events.EXPIRING, actor=system(deal.vendor_id), subject=deal, data=facts)
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(reminded_at=now)
    return len(deals)
