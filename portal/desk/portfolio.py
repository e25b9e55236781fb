"""The list of partners as the vendor sees them: the partner manager's portfolio, with where each stands."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, FilteredRelation, Max, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django_filters import ChoiceFilter

from activity.models import Event
from dealreg.models import Deal
from partners.enums import LIVE, EnrollmentStatus, LifeStage
from partners.filters import PartnerFilter
from partners.models import Enrollment, Partner
from partners.permissions import VIEW_PARTNERS
from partners.reports import manager_name, staff_of
from partners.rules import ONBOARDING_DAYS, QUIET_DAYS
from portal.desk.lists import at
from portal.desk.portfolio_rows import drawn, partner_row
from portal.viewing import ViewedList
from prm.kernel.actors import Kind
from prm.kernel.composed import composed
from prm.kernel.widgets import PlainSelect
from standing.models import Scheme, Standing, Tier, TierReview

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from people.models import Person
    from prm.kernel.actors import Actor
    from prm.kernel.pages import Page

ABOVE, BELOW, REVIEWED = "above", "below", "reviewed"
ENDED_STAGES: dict[str, EnrollmentStatus] = {
    LifeStage.RECRUIT: EnrollmentStatus.APPLICANT,
    LifeStage.SUSPENDED: EnrollmentStatus.SUSPENDED,
    LifeStage.RETIRED: EnrollmentStatus.RETIRED,
}


def _days_before(today: date, days: int) -> datetime:
    """Return the beginning of the day that was so many days before, where the reader is."""
    return timezone.make_aware(datetime.combine(today - timedelta(days=days), time.min))


class PortfolioFilter(PartnerFilter):
    """What the list of partners can be filtered by: also whose they are, their tier, and how secure it is."""

    tier = ChoiceFilter(
        label=gettext_lazy("Tier"), empty_label=gettext_lazy("Any"), method="at_tier", widget=PlainSelect
    )
    manager = ChoiceFilter(
        label=gettext_lazy("Partner manager"),
        empty_label=gettext_lazy("Anyone"),
        method="managed",
        widget=PlainSelect,
    )
    standing = ChoiceFilter(
        label=gettext_lazy("Standing"),
        choices=[
            (BELOW, gettext_lazy("Below its tier")),
            (REVIEWED, gettext_lazy("Under review")),
            (ABOVE, gettext_lazy("Secured")),
        ],
        empty_label=gettext_lazy("Any"),
        method="stands",
        widget=PlainSelect,
    )

    stage = ChoiceFilter(
        label=gettext_lazy("Stage"),
        choices=LifeStage,
        empty_label=gettext_lazy("Any"),
        method="in_stage",
        widget=PlainSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict.fromkeys(tier.name for tier in tier_names(self.request.actor))
        self.filters["tier"].extra["choices"] = [(name, name) for name in names]
        staff = managers(self.request.actor)
        self.filters["manager"].extra["choices"] = [(str(person.pk), str(person)) for person in staff]

    def _enrolled(self, partners: QuerySet[Partner], **conditions: Any) -> QuerySet[Partner]:
        found = Enrollment.objects.visible_to(self.request.actor).filter(partner=OuterRef("pk"), **conditions)
        return partners.filter(Exists(found))

    def at_tier(self, partners: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Keep partners that hold a tier of this name."""
        return self._enrolled(partners, standing__tier__name=value)

    def managed(self, partners: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Keep somebody's portfolio."""
        return self._enrolled(partners, manager=int(value))

    def in_stage(self, partners: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Keep partners in a stage of their life, as `stage_of` says it: of the live enrollment, where there is one."""
        ended = ENDED_STAGES.get(value)
        if ended is not None:
            live = Enrollment.objects.visible_to(self.request.actor).filter(partner=OuterRef("pk"), status__in=LIVE)
            return self._enrolled(partners, status=ended).filter(~Exists(live))
        today = timezone.localdate()
        long, quiet = _days_before(today, ONBOARDING_DAYS), _days_before(today, QUIET_DAYS)
        if value == LifeStage.ONBOARD:
            return self._enrolled(partners, status=EnrollmentStatus.ONBOARDING, enrolled_at__gte=long)
        sold = Deal.objects.visible_to(self.request.actor).filter(partner=OuterRef("partner"))
        busy = Exists(sold.filter(submitted_at__gte=quiet)) | Q(~Exists(sold), enrolled_at__gte=quiet)
        active = Q(status=EnrollmentStatus.ACTIVE)
        wanted = active & busy
        if value == LifeStage.AT_RISK:
            wanted = (active & ~busy) | Q(status=EnrollmentStatus.ONBOARDING, enrolled_at__lt=long)
        found = Enrollment.objects.visible_to(self.request.actor).filter(wanted, partner=OuterRef("pk"))
        return partners.filter(Exists(found))

    def stands(self, partners: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Keep partners whose tier is secured, isn't, or is under review."""
        actor = self.request.actor
        if value == REVIEWED:
            reviews = TierReview.objects.visible_to(actor).open().filter(partner=OuterRef("pk"))
            return partners.filter(Exists(reviews))
        held = Standing.objects.visible_to(actor).filter(partner=OuterRef("pk"), earned__isnull=False)
        below = held.filter(earned__rank__gt=F("enrollment__calculation__rank"))
        return partners.filter(Exists(held), Exists(below) if value == BELOW else ~Exists(below))


def last_registered(actor: Actor) -> Subquery:
    """Return when a partner last registered a deal."""
    deals = Deal.objects.visible_to(actor).filter(partner=OuterRef("pk"))
    return Subquery(deals.order_by("-submitted_at").values("submitted_at")[:1])


# Told of the rows of a page only: with thousands of partners, sorting shouldn't read what the other rows would tell.
@composed
def told_of(actor: Actor, *partners: int) -> QuerySet[Partner]:
    """Return partners with what the list tells of each."""
    return with_dealings(Partner.objects.visible_to(actor).filter(pk__in=partners), actor)


@composed
def published_schemes(actor: Actor) -> QuerySet[Scheme]:
    """Return the vendor's schemes, by which reviews come."""
    return Scheme.objects.visible_to(actor).published()


@composed
def tier_names(actor: Actor) -> QuerySet[Tier]:
    """Return the vendor's tiers from the lowest on, with their names."""
    return Tier.objects.visible_to(actor).filter(rank__isnull=False).order_by("rank", "name").only("name")


@composed
def managers(actor: Actor) -> QuerySet[Person]:
    """Return the vendor's people, of whom one may be a partner manager, with their names."""
    return staff_of(actor).only("name", "email")


def with_dealings(partners: QuerySet[Partner], actor: Actor) -> QuerySet[Partner]:
    """Add what the list tells of each partner: enrollment, standing, open deals by currency, when it last did what."""
    live_first = Case(When(status__in=LIVE, then=Value(0)), default=Value(1))
    enrolled = Enrollment.objects.visible_to(actor).filter(partner=OuterRef("pk")).order_by(live_first, "enrolled_at")
    # At most one is open. Names and ranks as subqueries: each table joined costs the planner more than its rows take.
    review = TierReview.objects.visible_to(actor).open().filter(enrollment=OuterRef("pk")).order_by()
    tiers = Tier.objects.visible_to(actor).order_by()
    told = enrolled.values(
        json=JSONObject(
            status="status",
            tier=Subquery(tiers.filter(pk=OuterRef("standing__tier_id")).values("name")[:1]),
            rank=Subquery(tiers.filter(pk=OuterRef("standing__earned_id")).values("rank")[:1]),
            calculated="calculation__rank",
            score="calculation__total",
            scheme="calculation__scheme_id",
            review=Subquery(review.values(json=JSONObject(state="state", due="due_on"))[:1]),
            manager=manager_name(),
            since="enrolled_at",
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
    did = Event.objects.visible_to(actor).filter(partner_id=OuterRef("pk"), person__isnull=False).order_by("-id")
    return partners.annotate(
        enrolled=Subquery(told[:1]),
        pipeline=ArraySubquery(pipeline),
        last_at=last_registered(actor),
        active_at=Subquery(did.values("occurred_at")[:1]),
    )


def by_tier(partners: QuerySet[Partner], actor: Actor) -> QuerySet[Partner]:
    """Add the rank of the highest tier that a partner holds, from all of the vendor's standings at once."""
    live = Q(enrollments__vendor=actor.vendor_id, enrollments__status__in=LIVE)
    ours = partners.annotate(ours=FilteredRelation("enrollments", condition=live))
    return ours.annotate(sorted_by=Max("ours__standing__tier__rank"))


def by_last(partners: QuerySet[Partner], actor: Actor) -> QuerySet[Partner]:
    """Add when a partner last registered a deal."""
    return partners.annotate(sorted_by=last_registered(actor))


SORTED_BY = {"tier": by_tier, "last": by_last}


class PartnerList(ViewedList):
    """Every partner that is or was enrolled with the vendor."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_PARTNERS
    template_name = "desk/partners.html"
    results_template = "desk/parts/partners.html"
    viewed_as = "desk:partner-list"
    filterset_class = PortfolioFilter
    orders = {
        "name": ("name",),
        "type": ("type", "name"),
        "country": ("country", "name"),
        "tier": ("name",),
        "last": ("name",),
    }
    default_order = "name"
    export_name = "partners"

    columns = (
        (gettext_lazy("Partner"), lambda partner: partner.name),
        (gettext_lazy("Kind"), lambda partner: str(partner.get_type_display())),
        (gettext_lazy("Country"), lambda partner: str(partner.country)),
        (gettext_lazy("Enrollment"), lambda partner: partner_row(partner).status),
        (gettext_lazy("Stage"), lambda partner: partner_row(partner).stage.label),
        (gettext_lazy("Tier"), lambda partner: partner_row(partner).tier),
        (gettext_lazy("Score"), lambda partner: partner_row(partner).score),
        (gettext_lazy("Review"), lambda partner: partner_row(partner).review),
        (gettext_lazy("Partner manager"), lambda partner: partner_row(partner).manager),
        (gettext_lazy("Open deals"), lambda partner: partner_row(partner).open_deals),
        (gettext_lazy("Open value"), lambda partner: partner_row(partner).open_value),
        (gettext_lazy("Last registration"), lambda partner: at(partner.last_at)),
        (gettext_lazy("Last active"), lambda partner: at(partner.active_at)),
    )

    @cached_property
    def schemes(self) -> dict[int, Scheme]:
        """The vendor's schemes, by which reviews come. One query."""
        return {scheme.pk: scheme for scheme in published_schemes(self.actor)}

    def rows(self) -> QuerySet[Partner]:
        """Return the vendor's partners; what is told of them is read for those of a page only."""
        return Partner.objects.visible_to(self.actor).only("pk")

    def told(self, found: QuerySet[Partner]) -> QuerySet[Partner]:
        """Add their dealings, for an export."""
        return with_dealings(found.defer(None), self.actor)

    def _ordered(self, found: QuerySet[Partner]) -> QuerySet[Partner]:
        """Sort; who has no tier, or never registered, comes after the others."""
        by, down = self.order.lstrip("-"), self.order.startswith("-")
        if by not in SORTED_BY:
            return super()._ordered(found)
        found = SORTED_BY[by](found, self.actor)
        first = F("sorted_by").desc(nulls_last=True) if down else F("sorted_by").asc(nulls_last=True)
        return found.order_by(first, "name", "pk")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown, and whether anything narrows them."""
        told = {partner.pk: partner for partner in told_of(self.actor, *(row.pk for row in page.rows))}
        narrowing = ("q", "type", "status", "tier", "manager", "standing", "stage")
        rows = [partner_row(told[row.pk], self.schemes) for row in page.rows if row.pk in told]
        return {
            "rows": rows,
            "body": drawn(rows),
            "saved": self.saved(),
            "count_words": ngettext("%(count)s partner", "%(count)s partners", page.count) % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in narrowing),
        }
