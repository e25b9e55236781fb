"""A vendor's thresholds of matching: read, and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import events
from accounts.models import MatchThresholds
from accounts.permissions import EDIT_MATCHING
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from accounts.matching import Bands
    from prm.kernel.actors import Actor


def thresholds_of(actor: Actor) -> MatchThresholds:
    """Return the thresholds of the actor's vendor, unsaved standard ones where it has none of its own."""
    found: MatchThresholds | None = MatchThresholds.objects.visible_to(actor).first()
    return found or MatchThresholds(vendor_id=actor.vendor_id or 0)


@transaction.atomic
def set_thresholds(*, actor: Actor, bands: Bands, revision: int) -> MatchThresholds:
    """Change the vendor's thresholds; registrations from now on are matched by them. Records `matching.changed`.

    revision: of the thresholds that the person saw.

    Raises:
        Forbidden: no right. Conflict: changed meanwhile. RuleViolation: out of order; `field` names the one.
    """
    if not actor.may(EDIT_MATCHING):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if not 1 <= bands.review_from <= 100:
        raise RuleViolation("out_of_range", _("Between 1 and 100."), "review_from")
    if not 1 <= bands.same_from <= 100:
        raise RuleViolation("out_of_range", _("Between 1 and 100."), "same_from")
    if bands.review_from > bands.same_from:
        raise RuleViolation(
            "out_of_order", _("Review begins below the same: choose a lower score, or raise the other."), "review_from"
        )
    row, _made = MatchThresholds.objects.get_or_create(vendor_id=actor.vendor_id or 0)
    fresh: MatchThresholds = locked(row, actor)
    if fresh.revision != revision:
        raise Conflict(
            "stale", _("Somebody changed the thresholds meanwhile. Nothing of yours was saved."), fresh=fresh
        )
    before = {"same_from": fresh.same_from, "review_from": fresh.review_from}
    after = {"same_from": bands.same_from, "review_from": bands.review_from}
    if before == after:
        return fresh
    fresh.same_from, fresh.review_from, fresh.revision = bands.same_from, bands.review_from, fresh.revision + 1
    fresh.save()
    record(events.MATCHING_CHANGED, actor=actor, subject=fresh, before=before, after=after, data=after)
    return fresh
