"""Reviews: a tier may be lowered only here, after warnings, a grace period and the partner manager's yes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prm.kernel.actors import system
from prm.kernel.errors import Conflict
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move
from standing import events
from standing.computing import figures_of
from standing.enums import ReviewState
from standing.models import Calculation, Standing, Tier, TierReview
from standing.naming import labels_for
from standing.scheme import evaluate
from standing.services.awarding import calculated, held_rank, settle
from standing.words import MOST_TOLD, missing_for
from standing.workflow import REVIEW

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def follow_review(enrollment_id: int, on: date) -> TierReview | None:
    """Take an enrollment's review as far as it goes on a day: open, warn, grace, propose, or note that it caught up.

    A review is opened only while the first warning can still be given in its time: who falls short later is looked at
    in the next one. Records `tier.warned`, `review.grace`, `review.proposed` or `review.recovered`. Returns the open
    review.
    """
    calculation = calculated(enrollment_id)
    standing = Standing.objects.select_related("earned").filter(enrollment_id=enrollment_id).first()
    if calculation is None or standing is None or standing.earned is None:
        return None
    review = TierReview.objects.open().filter(enrollment_id=enrollment_id).select_related("from_tier").first()
    secured = calculation.rank >= held_rank(standing.earned, calculation)
    if review is None:
        return None if secured else _open(calculation, standing.earned, on)
    if secured:
        _step(review, "recover", calculation)
        return None
    return _follow(review, calculation, on)


def _open(calculation: Calculation, held: Tier, on: date) -> TierReview | None:
    rules = calculation.scheme.shape.review
    due = rules.next_after(on)
    left, second = (due - on).days, rules.warn_days[1] if len(rules.warn_days) > 1 else 0
    if not rules.warn_days or not second < left <= rules.warn_days[0]:
        return None
    if TierReview.objects.filter(enrollment_id=calculation.enrollment_id, due_on=due).exists():
        return None
    review = TierReview.objects.create(
        enrollment_id=calculation.enrollment_id,
        vendor_id=calculation.vendor_id,
        partner_id=calculation.partner_id,
        due_on=due,
        grace_until=due + timedelta(days=rules.grace_days),
        from_tier=held,
        to_tier=calculation.tier,
    )
    _warn(review, calculation, rules.warn_days[0], on)
    return review


def _follow(review: TierReview, calculation: Calculation, on: date) -> TierReview:
    left = (review.due_on - on).days
    if review.state == ReviewState.WARNED and left > 0:
        # Of several warnings that are due by now, after a pause, one is enough.
        due = [days for days in calculation.scheme.shape.review.warn_days if left <= days < min(review.warned_days)]
        if due:
            _warn(review, calculation, min(due), on)
        return review
    if review.state == ReviewState.WARNED and review.grace_until > on:
        return _step(review, "grace", calculation)
    if review.state in {ReviewState.WARNED, ReviewState.GRACE} and review.grace_until <= on:
        return _step(review, "propose", calculation)
    return review


def _warn(review: TierReview, calculation: Calculation, days: int, on: date) -> None:
    review.warned_days = [*review.warned_days, days]
    review.to_tier = calculation.tier
    review.save(update_fields=["warned_days", "to_tier"])
    record(
        events.TIER_WARNED,
        actor=system(review.vendor_id),
        subject=review,
        after={"warned_days": review.warned_days},
        data={**_words(review, calculation), "days": (review.due_on - on).days, "due": review.due_on.isoformat()},
    )


def _step(review: TierReview, name: str, calculation: Calculation) -> TierReview:
    moved: TierReview = move(
        REVIEW,
        name,
        row=review,
        actor=system(review.vendor_id),
        changes={"to_tier_id": calculation.tier_id},
        data=_words(review, calculation),
    )
    return moved


def _words(review: TierReview, calculation: Calculation) -> dict[str, Any]:
    shape, currency = calculation.scheme.shape, calculation.scheme.program.vendor.currency
    verdict = evaluate(shape, figures_of(calculation))
    labels = labels_for(review.vendor_id, shape)
    missing = missing_for(shape, verdict, held_rank(review.from_tier, calculation), currency, labels)
    return {
        "tier": str(review.from_tier),
        "next": str(calculation.tier or _("no tier")),
        "missing": "; ".join(missing[:MOST_TOLD]),
        "until": review.grace_until.isoformat(),
    }


# -- Decisions


@transaction.atomic
def lower_tier(*, actor: Actor, review: TierReview) -> TierReview:
    """Lower an enrollment's tier to what its figures bring now. Records `review.lowered` and `tier.lowered`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: decided already, or it has caught up meanwhile.
    """
    locked(review, actor)
    calculation = calculated(review.enrollment_id)
    if calculation is None or calculation.rank >= held_rank(review.from_tier, calculation):
        raise Conflict("caught_up", _("It has caught up meanwhile: there is nothing to lower."), fresh=review)
    words = _words(review, calculation)
    changes = _decided(actor) | {"to_tier_id": calculation.tier_id}
    moved: TierReview = move(REVIEW, "lower", row=review, actor=actor, changes=changes, data=words)
    why = _("the review of %(day)s found missing: %(missing)s") % {"day": review.due_on, "missing": words["missing"]}
    settle(calculation, earned=calculation.tier, actor=actor, why=why)
    return moved


@transaction.atomic
def keep_tier(*, actor: Actor, review: TierReview, reason: str) -> TierReview:
    """Let a tier stay until the next review, with a reason that the partner sees. Records `review.kept`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no reason.
    """
    said = " ".join(reason.split())[:500]
    moved: TierReview = move(
        REVIEW,
        "keep",
        row=review,
        actor=actor,
        facts={"reason": said},
        changes={**_decided(actor), "reason": said},
        data={"tier": str(review.from_tier), "reason": said},
    )
    return moved


def _decided(actor: Actor) -> dict[str, Any]:
    return {"decided_by_id": actor.person_id, "decided_at": timezone.now()}
