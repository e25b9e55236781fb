"""What else waits on the console's start page. An area with something of its own adds a function that counts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from activity.permissions import RETRY_MAILS
from activity.undelivered import undelivered_mails
from partners.models import Invitation
from partners.permissions import MANAGE_STAFF
from standing.enums import ReviewState, WaitingState
from standing.models import TierReview, WaitingFact
from standing.permissions import DECIDE_STANDING, RECORD_FACTS

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_COUNTED = 100
UNANSWERED = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its rows behind it. tone: "bad" or "warn" where somebody must act."""

    label: str
    count: int
    url: str
    tone: str = ""

    @property
    def figure(self) -> str:
        """The count as shown: "99+" beyond."""
        return f"{self.count:,}" if self.count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"


def invitations(actor: Actor) -> Tile | None:
    """Count the invitations that nobody accepted within two days."""
    if not actor.may(MANAGE_STAFF):
        return None
    waiting = Invitation.objects.visible_to(actor).waiting().filter(sent_at__lte=timezone.now() - UNANSWERED)
    return Tile(_("Invitations not accepted"), waiting[:MOST_COUNTED].count(), reverse("console:staff"))


def undelivered(actor: Actor) -> Tile | None:
    """Count the mails that did not arrive."""
    if not actor.may(RETRY_MAILS):
        return None
    count = undelivered_mails(actor).order_by()[:MOST_COUNTED].count()
    return Tile(_("Mails not delivered"), count, reverse("console:undelivered"), "bad" if count else "")


def unmatched(actor: Actor) -> Tile | None:
    """Count the rows from other systems that can't be booked."""
    if not actor.may(RECORD_FACTS):
        return None
    waiting = WaitingFact.objects.visible_to(actor).filter(state=WaitingState.OPEN)
    count = waiting[:MOST_COUNTED].count()
    return Tile(_("Rows on the work list"), count, reverse("console:unmatched"), "warn" if count else "")


def reviews(actor: Actor) -> Tile | None:
    """Count the tier reviews that wait for a decision."""
    if not actor.may(DECIDE_STANDING):
        return None
    waiting = TierReview.objects.visible_to(actor).filter(state=ReviewState.PROPOSED)
    count = waiting.order_by()[:MOST_COUNTED].count()
    return Tile(_("Tier reviews to decide"), count, reverse("console:reviews"), "warn" if count else "")


FURTHER: tuple[Callable[[Actor], Tile | None], ...] = (reviews, invitations, undelivered, unmatched)
"""Each takes one query at most, and gives None where it is nothing for the actor."""


def further_tiles(actor: Actor) -> list[Tile]:
    """Return the tiles of the other areas."""
    return [tile for count in FURTHER if (tile := count(actor)) is not None]
