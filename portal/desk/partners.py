"""Partners as the vendor sees them: only through their enrollments, deals and people with this vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dealreg.enums import UNDECIDED, Outcome, Status
from dealreg.models import Deal
from partners.enums import LIVE, EnrollmentStatus
from partners.filters import PartnerFilter
from partners.models import Enrollment, Partner, Seat
from partners.permissions import EDIT_PARTNERS, VIEW_AS_PARTNER, VIEW_PARTNERS
from partners.rules import Stage, stage_of
from portal.desk.first_person import first_invitations
from portal.desk.life import lives_of
from portal.desk.lists import SHOWN, at, deal_rows
from portal.desk.partner_profile import partner_tabs
from portal.viewing import ViewedList
from prm.kernel.actors import Kind
from prm.kernel.money import shown
from prm.kernel.pages import ActorView, Page

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

RECENT = 10
MOST_PEOPLE = 50


def with_dealings(partners: QuerySet[Partner], actor: Actor) -> QuerySet[Partner]:
    """Add each partner's enrollment with the actor's vendor, its open deals by currency and its last registration."""
    live_first = Case(When(status__in=LIVE, then=Value(0)), default=Value(1))
    enrolled = (
        Enrollment.objects.visible_to(actor)
        .filter(partner=OuterRef("pk"))
        .order_by(live_first, "enrolled_at")
        .values(
            json=JSONObject(
                status="status",
                program="program__name",
                tier="standing__tier__name",
                manager="manager__name",
                since="enrolled_at",
            )
        )
    )
    deals = Deal.objects.visible_to(actor).filter(partner=OuterRef("pk"))
    pipeline = (
        deals.open()
        .order_by()
        .values("currency")
        .annotate(json=JSONObject(currency="currency", deals=Count("pk"), total=Sum("value")))
        .values("json")
    )
    return partners.annotate(
        enrolled=Subquery(enrolled[:1]),
        pipeline=ArraySubquery(pipeline),
        last_at=Subquery(deals.order_by("-submitted_at").values("submitted_at")[:1]),
    )


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner with what the list tells of it."""

    partner: Any
    status: str
    is_live: bool
    tier: str
    manager: str
    open_deals: int
    open_value: str
    stage: Stage


def partner_row(partner: Any) -> PartnerRow:
    """Return a partner of `with_dealings` as a row."""
    enrolled = partner.enrolled or {}
    status = enrolled.get("status") or EnrollmentStatus.RETIRED
    return PartnerRow(
        partner,
        str(EnrollmentStatus(status).label),
        status in LIVE,
        enrolled.get("tier") or "",
        enrolled.get("manager") or "",
        sum(part["deals"] for part in partner.pipeline),
        ", ".join(shown(Decimal(str(part["total"])), part["currency"]) for part in partner.pipeline),
        stage_of(
            status=status,
            since=date.fromisoformat((enrolled.get("since") or "2000-01-01")[:10]),
            last_registered=timezone.localdate(partner.last_at) if partner.last_at else None,
            today=timezone.localdate(),
        ),
    )


class PartnerList(ViewedList):
    """Every partner that is or was enrolled with the vendor."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_PARTNERS
    template_name = "desk/partners.html"
    results_template = "desk/parts/partners.html"
    viewed_as = "desk:partner-list"
    filterset_class = PartnerFilter
    orders = {"name": ("name",), "type": ("type", "name"), "country": ("country", "name")}
    default_order = "name"
    export_name = "partners"
    columns = (
        (gettext_lazy("Partner"), lambda partner: partner.name),
        (gettext_lazy("Kind"), lambda partner: str(partner.get_type_display())),
        (gettext_lazy("Country"), lambda partner: str(partner.country)),
        (gettext_lazy("Enrollment"), lambda partner: partner_row(partner).status),
        (gettext_lazy("Stage"), lambda partner: partner_row(partner).stage.label),
        (gettext_lazy("Tier"), lambda partner: partner_row(partner).tier),
        (gettext_lazy("Partner manager"), lambda partner: partner_row(partner).manager),
        (gettext_lazy("Open deals"), lambda partner: partner_row(partner).open_deals),
        (gettext_lazy("Open value"), lambda partner: partner_row(partner).open_value),
        (gettext_lazy("Last registration"), lambda partner: at(partner.last_at)),
    )

    def rows(self) -> QuerySet[Partner]:
        """Return the vendor's partners with their dealings."""
        return with_dealings(Partner.objects.visible_to(self.actor), self.actor)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown, and whether anything narrows them."""
        return {
            "rows": [partner_row(partner) for partner in page.rows],
            "saved": self.saved(),
            "count_words": ngettext("%(count)s partner", "%(count)s partners", page.count) % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in ("q", "type", "status")),
        }


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
        enrolled = Enrollment.objects.visible_to(self.actor).filter(partner=partner)
        enrollments = list(
            enrolled.select_related("program", "manager", "standing__tier").order_by("program__name", "pk")
        )
        deals = Deal.objects.visible_to(self.actor).filter(partner=partner).select_related("partner").only(*SHOWN)
        seats = Seat.objects.visible_to(self.actor).active().filter(partner=partner).select_related("person")
        context = {
            "partner": partner,
            "enrollments": enrollments,
            "lives": lives_of(self.actor, enrollments),
            "figures": figures_of(self.actor, partner),
            "rows": deal_rows(deals.order_by("-submitted_at", "-pk")[:RECENT]),
            "people": seats.order_by("person__name", "pk")[:MOST_PEOPLE],
            "waiting": first_invitations(self.actor, partner) if self.actor.may(EDIT_PARTNERS) else [],
            "may_view_as": self.actor.may(VIEW_AS_PARTNER) and any(enrollment.is_live for enrollment in enrollments),
            "may_invite": self.actor.may(EDIT_PARTNERS) and any(enrollment.is_live for enrollment in enrollments),
            "tabs": partner_tabs(partner, "desk:partner-detail"),
            "crumbs": [{"label": _("Partners"), "url": reverse("desk:partner-list")}, {"label": partner.name}],
        }
        return render(request, "desk/partner.html", context)
