"""What the vendor keeps on a deal in the program's own fields: its people's, and its approvers' alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dealreg import events
from dealreg.engagement import fields_in
from dealreg.engagement.shape import Audience
from dealreg.own_fields import COLUMNS, Demand, asked_of, cleaned
from dealreg.permissions import DECIDE_DEALS, NOTE_DEALS
from dealreg.rulings import policy_of
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dealreg.models import Deal
    from prm.kernel.actors import Actor


def audiences_of(actor: Actor) -> tuple[Audience, ...]:
    """Return whose fields a person of the vendor fills in and reads, beside the partner's."""
    if actor.may(DECIDE_DEALS):
        return (Audience.VENDOR, Audience.APPROVER)
    return (Audience.VENDOR,) if actor.is_vendor else ()


@transaction.atomic
def fill_in_answers(*, actor: Actor, deal: Deal, answers: Mapping[str, Any]) -> Deal:
    """Answer the vendor's own fields of a deal: those given change, an empty one goes. Only the vendor ever reads them.

    Records `deal.filled_in`, without what was answered: approvers' answers are theirs alone.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: not one of the fields, or not an answer to it.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(NOTE_DEALS) or not actor.is_vendor:
        raise Forbidden("not_allowed", _("Your role doesn't write here."))
    policy = policy_of(fresh)
    fields = asked_of(fields_in(policy.definition if policy else {}), *audiences_of(actor))
    stray = set(answers) - {own.slug for own in fields}
    if stray:
        raise RuleViolation(
            "unknown_field", _("The program asks nothing called “%(slug)s”.") % {"slug": min(stray)[:50]}
        )
    changed = []
    for audience in audiences_of(actor):
        own, column = asked_of(fields, audience), COLUMNS[audience]
        before = getattr(fresh, column)
        given = {each.slug: answers[each.slug] for each in own if each.slug in answers}
        kept = {slug: value for slug, value in before.items() if slug not in given}
        after = kept | cleaned(own, given, Demand())
        if after != before:
            setattr(fresh, column, after)
            changed.append(column)
    if changed:
        fresh.save(update_fields=[*changed, "updated_at"])
        labels = ", ".join(each.label for each in fields if each.slug in answers and each.audience is Audience.VENDOR)
        record(events.FILLED_IN, actor=actor, subject=fresh, data={"fields": labels or str(_("approvers’ fields"))})
    return fresh
