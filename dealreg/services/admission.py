"""What is refused at the door, and by when what is let in is decided: by the partner's own stated facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import AccountLink
from dealreg.engagement import refusal, route_of, told
from dealreg.engagement.shape import Stated
from dealreg.enums import Status
from dealreg.models import Deal, Policy
from dealreg.rulings import known_of
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.resolving import Resolution
    from dealreg.engagement import Facts
    from dealreg.rules import Terms

FIELDS = {Stated.TERRITORY: "customer_country", Stated.SIZE: "value", Stated.AUTHORISATION: "lines"}


def admit(facts: Facts, terms: Terms) -> None:
    """Refuse what the rules would decline for sure, and what is above a limit, with the clause. Queries only to refuse.

    Raises:
        RuleViolation: it is; `field` names what it hangs on.
    """
    limits = terms.engagement.limits
    if limits is not None and limits.open is not None and terms.open_now >= limits.open:
        words = _(
            "Clause %(clause)s: your company has %(count)d registrations that wait or are protected, the most this "
            "program takes. Close or withdraw one first."
        )
        raise RuleViolation("too_many_open", words % {"clause": limits.clause, "count": terms.open_now})
    if found := refusal(terms.engagement, facts):
        known = known_of(system(terms.vendor_id), Policy.objects.get(pk=terms.policy_id))
        words = _("Clause %(clause)s: %(why)s")
        text = words % {"clause": found.clause, "why": told(found.sentence, known)}
        raise RuleViolation(f"outside_{found.about}", text, FIELDS[found.about])


def known_refusal(terms: Terms, country: str) -> str:
    """Return what would refuse a registration in a country whatever else is typed, "" for nothing. Writes nothing."""
    try:
        admit(replace(terms.speaks, country=country), terms)
    except RuleViolation as refused:
        return str(refused.message)
    return ""


def admit_again(terms: Terms, resolution: Resolution, families: Sequence[int]) -> None:
    """Refuse a customer that was declined too often lately. A query only where that is limited and it is known.

    Raises:
        RuleViolation: it was.
    """
    limits = terms.engagement.limits
    # A likeness refuses nobody: a person decides whether it is the same.
    if limits is None or limits.resubmissions is None or resolution.link != AccountLink.EXACT:
        return
    declined = Deal.objects.filter(
        enrollment_id=terms.enrollment_id,
        account_id=resolution.account_id,
        status=Status.DECLINED,
        decided_at__gt=timezone.now() - timedelta(days=limits.days),
        families__overlap=list(families),
    ).count()
    if declined > limits.resubmissions:
        words = _(
            "Clause %(clause)s: you registered this customer %(count)d times within %(days)d days and it was declined. "
            "Appeal, or wait."
        )
        facts = {"clause": limits.clause, "count": declined, "days": limits.days}
        raise RuleViolation("resubmitted", words % facts, "customer_name")


def due_from(now: datetime, terms: Terms, facts: Facts, account_id: int) -> datetime:
    """Return by when a registration is decided: after the hours of its route, else of the policy."""
    route = route_of(terms.engagement, replace(facts, account=account_id))
    hours = terms.decision_hours if route is None else route.hours
    return add_working_hours(now, hours, terms.zone, terms.engagement.holidays)
