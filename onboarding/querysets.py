"""Named filters over ideal profiles, prospects, applications, journeys and agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from onboarding.enums import OPEN_AGREEMENTS, AgreementState, VersionState
from prm.kernel.actors import Kind
from prm.kernel.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import date

    from prm.kernel.actors import Actor


class VersionQuerySet(ScopedQuerySet):
    """Versions of an ideal profile, a journey or an agreement's text."""

    def published(self) -> Self:
        """Return those that hold now."""
        return self.filter(state=VersionState.PUBLISHED)

    def drafts(self) -> Self:
        """Return those that are still worked on."""
        return self.filter(state=VersionState.DRAFT)


class OfRecordQuerySet(ScopedQuerySet):
    """What hangs on an enrollment, and stays with one that a merge of its partner folded into one that has its like."""

    def visible_to(self, actor: Actor) -> Self:
        """Leave out what stayed with a record that was merged: it rests there until the merge is undone."""
        found = super().visible_to(actor)
        return found if actor.is_partner else found.at_work()

    def at_work(self) -> Self:
        """Return those whose partner's record stands for itself; the others' clocks rest."""
        return self.filter(partner__merged_into=None)


class AgreementQuerySet(OfRecordQuerySet):
    """Agreements."""

    def open(self) -> Self:
        """Return those that somebody has to sign: the partner, or the vendor after it."""
        return self.filter(state__in=OPEN_AGREEMENTS)

    def in_force(self) -> Self:
        """Return those in force."""
        return self.filter(state=AgreementState.IN_FORCE)

    def closing(self, today: Any) -> Self:
        """Return those for which the partner's portal is closed."""
        return self.filter(state=AgreementState.SENT, gate_from__isnull=False, gate_from__lte=today)

    def due(self, today: date) -> Self:
        """Return those that a task has to look at."""
        return self.at_work().filter(look_on__isnull=False, look_on__lte=today)


class ApplicationQuerySet(ScopedQuerySet):
    """Applications."""

    def visible_to(self, actor: Actor) -> Self:
        """Show a vendor's people what reached the vendor: drafts and unproven addresses are the applicant's alone."""
        found = super().visible_to(actor)
        return found if actor.kind is Kind.SYSTEM else found.filter(submitted_at__isnull=False)

    def to_decide(self) -> Self:
        """Return those that wait for the vendor's decision."""
        return self.filter(state="submitted")

    def with_vendor(self) -> Self:
        """Return those that are proven and undecided."""
        return self.filter(state__in=["submitted", "asked", "waitlisted"])


class ApplicationMessageQuerySet(ScopedQuerySet):
    """Messages about applications."""

    def for_applicant(self) -> Self:
        """Return what the applicant reads."""
        return self.filter(is_internal=False)
