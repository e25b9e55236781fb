"""What becomes of a partner's open deals when its enrollment is retired: they are released, or kept until a day."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from dealreg import events
from dealreg.enums import UNDECIDED, Outcome, Status
from dealreg.models import Appeal, Deal, Protection
from dealreg.services.extensions import lapse_extension
from dealreg.services.protection import release_protections
from dealreg.services.settling import lapse_appeal
from dealreg.workflow import REGISTRATION
from prm.kernel.recording import record
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from partners.models import Enrollment
    from prm.kernel.actors import Actor


@transaction.atomic
def release_open_deals(*, actor: Actor, enrollment: Enrollment, reason: str) -> int:
    """Release what is protected and set aside what is undecided, in the caller's name. Returns how many.

    Records `deal.released` or `deal.set_aside` for each. Deals that are won or lost stay as they are.
    """
    facts = {"reason": reason}
    deals = list(_open(actor, enrollment).select_for_update(of=("self",)).order_by("pk"))
    for deal in deals:
        step = "release" if deal.status == Status.APPROVED else "set_aside"
        move(REGISTRATION, step, row=deal, actor=actor, facts=facts, data=facts)
        release_protections(deal)
    appeals = Appeal.objects.filter(enrollment=enrollment).open()
    contested = Deal.objects.visible_to(actor).filter(pk__in=appeals.values("deal")).select_for_update(of=("self",))
    for deal in contested.order_by("pk"):
        lapse_appeal(deal)
    return len(deals)


@transaction.atomic
def shorten_protections(*, actor: Actor, enrollment: Enrollment, until: date, reason: str) -> int:
    """End protection that would last beyond a day on that day's eve. Records `deal.shortened`. Returns how many."""
    end = timezone.make_aware(datetime.combine(until, time.min))
    longer = _open(actor, enrollment).filter(status=Status.APPROVED, protected_until__gt=end)
    deals = list(longer.select_for_update(of=("self",)).order_by("pk"))
    for deal in deals:
        before, deal.protected_until = deal.protected_until, end
        deal.revision += 1
        deal.save(update_fields=["protected_until", "revision", "updated_at"])
        Protection.objects.live().filter(deal=deal).update(ends_at=end)
        lapse_extension(deal)
        lapse_appeal(deal)
        record(
            events.SHORTENED,
            actor=actor,
            subject=deal,
            before={"protected_until": before},
            after={"protected_until": end},
            data={"until": date_format(until, "DATE_FORMAT"), "reason": reason},
        )
    return len(deals)


def _open(actor: Actor, enrollment: Enrollment) -> QuerySet[Deal]:
    waits = [*UNDECIDED, Status.APPROVED]
    return Deal.objects.visible_to(actor).filter(enrollment=enrollment, outcome=Outcome.OPEN, status__in=waits)
