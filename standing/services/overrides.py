"""Tiers given by hand: giving one, and its end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Enrollment
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked
from standing import events
from standing.models import Calculation, Standing, Tier, TierOverride
from standing.permissions import DECIDE_STANDING
from standing.services.awarding import award, calculated, settle

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LONGEST = timedelta(days=3 * 366)
LONGEST_REASON = 500


@transaction.atomic
def give_tier(*, actor: Actor, enrollment: Enrollment, tier: Tier, reason: str, ends_on: date | None) -> TierOverride:
    """Give a tier by hand until a day; the partner sees it with its reason. Records `override.given`.

    Raises:
        Http404: the enrollment is out of sight. Forbidden: the right is missing. Conflict: one is given already.
        RuleViolation: a tier of another ladder, no reason, no end, one that has passed or is over three years away.
    """
    fresh = deciding(actor, enrollment)
    said, today = reason_given(reason), fresh.vendor.today()
    if tier.program_id != fresh.program_id or tier.rank is None:
        raise RuleViolation("other_ladder", _("Choose a tier of this program."), "tier")
    if ends_on is None or not today < ends_on <= today + LONGEST:
        raise RuleViolation("ends_on", _("Until when? A day after today, within three years."), "ends_on")
    if TierOverride.objects.filter(enrollment=fresh, ended_at=None).exists():
        raise Conflict("given_already", _("A tier is given by hand already. End that one first."))
    given = TierOverride.objects.create(
        enrollment=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        tier=tier,
        reason=said,
        given_by_id=actor.person_id,
        starts_on=today,
        ends_on=ends_on,
    )
    names = {"tier": str(tier), "until": ends_on.isoformat(), "reason": said, "name": str(fresh)}
    record(events.OVERRIDE_GIVEN, actor=actor, subject=fresh, after={"tier": tier}, data=names)
    _resettle(actor, fresh, _("given by hand until %(day)s: %(reason)s") % {"day": ends_on, "reason": said})
    return given


@transaction.atomic
def end_override(*, actor: Actor, override: TierOverride) -> TierOverride:
    """End a tier given by hand; what was earned holds again. Records `override.ended`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: it has ended already.
    """
    fresh: TierOverride = locked(override, actor)
    if not actor.may(DECIDE_STANDING):
        raise Forbidden("not_allowed", _("Your role doesn’t decide tiers."))
    return _end(actor, fresh)


@transaction.atomic
def end_due_overrides(*, actor: Actor, on: date) -> int:
    """End what was given until a day; returns how many. As `end_override`, for workers."""
    due = TierOverride.objects.visible_to(actor).filter(ended_at=None, ends_on__lte=on)
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
    for override in rows:
        _end(actor, override)
    return len(rows)


def _end(actor: Actor, override: TierOverride) -> TierOverride:
    if override.ended_at is not None:
        raise Conflict("ended", _("It has ended already."), fresh=override)
    override.ended_at = timezone.now()
    override.save(update_fields=["ended_at"])
    enrollment = override.enrollment
    words = {"tier": str(override.tier), "name": str(enrollment)}
    record(events.OVERRIDE_ENDED, actor=actor, subject=enrollment, before={"tier": override.tier}, data=words)
    _resettle(actor, enrollment, _("the tier given by hand has ended"))
    return override


def _resettle(actor: Actor, enrollment: Enrollment, why: str) -> None:
    calculation: Calculation | None = calculated(enrollment.pk)
    if calculation is None:
        raise RuleViolation("no_scheme", _("This program has no scheme in force: there are no tiers to give."))
    standing = Standing.objects.filter(enrollment=enrollment).select_related("earned").first()
    settle(calculation, earned=standing.earned if standing else None, actor=actor, why=why)
    award(enrollment.pk, enrollment.vendor.today())


def deciding(actor: Actor, enrollment: Enrollment) -> Enrollment:
    """Return an enrollment, locked, for somebody who may decide about it.

    Raises:
        Http404: out of sight. Forbidden: the right is missing.
    """
    fresh: Enrollment = locked(enrollment, actor)
    if not actor.may(DECIDE_STANDING):
        raise Forbidden("not_allowed", _("Your role doesn’t decide tiers and points."))
    return fresh


def reason_given(reason: str) -> str:
    """Return a reason as it is kept.

    Raises:
        RuleViolation: there is none.
    """
    said = " ".join(reason.split())
    if not said:
        raise RuleViolation("required", _("Say why: the partner sees it."), "reason")
    return said[:LONGEST_REASON]
