"""Partners as the vendor sees them: only through their enrollments, deals and people with this vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.enums import UNDECIDED, Outcome, Status
from dealreg.models import Deal
from onboarding.permissions import SEND_AGREEMENTS
from partners.models import Enrollment, Partner, Seat
from partners.permissions import EDIT_PARTNERS, VIEW_AS_PARTNER, VIEW_PARTNERS
from portal.desk.first_person import first_invitations
from portal.desk.life import lives_of
from portal.desk.lists import SHOWN, deal_rows
from portal.desk.of_partner import journeys_told, with_journeys
from portal.desk.partner_profile import partner_tabs
from portal.desk.standings import stands_of
from prm.kernel.actors import Kind
from prm.kernel.money import shown
from prm.kernel.pages import ActorView
from standing.permissions import DECIDE_STANDING

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

RECENT = 10
MOST_PEOPLE = 50
SHOWN_OF_ENROLLMENTS = (
    "vendor",
    "program",
    "partner",
    "manager",
    "standing__tier",
    "standing__earned",
    "calculation__scheme",
    "calculation__tier",
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a partner's deals with one vendor add up to. Amounts are texts, one per currency."""

    registered: int
    open_deals: int
    open_value: str
    protected: str
    undecided: str
    won_year: str
    decided: int
    approved: int
    won: int
    lost: int

    @property
    def approved_share(self) -> int | None:
        """Per cent of decided registrations that were approved; None where none was decided."""
        return round(100 * self.approved / self.decided) if self.decided else None

    @property
    def win_rate(self) -> int | None:
        """Per cent of closed deals that were won; None where none was closed."""
        closed = self.won + self.lost
        return round(100 * self.won / closed) if closed else None


def figures_of(actor: Actor, partner: Partner) -> Figures:
    """Add up a partner's deals with the actor's vendor. One query."""
    now = timezone.now()
    is_open = Q(outcome=Outcome.OPEN) & ~Q(status__in=[Status.DECLINED, Status.WITHDRAWN])
    protected = is_open & Q(status=Status.APPROVED, protected_until__gt=now)
    won = Q(outcome=Outcome.WON)
    rows = list(
        Deal.objects.visible_to(actor)
        .filter(partner=partner)
        .order_by()
        .values("currency")
        .annotate(
            registered=Count("pk"),
            open_deals=Count("pk", filter=is_open),
            open_value=Sum("value", filter=is_open),
            protected=Sum("value", filter=protected),
            undecided=Sum("value", filter=Q(status__in=UNDECIDED)),
            won_year=Sum("closed_value", filter=won & Q(closed_on__gte=timezone.localdate() - timedelta(days=365))),
            decided=Count("pk", filter=Q(decided_at__isnull=False)),
            approved=Count("pk", filter=Q(decided_at__isnull=False) & ~Q(status=Status.DECLINED)),
            won=Count("pk", filter=won),
            lost=Count("pk", filter=Q(outcome=Outcome.LOST)),
        )
        .order_by(F("open_value").desc(nulls_last=True), "currency")
    )

    def amount(name: str) -> str:
        return ", ".join(shown(row[name], row["currency"]) for row in rows if row[name]) or "–"

    def count(name: str) -> int:
        return sum(row[name] for row in rows)

    counts = {name: count(name) for name in ("registered", "open_deals", "decided", "approved", "won", "lost")}
    return Figures(
        open_value=amount("open_value"),
        protected=amount("protected"),
        undecided=amount("undecided"),
        won_year=amount("won_year"),
        **counts,
    )


class PartnerDetail(ActorView):
    """A partner: standing, figures, recent deals, people."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_PARTNERS

    def get(self, request: Any, slug: str) -> HttpResponse:
        """Show the partner as far as it concerns this vendor."""
        partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        enrolled = with_journeys(Enrollment.objects.visible_to(self.actor).filter(partner=partner), self.actor)
        enrollments = list(enrolled.select_related(*SHOWN_OF_ENROLLMENTS).order_by("program__name", "pk"))
        deals = Deal.objects.visible_to(self.actor).filter(partner=partner).select_related("partner").only(*SHOWN)
        seats = Seat.objects.visible_to(self.actor).active().filter(partner=partner).select_related("person")
        context = {
            "partner": partner,
            "enrollments": enrollments,
            "stands": stands_of(self.actor, enrollments),
            "may_decide_tiers": self.actor.may(DECIDE_STANDING),
            "lives": lives_of(self.actor, enrollments),
            "journeys": journeys_told(enrollments),
            "figures": figures_of(self.actor, partner),
            "rows": deal_rows(deals.order_by("-submitted_at", "-pk")[:RECENT]),
            "people": seats.order_by("person__name", "pk")[:MOST_PEOPLE],
            "waiting": first_invitations(self.actor, partner) if self.actor.may(EDIT_PARTNERS) else [],
            "may_view_as": self.actor.may(VIEW_AS_PARTNER) and any(enrollment.is_live for enrollment in enrollments),
            "may_send": self.actor.may(SEND_AGREEMENTS) and any(enrollment.is_live for enrollment in enrollments),
            "may_invite": self.actor.may(EDIT_PARTNERS) and any(enrollment.is_live for enrollment in enrollments),
            "tabs": partner_tabs(partner, "desk:partner-detail"),
            "crumbs": [{"label": _("Partners"), "url": reverse("desk:partner-list")}, {"label": partner.name}],
        }
        return render(request, "desk/partner.html", context)
