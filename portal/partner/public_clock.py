"""What a partner reads beside its protection's clock: extensions left, and what happens at the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from dealreg.extending import FIGURES, Room, extension_refusal, room_of
from dealreg.models import Deal, Extension, Policy
from dealreg.permissions import WORK_DEALS

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicClock:
    """What a partner reads beside its protection's clock.

    room: what the rules give. waiting: its request that nobody has decided yet. may_ask: whether it can ask now.
    """

    room: Room
    waiting: Extension | None
    may_ask: bool


def public_clock(actor: Actor, deal: Deal) -> PublicClock | None:
    """Return what stands beside the clock of a deal that is protected, None for others. Two queries."""
    if not deal.is_protected:
        return None
    asked = list(Extension.objects.visible_to(actor).filter(deal=deal).order_by("-pk"))
    policies = Policy.objects.visible_to(actor).filter(program_id=deal.enrollment.program_id)
    figures = policies.filter(reference=deal.policy_reference).values(*FIGURES).first()
    room = room_of(deal, figures, sum(each.until is not None for each in asked))
    waiting = next((each for each in asked if each.waits), None)
    refused = extension_refusal(deal, room, timezone.now()) is not None
    may_ask = actor.may(WORK_DEALS) and waiting is None and not refused
    return PublicClock(room=room, waiting=waiting, may_ask=may_ask)
