"""Deal teams as those who may see them see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch
from django.utils.translation import gettext as _

from dealreg.enums import ShareAnswer, SharedField, TeamState
from dealreg.models import Deal, TeamShare, TeamVersion
from partners.enums import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.actors import Actor

MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Teams:
    """A deal's teams: the one that holds, the one that is proposed, and all of them, the newest first."""

    agreed: TeamVersion | None
    proposed: TeamVersion | None
    versions: Sequence[TeamVersion]

    @property
    def gone(self) -> list[TeamShare]:
        """The members of the team that holds who have left it, or the program."""
        return [] if self.agreed is None else [share for share in self.agreed.members if has_gone(share)]  # type: ignore[attr-defined]


def has_gone(share: TeamShare) -> bool:
    """Whether a member has left the team, or is in the program no more. Its share stays on record."""
    return share.left_at is not None or (share.enrollment is not None and share.enrollment.status not in LIVE)


def teams_of(actor: Actor, deal: Deal) -> Teams:
    """Return the teams of a deal in the actor's sight, each with its `members`. Two queries."""
    shares = TeamShare.objects.visible_to(actor).select_related("enrollment", "answered_by").order_by("-percent", "pk")
    found = TeamVersion.objects.visible_to(actor).filter(deal=deal).select_related("proposed_by")
    versions = list(
        found.prefetch_related(Prefetch("shares", shares, to_attr="members")).order_by("-number")[:MOST_VERSIONS]
    )
    return Teams(
        next((team for team in versions if team.state == TeamState.AGREED), None),
        next((team for team in versions if team.state == TeamState.PROPOSED), None),
        versions,
    )


def told_of(share: TeamShare) -> list[tuple[SharedField, Any]]:
    """Return what a member may see of the deal: what it was given, nothing before it was proposed to it."""
    deal = share.deal
    values = {
        SharedField.CUSTOMER: deal.customer_name,
        SharedField.PROJECT: deal.title,
        SharedField.VALUE: deal.value,
        SharedField.CLOSE: deal.close_date,
        SharedField.STAGE: deal.get_stage_display(),
        SharedField.NEXT_STEP: deal.next_step,
    }
    return [(field, values[field]) for field in SharedField if field in share.sees]


def names_beside(share: TeamShare) -> list[str]:
    """Return the others' names, for who has agreed itself: of those who have agreed too. One query."""
    if share.answer != ShareAnswer.AGREED:
        return []
    others = TeamShare.objects.filter(team=share.team_id, answer=ShareAnswer.AGREED, left_at=None).exclude(pk=share.pk)
    return list(others.order_by("name", "pk").values_list("name", flat=True))


def heading(share: TeamShare) -> str:
    """Return what a member's page is called: the customer where it may know, else whose deal it is."""
    if SharedField.CUSTOMER in share.sees:
        return str(share.deal.customer_name)
    return _("A deal of %(partner)s") % {"partner": share.deal.partner.name}


def team_states(actor: Actor) -> ArraySubquery:
    """Return the states of the teams of the deal of an outer query, the newest first, for `team_words`."""
    found = TeamVersion.objects.visible_to(actor).filter(deal=OuterRef("pk")).order_by("-number")
    return ArraySubquery(found.values("state")[:MOST_VERSIONS])


def team_words(deal: Deal) -> str:
    """Return how a deal's team stands, in a sentence; it was read with `team_states` as `team_rows`."""
    states: list[str] = deal.team_rows  # type: ignore[attr-defined]
    if TeamState.PROPOSED in states:
        return _("A team is proposed and waits for answers.")
    if TeamState.AGREED in states:
        return _("A team is agreed.")
    return _("No team is agreed.") if states else _("One partner works it alone.")
