"""What can be appealed against, until when, and why not: rules that say why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from activity.models import Event
from dealreg import events
from dealreg.enums import AppealState, Contested, ExtensionState, Outcome, Status
from dealreg.models import Appeal, Extension
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dealreg.models import Deal, Policy
    from prm.kernel.actors import Actor

FIGURES = ("appeal_days", "appeal_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A decision that can be appealed against.

    decider: a person's id, None where a rule decided. at: when. text: what the partner read. left: of protection when
    it was lost. days: that were asked for.
    """

    against: Contested
    decider: int | None
    at: datetime
    text: str
    extension: Extension | None = None
    left: timedelta | None = None


def contest_of(deal: Deal, extensions: Sequence[Extension] | None = None) -> Contest | None:
    """Return the newest decision over a deal that went against its partner, None without any.

    extensions: the deal's, newest first, where they are at hand. At most two queries.
    """
    if deal.status == Status.DECLINED and deal.decided_at is not None:
        return Contest(
            against=Contested.DECLINE, decider=deal.decided_by_id, at=deal.decided_at, text=deal.decision_text
        )
    if deal.status == Status.EXPIRED:
        lost = Event.objects.about(deal).filter(kind=events.DISPLACED.name).first()
        if lost is not None:
            return _lost(lost)
    if deal.status in {Status.APPROVED, Status.EXPIRED}:
        found = Extension.objects.filter(deal=deal).order_by("-pk")[:1] if extensions is None else extensions
        newest = next(iter(found), None)
        if newest is not None and newest.state == ExtensionState.REFUSED and newest.decided_at is not None:
            return Contest(
                against=Contested.EXTENSION,
                decider=newest.decided_by_id,
                at=newest.decided_at,
                text=newest.decision_text,
                extension=newest,
            )
    return None


def _lost(event: Event) -> Contest:
    until = parse_datetime(str(event.before.get("protected_until") or ""))
    left = until - event.occurred_at if until and until > event.occurred_at else None
    return Contest(
        against=Contested.LOSS,
        decider=event.data.get("decider"),
        at=event.occurred_at,
        text=str(event.data.get("message", "")),
        left=left,
    )


def appeal_refusal(deal: Deal, contest: Contest | None, policy: Policy | None, now: datetime) -> RuleViolation | None:
    """Return why a deal's newest decision can't be appealed against, None where it can. At most one query."""
    if deal.outcome != Outcome.OPEN:
        return RuleViolation("deal_closed", _("The deal is closed. Open it again first."))
    if contest is None:
        return RuleViolation(
            "nothing_to_appeal", _("Nothing was decided against you here: there is nothing to appeal.")
        )
    if policy is None or not policy.appeal_days:
        text = _("Rules of engagement %(policy)s give no appeals.")
        return RuleViolation("no_appeals", text % {"policy": deal.policy_reference})
    if contest.at + timedelta(days=policy.appeal_days) <= now:
        text = _(
            "It was decided on %(day)s. An appeal was possible within %(days)d days, by rules of engagement %(policy)s."
        )
        day = date_format(timezone.localtime(contest.at), "DATE_FORMAT")
        facts = {"day": day, "days": policy.appeal_days, "policy": policy.reference}
        return RuleViolation("too_late", text % facts)
    before = Appeal.objects.filter(deal=deal, against=contest.against, contested_at=contest.at).exclude(
        state=AppealState.WITHDRAWN
    )
    if before.exists():
        return RuleViolation("appealed_already", _("This decision was appealed against already. An appeal is final."))
    return None


STATISTICS_DAYS = 365


class Median(Aggregate):
    """The middle one of values that can be ordered and added."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealFigures:
    """How appeals went in the last year. overturned_share: those granted in part count; None where none was decided."""

    open: int
    decided: int
    overturned: int
    partly: int
    median: timedelta | None

    @property
    def overturned_share(self) -> float | None:
        """The share of decided appeals that changed something, 0 to 1."""
        return (self.overturned + self.partly) / self.decided if self.decided else None


def appeal_figures(actor: Actor) -> AppealFigures:
    """Return how the appeals in an actor's sight went: all that are open, and those decided in 365 days. One query."""
    lately = Q(decided_at__gte=timezone.now() - timedelta(days=STATISTICS_DAYS))
    took = ExpressionWrapper(F("decided_at") - F("asked_at"), output_field=DurationField())
    found = Appeal.objects.visible_to(actor).aggregate(
        open=Count("pk", filter=Q(state=AppealState.OPEN)),
        decided=Count("pk", filter=lately & ~Q(state=AppealState.WITHDRAWN)),
        overturned=Count("pk", filter=lately & Q(state=AppealState.OVERTURNED)),
        partly=Count("pk", filter=lately & Q(state=AppealState.PARTLY)),
        median=Median(took, filter=lately & ~Q(state=AppealState.WITHDRAWN), output_field=DurationField()),
    )
    return AppealFigures(**found)
