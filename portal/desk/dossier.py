"""Everything the desk shows of one deal, read in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AccountLink, AccountOrigin, PairVerdict
from accounts.models import AccountPair, Opportunity
from dealreg.enums import Askable, Status
from dealreg.extending import FIGURES
from dealreg.models import Absence, Comment, Conflict, Deal, DealFile, DealLine, Extension, Policy, Ruling
from dealreg.permissions import DECIDE_DEALS
from dealreg.reports import Line, line_for, ruled_of, suggestion_for
from dealreg.rules import Advice, Ruled, Suggestion, competes
from dealreg.special_prices import requests_of_deal
from partners.models import Enrollment
from portal.chances import chance_json, told_chance
from portal.desk.comparing import Comparison, with_account, with_deal
from portal.desk.contested import AppealTold, newest_appeal, offered_until, told
from portal.desk.deal_actions import Action, actions_for, appeal_actions, extension_actions
from portal.desk.more_time import MoreTime, more_time
from portal.statuses import STATUS_LOOK
from prm.kernel.clocks import today_in
from prm.kernel.composed import composed
from standing.models import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

MOST_DECIDED = 50
MOST_DIRECT = 3
MOST_RELATED = 5
ADVICE_LOOK = {
    Advice.APPROVE: ("good", "ok"),
    Advice.DECLINE: ("bad", "no"),
    Advice.ASK: ("info", "ask"),
    Advice.COMPARE: ("warn", "split"),
    Advice.WAIT: ("info", "wait"),
}


@dataclass(frozen=True, slots=True)
class Ring:
    """What the ring clock shows of a deal: when the window ends and began, and whether it stands still."""

    ends_at: datetime | None
    starts_at: datetime | None
    paused: bool = False
    tone: str = ""
    label: Any = None


def ring_of(deal: Deal) -> Ring:
    """Return the service level's clock of an undecided deal, the protection's of an approved one."""
    if deal.waits_for_partner:
        left = timedelta(hours=max(deal.clock_left or 0, 0.02))
        return Ring(timezone.now() + left, deal.submitted_at, paused=True, label=_("{left}, theirs"))
    if deal.is_undecided:
        return Ring(deal.due_at, deal.submitted_at)
    if deal.is_protected:
        return Ring(deal.protected_until, deal.protected_from, tone="good", label=_("protected for {left}"))
    return Ring(None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One deal with what speaks for and against it."""

    deal: Any
    line: Line
    conflicts: list[Conflict]
    comments: list[Comment]
    files: list[DealFile]
    products: list[DealLine]
    comparison: Comparison | None
    suggestion: Suggestion | None
    actions: list[Action]
    may_decide: bool
    more_time: MoreTime | None = None
    appeal: AppealTold | None = None

    @property
    def status_look(self) -> tuple[str, str]:
        """Tone and icon of the registration's status."""
        return STATUS_LOOK[self.deal.status]

    @property
    def ring(self) -> Ring:
        """The clock."""
        return ring_of(self.deal)

    @property
    def tier(self) -> str:
        """The partner's tier, or ""."""
        return self.deal.tier or ""

    @property
    def decided_count(self) -> int:
        """How many of the partner's registrations were decided, of the newest fifty."""
        return len(self.deal.decided)

    @property
    def approved_count(self) -> int:
        """How many of those were approved."""
        return self.decided_count - self.deal.decided.count(Status.DECLINED)

    @property
    def advice_look(self) -> tuple[str, str]:
        """Tone and icon of the suggestion."""
        return ADVICE_LOOK[self.suggestion.advice] if self.suggestion else ("", "")

    @property
    def more_time_look(self) -> tuple[str, str]:
        """Tone and icon of what is suggested for the request that waits."""
        return ADVICE_LOOK[self.more_time.suggestion.advice] if self.more_time else ("", "")

    @property
    def clause(self) -> str:
        """The suggestion's clause in the policy's own words, or ""."""
        return (self.deal.clauses or {}).get(self.suggestion.clause, "") if self.suggestion else ""

    @property
    def decision_clause(self) -> str:
        """The clause that the decision cites, in the policy's own words, or ""."""
        return (self.deal.clauses or {}).get(self.deal.decision_clause, "")

    @property
    def ruled(self) -> Ruled | None:
        """What the rules of engagement said of it last."""
        return ruled_of(self.deal.ruled)

    @property
    def place(self) -> int | None:
        """The deal's place among those that wait, where it competes at all."""
        return self.line.place_of(self.deal)

    @property
    def overtakes(self) -> bool:
        """Whether approving it now would pass someone who came earlier."""
        return competes(self.deal.part) and bool(self.line.before(self.deal))

    @property
    def earlier_count(self) -> int:
        """How many registered the customer earlier and wait."""
        return len(self.line.before(self.deal))

    @property
    def in_company(self) -> bool:
        """Whether others wait beside it."""
        return any(other.pk != self.deal.pk for other in self.line.waiting)

    @property
    def related(self) -> list[str]:
        """How the customer is related to other accounts, a sentence each; related is never the same."""
        return [related_words(pair) for pair in self.deal.related]

    @property
    def asked_labels(self) -> list[str]:
        """What the partner was asked for, in words."""
        return [str(Askable(name).label) for name in self.deal.asked_fields]

    @property
    def may_name_customer(self) -> bool:
        """Whether the actor has to say who the customer is."""
        return self.may_decide and self.deal.is_undecided and self.deal.account_link == AccountLink.LIKELY

    @property
    def chance(self) -> dict[str, Any] | None:
        """The chance to be won, with its reasons in words."""
        return told_chance(self.deal, to_partner=False)

    @property
    def away_until(self) -> date | None:
        """The last day on which the reviewer is away."""
        away = self.deal.away
        return today_in(away["zone"], datetime.fromisoformat(away["until"]) - timedelta(seconds=1)) if away else None

    @property
    def own_products(self) -> list[DealLine]:
        """The deal's product lines; `products` also holds those of the deal beside it."""
        return [line for line in self.products if line.deal_id == self.deal.pk]


def related_words(pair: Mapping[str, Any]) -> str:
    """Return how two accounts are related."""
    if pair["parent"] is None:
        words = _("%(one)s and %(other)s belong to the same group.")
    else:
        words = _("%(one)s belongs to %(other)s.")
    one, other = pair["one"], pair["other"]
    return str(words) % (
        {"one": other, "other": one} if pair["parent"] == pair["low"] else {"one": one, "other": other}
    )


def tier_name(actor: Actor) -> Subquery:
    """Return the name of the tier that a deal's enrollment holds, None where it holds none.

    A subquery: each join more makes PostgreSQL weigh all orders of joins, for one row.
    """
    standing = Standing.objects.visible_to(actor).filter(enrollment=OuterRef("enrollment_id"))
    return Subquery(standing.values("tier__name")[:1])


def load_dossier(actor: Actor, reference: str) -> Dossier:
    """Return a deal's dossier, in six queries; one more where it is protected.

    Raises:
        Http404: there is no such deal in the actor's sight.
    """
    deal: Any = next(iter(_named(actor, reference)), None)
    if deal is None:
        raise Http404
    line = line_for(deal)
    conflicts = _conflicts(actor, deal.pk)
    beside = _beside(deal, line)
    products = _lines(actor, deal.pk, beside.pk if beside else deal.pk)
    score = next(
        (row.score for row in conflicts if row.account_id == deal.account_id), conflicts[0].score if conflicts else 0
    )
    suggestion = suggestion_for(deal, line, score) if deal.is_undecided else None
    asked = more_time(deal, _extensions(actor, deal.pk), line) if deal.status == Status.APPROVED else None
    appeal = told(deal.appealed, actor)
    actions = actions_for(deal, actor, suggestion)
    actions += extension_actions(deal, actor, asked) if asked else []
    actions += appeal_actions(deal, actor, appeal) if appeal else []
    return Dossier(
        deal=deal,
        line=line,
        conflicts=conflicts,
        comments=_comments(actor, deal.pk),
        files=_files(actor, deal.pk),
        products=products,
        comparison=_compared(deal, beside, conflicts, products),
        suggestion=suggestion,
        actions=actions,
        may_decide=actor.may(DECIDE_DEALS),
        more_time=asked,
        appeal=appeal,
    )


# Composing these anew for each page took longer than rendering it, and reading whole rows more than what is shown.


@composed
def _conflicts(actor: Actor, deal_id: int) -> QuerySet[Conflict]:
    found = Conflict.objects.visible_to(actor).filter(deal=deal_id).select_related("account")
    return found.defer("account__further", "account__external_id").order_by("-score", "id")


@composed
def _lines(actor: Actor, deal_id: int, other_id: int) -> QuerySet[DealLine]:
    found = DealLine.objects.visible_to(actor).filter(deal__in=[deal_id, other_id]).select_related("product")
    return found.only("deal_id", "quantity", "unit_price", "product__name").order_by("id")


@composed
def _comments(actor: Actor, deal_id: int) -> QuerySet[Comment]:
    found = Comment.objects.visible_to(actor).filter(deal=deal_id).select_related("person")
    return found.only("audience", "text", "created_at", "person__name", "person__email").order_by("-id")[:100]


@composed
def _files(actor: Actor, deal_id: int) -> QuerySet[DealFile]:
    found = DealFile.objects.visible_to(actor).filter(deal=deal_id).select_related("person")
    return found.only("key", "name", "size", "created_at", "person__name", "person__email").order_by("id")


@composed
def _extensions(actor: Actor, deal_id: int) -> QuerySet[Extension]:
    return Extension.objects.visible_to(actor).filter(deal=deal_id).select_related("asked_by").order_by("-id")


@composed
def _named(actor: Actor, reference: str) -> QuerySet[Deal]:
    enrollment = Enrollment.objects.visible_to(actor).filter(pk=OuterRef(OuterRef("enrollment_id")))
    policy = Policy.objects.visible_to(actor).filter(
        program=Subquery(enrollment.values("program")[:1]), reference=OuterRef("policy_reference")
    )
    # The newest only: a partner with thousands of deals costs no more to look at than one with a few.
    decided = (
        Deal.objects.visible_to(actor)
        .filter(partner=OuterRef("partner"), decided_at__isnull=False)
        .order_by("-decided_at", "-pk")
        .values("status")[:MOST_DECIDED]
    )
    shown = ("name", "stage", "value", "currency", "owner_name", "last_activity_on")
    direct = (
        Opportunity.objects.visible_to(actor)
        .open()
        .filter(account=OuterRef("account"))
        .order_by("-last_activity_on", "pk")
        .values(json=JSONObject(**{name: name for name in shown}))
    )
    related = (
        AccountPair.objects.visible_to(actor)
        .filter(Q(low=OuterRef("account")) | Q(high=OuterRef("account")), verdict=PairVerdict.RELATED)
        .order_by("pk")
        .values(json=JSONObject(one="low__name", other="high__name", low="low_id", parent="parent_id"))
    )
    away = Absence.objects.visible_to(actor).now().filter(person=OuterRef("assignee")).order_by("pk")
    return (
        Deal.objects.visible_to(actor)
        .filter(reference=reference)
        .with_names()
        .select_related("partner", "account")
        .defer("submission", "account__further", "partner__legal_name", "partner__website", "partner__city")
        .annotate(
            tier=tier_name(actor),
            clauses=Subquery(policy.values("clauses")[:1]),
            figures=Subquery(policy.values(json=JSONObject(**{name: name for name in FIGURES}))[:1]),
            definition=Subquery(policy.values("definition")[:1]),
            price_rows=requests_of_deal(actor),
            decided=ArraySubquery(decided),
            ruled=Subquery(Ruling.objects.visible_to(actor).latest_with_names()),
            direct=ArraySubquery(direct[:MOST_DIRECT]),
            related=ArraySubquery(related[:MOST_RELATED]),
            win_chance_now=Subquery(chance_json(actor)),
            away=Subquery(
                away.values(json=JSONObject(until="ends_at", stand_in="stand_in__name", zone="vendor__time_zone"))[:1]
            ),
            appealed=newest_appeal(actor),
            offered_until=offered_until(actor),
        )
    )


def _beside(deal: Deal, line: Line) -> Deal | None:
    """Return the deal to compare with: who is protected, else who came first."""
    if not (deal.is_undecided and competes(deal.part)):
        return None
    return line.holder or next(iter(line.before(deal)), None)


def _compared(
    deal: Deal, beside: Deal | None, conflicts: Sequence[Conflict], products: Sequence[DealLine]
) -> Comparison | None:
    if beside is not None:
        return with_deal(deal, beside, products)
    if not deal.is_undecided:
        return None
    if deal.account_link == AccountLink.LIKELY or deal.account.origin == AccountOrigin.CUSTOMER or deal.direct:  # type: ignore[attr-defined]
        return with_account(deal, deal.account, deal.direct)  # type: ignore[attr-defined]
    return with_account(deal, conflicts[0].account) if conflicts else None
