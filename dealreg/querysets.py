"""Named filters of deals, drafts, files, comments and protections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, F, Func, JSONField, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject, Now
from django.utils import timezone

from dealreg.enums import (
    UNDECIDED,
    WAITING_FOR_VENDOR,
    AppealState,
    CommentAudience,
    ExtensionState,
    Outcome,
    ProtectionOfferState,
    ProtectionState,
    ShareAnswer,
    Status,
    TeamState,
)
from people.models import Person
from prm.kernel.actors import Reach
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor


class DealQuerySet(ScopedQuerySet):
    """Deals."""

    def undecided(self) -> Self:
        """Return deals that keep a place in line."""
        return self.filter(status__in=UNDECIDED)

    def waiting_for_vendor(self) -> Self:
        """Return deals on which the vendor's clock runs."""
        return self.filter(status__in=WAITING_FOR_VENDOR)

    def waiting_for_partner(self) -> Self:
        """Return deals on which the vendor waits for an answer."""
        return self.filter(status=Status.INFORMATION_REQUESTED)

    def open(self) -> Self:
        """Return deals that are neither won nor lost, declined nor withdrawn."""
        return self.filter(outcome=Outcome.OPEN).exclude(status__in=[Status.DECLINED, Status.WITHDRAWN])

    def overdue(self, now: datetime) -> Self:
        """Return deals whose service level has passed, and of which nobody was told yet."""
        return self.waiting_for_vendor().filter(due_at__lte=now, escalated_at=None)

    def protected(self) -> Self:
        """Return approved deals whose protection runs."""
        return self.filter(status=Status.APPROVED, protected_until__isnull=False)

    def contending(self, now: datetime | None = None) -> Self:
        """Return deals that are in line for, or hold, protection; a lost deal leaves the line until it is reopened."""
        waits = Q(status__in=UNDECIDED) & ~Q(outcome=Outcome.LOST)
        holds = Q(status=Status.APPROVED, protected_until__gt=now or timezone.now())
        return self.filter(waits | holds)

    def with_names(self) -> Self:
        """Add `owner_name`, `assignee_name` and `decider_name`.

        Subqueries: with three joins, PostgreSQL takes longer to weigh their orders than to read the deal.
        """

        def name(column: str) -> Subquery:
            return Subquery(Person.objects.filter(pk=OuterRef(column)).values("name")[:1])

        return self.annotate(
            owner_name=name("owner_id"), assignee_name=name("assignee_id"), decider_name=name("decided_by_id")
        )


class AbsenceQuerySet(ScopedQuerySet):
    """Absences."""

    def now(self) -> Self:
        """Return those that last."""
        return self.filter(ended_at=None, starts_at__lte=Now(), ends_at__gt=Now())

    def to_come(self) -> Self:
        """Return those that last or are ahead."""
        return self.filter(ended_at=None, ends_at__gt=Now())

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Return those that share a moment with a time."""
        return self.filter(ended_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at)

    def covered_by(self, actor: Actor) -> QuerySet[Any, dict[str, Any]]:
        """Return for whom an actor stands in now, as ids."""
        return self.visible_to(actor).now().filter(stand_in=actor.person_id).values("person")


class RulingQuerySet(ScopedQuerySet):
    """Rulings."""

    def latest_of_deal(self) -> QuerySet[Any, dict[str, Any]]:
        """Return the newest ruling of the deal of an outer query, as JSON that `reports.ruled_of` takes."""
        newest = self.filter(deal=OuterRef("pk")).order_by("-pk")
        shown = JSONObject(outcome="outcome", clause="clause", segment="segment", sentence="sentence")
        return newest.values(json=shown)[:1]

    def latest_with_names(self) -> QuerySet[Any, dict[str, Any]]:
        """Return the same with what the vendor calls its families, tiers and certificates: a page shows why."""
        newest = self.filter(deal=OuterRef("pk")).order_by("-pk")
        names = {
            "families": _names("accounts.ProductFamily", "code", vendor=OuterRef("vendor")),
            "tiers": _names("standing.Tier", "slug", program=OuterRef("policy__program")),
            "credentials": _names("standing.Credential", "slug", vendor=OuterRef("vendor")),
        }
        shown = JSONObject(
            outcome="outcome", clause="clause", segment="segment", sentence="sentence", names=JSONObject(**names)
        )
        return newest.values(json=shown)[:1]


def _names(model: str, key: str, **of: Any) -> Subquery:
    """Return a model's names by their key, as one JSON object."""
    pairs = Func(F(key), F("name"), function="jsonb_object_agg", output_field=JSONField())
    return Subquery(apps.get_model(model).objects.filter(**of).order_by().annotate(found=pairs).values("found"))


class DraftQuerySet(ScopedQuerySet):
    """Drafts."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a person the drafts it wrote from the seat it acts from."""
        if not actor.is_partner or actor.read_only:
            return self.none()
        return self.filter(person_id=actor.person_id, seat_id=actor.seat_id, discarded_at=None)

    def discarded_by(self, actor: Actor) -> Self:
        """Return the drafts that a person discarded at the seat it acts from, and can still have back."""
        if not actor.is_partner:
            return self.none()
        return self.filter(person_id=actor.person_id, seat_id=actor.seat_id, discarded_at__isnull=False)


class OwnSeatQuerySet(ScopedQuerySet):
    """What is a person's own at one of its seats."""

    def visible_to(self, actor: Actor) -> Self:
        """Show it to the person, acting from that seat."""
        if not actor.is_partner or actor.read_only:
            return self.none()
        return self.filter(person_id=actor.person_id, seat_id=actor.seat_id)


class FileQuerySet(ScopedQuerySet):
    """Files."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a deal's files to who sees the deal, a draft's files to its writer."""
        on_deals = super().visible_to(actor).filter(deal__isnull=False)
        if not actor.is_partner or actor.read_only:
            return on_deals
        return on_deals | self.filter(
            draft__person_id=actor.person_id, draft__seat_id=actor.seat_id, draft__discarded_at=None
        )


class CommentQuerySet(ScopedQuerySet):
    """Comments and notes."""

    def visible_to(self, actor: Actor) -> Self:
        """Hide the vendor's notes from partner users."""
        found = super().visible_to(actor)
        return found.filter(audience=CommentAudience.SHARED) if actor.is_partner else found


class ProtectionQuerySet(ScopedQuerySet):
    """Protections."""

    def live(self) -> Self:
        """Return protections that hold."""
        return self.filter(state=ProtectionState.LIVE)


class ExtensionQuerySet(ScopedQuerySet):
    """Requests for more time."""

    def waiting(self) -> Self:
        """Return requests that nobody has decided yet."""
        return self.filter(state=ExtensionState.REQUESTED)

    def granted(self) -> Self:
        """Return requests that made a protection last longer."""
        return self.filter(state=ExtensionState.GRANTED)


class TeamShareQuerySet(ScopedQuerySet):
    """Shares of deals."""

    def own(self, actor: Actor) -> Self:
        """Return the partner's own shares in other partners' deals: proposed, or in the team that was agreed last."""
        found = super().visible_to(actor)
        if not actor.is_partner:
            return found.none()
        if actor.reach is Reach.OWN:
            found = found.filter(answered_by=actor.person_id)
        return found.exclude(deal__partner_id=actor.partner_id)

    def visible_to(self, actor: Actor) -> Self:
        """Show a partner its own shares, and those of the teams of its deals."""
        found = super().visible_to(actor)
        if not actor.is_partner:
            return found
        deals = apps.get_model("dealreg", "Deal").objects.visible_to(actor)
        return self.filter(Q(pk__in=self.own(actor).values("pk")) | Q(deal__in=deals))

    def living(self) -> Self:
        """Return those that give a place at the deal: not left, and proposed, or of the newest agreed version."""
        later = self.model.objects.filter(
            deal=OuterRef("deal"), team__state=TeamState.AGREED, team__number__gt=OuterRef("team__number")
        )
        agreed = Q(team__state=TeamState.AGREED) & ~Exists(later)
        return self.filter(Q(team__state=TeamState.PROPOSED) & ~Q(answer=ShareAnswer.DECLINED) | agreed, left_at=None)


class ProtectionOfferQuerySet(ScopedQuerySet):
    """Offers of protection."""

    def open(self) -> Self:
        """Return offers that nobody has answered yet."""
        return self.filter(state=ProtectionOfferState.OPEN)


class AppealQuerySet(ScopedQuerySet):
    """Appeals."""

    def open(self) -> Self:
        """Return appeals that nobody has decided yet."""
        return self.filter(state=AppealState.OPEN)

    def decided(self) -> Self:
        """Return appeals that somebody has decided."""
        return self.filter(state__in=[AppealState.UPHELD, AppealState.OVERTURNED, AppealState.PARTLY])
