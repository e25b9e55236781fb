"""What a partner reads beside its protection's clock: what is left, what stops it, offers, appeals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from dealreg.appealing import Contest, appeal_refusal, contest_of
from dealreg.enums import Outcome, Status
from dealreg.extending import FIGURES, Room, extension_refusal, room_of
from dealreg.models import Appeal, Deal, Extension, Policy, ProtectionOffer
from dealreg.permissions import WORK_DEALS
from portal.formats import span_text
from portal.partner.rows import Ring

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

CONTESTABLE = frozenset({Status.APPROVED, Status.DECLINED, Status.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicClock:
    """What a partner reads beside its protection's clock.

    room: what the rules give, None where nothing is protected. waiting: its request that nobody has decided yet.
    may_ask: whether it can ask now. offer: protection that it can accept. appeal: its newest. contest: the decision
    that it can appeal against now.
    """

    room: Room | None = None
    waiting: Extension | None = None
    may_ask: bool = False
    offer: ProtectionOffer | None = None
    appeal: Appeal | None = None
    contest: Contest | None = None

    @property
    def stopped(self) -> str:
        """How much protection is left while an appeal stops the clock, "" where none does."""
        if self.appeal is None or not self.appeal.is_open or not self.appeal.clock_left:
            return ""
        return span_text(self.appeal.clock_left.total_seconds())

    @property
    def ring(self) -> Ring | None:
        """The ring of protection whose clock an appeal stops; None where it runs."""
        if not self.stopped or self.appeal is None or self.appeal.clock_left is None:
            return None
        return Ring(timezone.now() + self.appeal.clock_left, self.appeal.deal.protected_from, paused=True)


def public_clock(actor: Actor, deal: Deal) -> PublicClock:
    """Return what stands beside a deal's clock. One query for undecided deals, at most four for others."""
    if deal.is_undecided:
        offers = ProtectionOffer.objects.visible_to(actor).filter(deal=deal).open()
        return PublicClock(offer=offers.filter(until__gt=timezone.now()).first())
    if deal.status not in CONTESTABLE:
        return PublicClock()
    extensions = list(Extension.objects.visible_to(actor).filter(deal=deal).order_by("-pk"))
    appeals = Appeal.objects.visible_to(actor).filter(deal=deal).select_related("decided_by", "deal")
    appeal = appeals.order_by("-pk").first()
    policies = Policy.objects.visible_to(actor).filter(program_id=deal.enrollment.program_id)
    policy = policies.filter(reference=deal.policy_reference).first()
    contest = _contest(actor, deal, extensions, appeal, policy)
    if not deal.is_protected:
        return PublicClock(appeal=appeal, contest=contest)
    figures = {name: getattr(policy, name) for name in FIGURES} if policy else None
    room = room_of(deal, figures, sum(each.until is not None for each in extensions))
    waiting = next((each for each in extensions if each.waits), None)
    stopped = appeal is not None and appeal.is_open
    refused = extension_refusal(deal, room, timezone.now()) is not None
    may_ask = actor.may(WORK_DEALS) and waiting is None and not refused and not stopped
    return PublicClock(room=room, waiting=waiting, may_ask=may_ask, appeal=appeal, contest=contest)


def _contest(
    actor: Actor, deal: Deal, extensions: list[Extension], appeal: Appeal | None, policy: Policy | None
) -> Contest | None:
    """Return what can be appealed against, where the actor may and nothing is open."""
    if deal.outcome != Outcome.OPEN or not actor.may(WORK_DEALS) or (appeal is not None and appeal.is_open):
        return None
    contest = contest_of(deal, extensions)
    if contest is None or policy is None:
        return None
    if contest.at + timedelta(days=policy.appeal_days) <= timezone.now():
        return None
    return None if appeal_refusal(deal, contest, policy, timezone.now()) else contest
