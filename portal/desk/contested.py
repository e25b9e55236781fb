"""A deal's newest appeal as the desk shows it, read with the deal. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from dealreg.enums import AppealState, Contested
from dealreg.models import Appeal, ProtectionOffer
from portal.statuses import APPEAL_LOOK

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

TOLD = {
    "state": "state",
    "against": "against",
    "contested": "contested_text",
    "reason": "reason",
    "by": "asked_by__name",
    "asked_at": "asked_at",
    "due_at": "due_at",
    "first_id": "first_decider_id",
    "first": "first_decider__name",
    "decider": "decided_by__name",
    "decided_at": "decided_at",
    "message": "decision_text",
}


def newest_appeal(actor: Actor) -> Subquery:
    """Return a deal's newest appeal as JSON."""
    found = Appeal.objects.visible_to(actor).filter(deal=OuterRef("pk")).order_by("-pk")
    return Subquery(found.values(json=JSONObject(**TOLD))[:1])


def offered_until(actor: Actor) -> Subquery:
    """Return until when protection is offered to a deal, None where it isn't."""
    found = ProtectionOffer.objects.visible_to(actor).filter(deal=OuterRef("pk")).open()
    return Subquery(found.values("until")[:1])


@dataclass(frozen=True, slots=True)
class AppealTold:
    """An appeal in words, with what its machine asks for. reader: who looks at it."""

    data: dict[str, Any]
    reader: int | None

    @property
    def state(self) -> str:
        """Where it stands."""
        return str(self.data["state"])

    @property
    def first_decider_id(self) -> int | None:
        """Who took the decision, None for a rule."""
        found: int | None = self.data["first_id"]
        return found

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.state == AppealState.OPEN

    @property
    def is_own(self) -> bool:
        """Whether the reader took the decision that is contested."""
        return self.reader is not None and self.first_decider_id == self.reader

    @property
    def label(self) -> str:
        """The state in words."""
        return str(AppealState(self.state).label)

    @property
    def look(self) -> tuple[str, str]:
        """Tone and icon of the state."""
        return APPEAL_LOOK[AppealState(self.state)]

    @property
    def against(self) -> str:
        """What it is against, in words."""
        return str(Contested(self.data["against"]).label)

    @property
    def asked_at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.data["asked_at"])

    @property
    def due_at(self) -> datetime:
        """Until when it is to be decided."""
        return datetime.fromisoformat(self.data["due_at"])

    @property
    def decided_at(self) -> datetime | None:
        """When it was decided."""
        return datetime.fromisoformat(self.data["decided_at"]) if self.data["decided_at"] else None


def told(data: dict[str, Any] | None, actor: Actor) -> AppealTold | None:
    """Return an appeal from its JSON."""
    return AppealTold(data, actor.person_id) if data else None
