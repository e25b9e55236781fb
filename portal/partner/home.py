"""The portal's home: what needs the reader, the pipeline, where the partner stands, what was decided."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from dealreg.enums import UNDECIDED, Outcome, Status
from dealreg.leads.telling import told
from dealreg.models import Deal, DealDraft, LeadOffer
from dealreg.permissions import REGISTER_DEALS, WORK_DEALS
from dealreg.terms import terms_for
from onboarding.enums import AgreementState
from onboarding.models import Agreement
from onboarding.permissions import SIGN_AGREEMENTS
from partners.middleware import focused_vendor
from portal.charts import StackedBars, stacked_bars
from portal.formats import day_text, locale_for, relative_text
from portal.partner.leads import leads_in_need
from portal.partner.needs import Need
from portal.partner.onboarding_home import journeys_under_way, steps_in_need
from portal.partner.standing_steps import standing_cards
from portal.statuses import STATUS_LOOK
from prm.kernel.actors import Kind, Role
from prm.kernel.composed import composed
from prm.kernel.money import shown
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

ENDING = timedelta(days=14)
MOST_NEEDS = 12
MOST_DRAFTS = 5
MOST_DECIDED = 5
DECIDED_SINCE = timedelta(days=30)
MONTHS_SHOWN = 6
ZERO = Decimal(0)


def deals_in_need(actor: Actor, vendor_id: int | None) -> list[Deal]:
    """Return open deals that wait for the reader: asked, protection ending, or past their close date. One query.

    Sellers are shown their own, administrators everyone's.
    """
    if not actor.is_meant(WORK_DEALS):
        return []
    now, whose = timezone.now(), actor.role == Role.ADMINISTRATOR
    return _urgent(actor, timezone.localdate(now), now, now + ENDING, *_only(vendor_id), everyones=whose)


def _only(vendor_id: int | None) -> list[int]:
    """Return the vendor that is looked at as arguments of a composed query; none for all vendors."""
    return [] if vendor_id is None else [vendor_id]


@composed
def _urgent(
    actor: Actor, today: date, now: datetime, ending: datetime, *vendor_id: int, everyones: bool
) -> QuerySet[Deal]:
    urgent = (
        Q(status=Status.INFORMATION_REQUESTED)
        | Q(status=Status.APPROVED, protected_until__range=(now, ending))
        | Q(close_date__lt=today)
    )
    mine = Deal.objects.visible_to(actor)
    found = mine.open().filter(urgent, **_of_vendor(vendor_id))
    if not everyones:
        found = found.filter(owner_id=actor.person_id)
    # Chosen in the index alone; only those that are shown are read.
    first = found.order_by("close_date", "pk").values("pk")[: MOST_NEEDS * 3]
    return mine.filter(pk__in=first).select_related("vendor").defer("notes").order_by("close_date", "pk")


def _of_vendor(vendor_id: tuple[int, ...]) -> dict[str, int]:
    return {"vendor_id": vendor_id[0]} if vendor_id else {}


def need_of(deal: Deal, now: datetime) -> Need:
    """Return why a deal needs someone; of several reasons the most urgent."""
    words = {"customer": deal.customer_name, "vendor": deal.vendor.name}
    same: dict[str, Any] = {"vendor": deal.vendor, "reference": deal.reference, "facts": _facts(deal)}
    if deal.waits_for_partner:
        title = _("Answer %(vendor)s’s question about %(customer)s") % words
        note = _("their clock is paused")
        return Need(
            rank=(0, deal.submitted_at), title=title, url=deal.get_absolute_url(), action=_("Answer"), note=note, **same
        )
    edit = reverse("portal:deal-edit", args=[deal.reference])
    if deal.is_protected and deal.protected_until and deal.protected_until - now <= ENDING:
        return Need(
            rank=(1, deal.protected_until),
            title=_("The protection of %(customer)s ends soon: say how it stands") % words,
            url=deal.get_absolute_url(),
            action=_("Open"),
            ends_at=deal.protected_until,
            starts_at=deal.protected_from,
            **same,
        )
    return Need(
        rank=(2, deal.submitted_at),
        title=_("%(customer)s should have closed: won, lost or later?") % words,
        url=edit,
        action=_("Update"),
        note=_("expected %(day)s") % {"day": day_text(deal.close_date)},
        **same,
    )


def _facts(deal: Deal) -> str:
    return ", ".join(filter(None, [deal.title, shown(deal.value, deal.currency)]))


def draft_need(draft: DealDraft) -> Need:
    """Return a draft as something to go on with."""
    return Need(
        rank=(3, draft.updated_at),
        title=_("Finish the registration of %(customer)s")
        % {"customer": draft.customer_name or _("a customer without a name")},
        url=draft.get_absolute_url(),
        action=_("Continue"),
        note=_("draft, saved %(when)s") % {"when": relative_text(draft.updated_at)},
    )


def agreements_in_need(actor: Actor, vendor_id: int | None) -> list[Agreement]:
    """Return what the partner has to sign. One query."""
    return _to_sign(actor, *_only(vendor_id))


@composed
def _to_sign(actor: Actor, *vendor_id: int) -> QuerySet[Agreement]:
    found = Agreement.objects.visible_to(actor).filter(state=AgreementState.SENT, **_of_vendor(vendor_id))
    return found.select_related("vendor").defer("text", "values").order_by("sent_at", "pk")[:MOST_DRAFTS]


def agreement_need(agreement: Agreement, now: datetime) -> Need:
    """Return that an agreement is to be signed; one that the portal will wait for is as urgent as its day is near."""
    gate, closes = agreement.gate_from, None
    if gate is not None and gate > timezone.localdate(now):
        closes = datetime.combine(gate, datetime.min.time(), timezone.get_current_timezone())
    return Need(
        rank=(1, closes or agreement.sent_at),
        title=_("Sign %(vendor)s’s agreement: %(title)s") % {"vendor": agreement.vendor.name, "title": agreement.title},
        url=agreement.get_absolute_url(),
        action=_("Read and sign"),
        vendor=agreement.vendor,
        reference=agreement.reference,
        ends_at=closes,
        starts_at=agreement.sent_at,
        note="" if closes else _("sent %(when)s") % {"when": relative_text(agreement.sent_at)},
    )


def lead_need(offer: LeadOffer) -> Need:
    """Return that a lead waits for an answer, or for the first contact."""
    outline = told(offer, {})
    if offer.is_open:
        title = _("%(vendor)s offers you a lead: %(what)s") % {"vendor": offer.vendor.name, "what": outline.title}
        action, ends = _("Look"), offer.until
    else:
        title, action = _("Make the first contact with %(company)s") % {"company": outline.title}, _("Open")
        ends = offer.contact_due_at or offer.until
    facts = ", ".join(filter(None, [outline.industry_label, outline.headcount_label]))
    return Need(
        rank=(1, ends),
        title=title,
        url=offer.get_absolute_url(),
        action=action,
        vendor=offer.vendor,
        facts=facts,
        reference=offer.lead.reference,
        ends_at=ends,
        starts_at=offer.decided_at or offer.offered_at,
    )


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """A period of the pipeline: what is protected, undecided and neither."""

    label: str
    protected: Decimal
    undecided: Decimal
    other: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.protected + self.undecided + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """The open deals by expected close, in the currency that most of them are in; the others as totals beside it."""

    currency: str
    rows: list[PipelineRow]
    deals: int
    others: list[str]

    @property
    def total(self) -> PipelineRow:
        """The sum of all periods."""
        return PipelineRow(
            _("All"),
            sum((row.protected for row in self.rows), ZERO),
            sum((row.undecided for row in self.rows), ZERO),
            sum((row.other for row in self.rows), ZERO),
        )

    @property
    def chart(self) -> StackedBars:
        """The chart."""
        columns = [(row.label, (row.protected, row.undecided, row.other)) for row in self.rows]
        return stacked_bars(columns, self.currency)

    @property
    def description(self) -> str:
        """The chart in words."""
        best = max(self.rows, key=lambda row: row.total)
        return _("%(count)d periods. %(label)s is highest with %(total)s, of which %(protected)s is protected.") % {
            "count": len(self.rows),
            "label": best.label,
            "total": shown(best.total, self.currency),
            "protected": shown(best.protected, self.currency),
        }


def pipeline_of(actor: Actor, vendor_id: int | None, today: date) -> Pipeline | None:
    """Return the open pipeline by month of expected close, None where nothing is open. One query."""
    found = _by_month(actor, timezone.now(), *_only(vendor_id))
    if not found:
        return None
    totals: dict[str, list[Any]] = defaultdict(lambda: [ZERO, 0])
    for row in found:
        totals[row["currency"]][0] += row["total"]
        totals[row["currency"]][1] += row["deals"]
    main = max(totals, key=lambda currency: (totals[currency][1], totals[currency][0]))
    others = [_in_other(currency, *pair) for currency, pair in sorted(totals.items()) if currency != main]
    rows = _periods([row for row in found if row["currency"] == main], today)
    return Pipeline(currency=main, rows=rows, deals=totals[main][1], others=others)


@composed
def _by_month(actor: Actor, now: datetime, *vendor_id: int) -> QuerySet[Any]:
    protected = Q(status=Status.APPROVED, protected_until__gt=now)
    deals: QuerySet[Any] = Deal.objects.visible_to(actor).open().filter(**_of_vendor(vendor_id)).order_by()
    return (
        deals.annotate(month=TruncMonth("close_date"))
        .values("month", "currency")
        .annotate(
            deals=Count("pk"),
            total=Sum("value"),
            protected=Sum("value", filter=protected, default=ZERO),
            undecided=Sum("value", filter=Q(status__in=UNDECIDED), default=ZERO),
        )
        .annotate(other=F("total") - F("protected") - F("undecided"))
    )


def _in_other(currency: str, total: Decimal, deals: int) -> str:
    words = ngettext("%(total)s in %(deals)d deal", "%(total)s in %(deals)d deals", deals)
    return words % {"total": shown(total, currency), "deals": deals}


def _periods(found: list[dict[str, Any]], today: date) -> list[PipelineRow]:
    first = today.replace(day=1)
    months = [first]
    while len(months) < MONTHS_SHOWN:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    sums: dict[Any, list[Decimal]] = {None: [ZERO] * 3, **{month: [ZERO] * 3 for month in months}, date.max: [ZERO] * 3}
    for row in found:
        key = None if row["month"] < first else row["month"] if row["month"] in sums else date.max
        sums[key] = [
            before + row[name] for before, name in zip(sums[key], ("protected", "undecided", "other"), strict=True)
        ]
    locale = locale_for(get_language())
    names = {None: _("Overdue"), date.max: _("Later")}
    return [
        PipelineRow(names.get(key) or format_date(key, "MMM", locale=locale), *pieces)
        for key, pieces in sums.items()
        if key in months or any(pieces)
    ]


class Home(ActorView):
    """The page that a partner's person starts from."""

    kinds = frozenset({Kind.PARTNER})

    @cached_property
    def focus(self) -> int | None:
        """The vendor that the reader looks at, None for all."""
        return focused_vendor(self.request)

    @cached_property
    def journeys(self) -> list[Any]:
        """The journeys under way."""
        return journeys_under_way(self.actor, self.focus)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        now = timezone.now()
        needs = self.needs(now)
        cards = standing_cards(
            [held for held in terms_for(self.actor) if self.focus in {None, held.vendor_id}], self.actor
        )
        context = {
            "title": title_for(needs),
            "today": timezone.localdate(now),
            "needs": needs[:MOST_NEEDS],
            "more": len(needs) - MOST_NEEDS,
            "pipeline": pipeline_of(self.actor, self.focus, timezone.localdate(now)),
            "cards": cards,
            "journeys": self.journeys,
            "decided": [(deal, *STATUS_LOOK[Status(deal.status)]) for deal in self.decided(now)],
            "with_vendor": len(self.actor.vendor_ids) > 1 and self.focus is None,
            "may_register": self.actor.may(REGISTER_DEALS),
            "key": (_("Protected"), _("In review"), _("Not protected")),
        }
        return render(request, "partner/home.html", context)

    def needs(self, now: datetime) -> list[Need]:
        """Return what waits for the reader, the most urgent first. Three queries."""
        found = [need_of(deal, now) for deal in deals_in_need(self.actor, self.focus)]
        found += steps_in_need(self.journeys, self.actor, now)
        found += [lead_need(offer) for offer in leads_in_need(self.actor, self.focus)]
        if self.actor.may(REGISTER_DEALS):
            found += [draft_need(draft) for draft in _drafts(self.actor)]
        if self.actor.is_meant(SIGN_AGREEMENTS):
            found += [agreement_need(row, now) for row in agreements_in_need(self.actor, self.focus)]
        return sorted(found, key=lambda need: need.rank)

    def decided(self, now: datetime) -> list[Deal]:
        """Return the latest decisions. One query."""
        return _decided(self.actor, now - DECIDED_SINCE, *_only(self.focus))


@composed
def _drafts(actor: Actor) -> QuerySet[DealDraft]:
    return DealDraft.objects.visible_to(actor).order_by("-updated_at", "-pk")[:MOST_DRAFTS]


@composed
def _decided(actor: Actor, since: datetime, *vendor_id: int) -> QuerySet[Deal]:
    decided = Deal.objects.visible_to(actor).filter(
        decided_at__gte=since, status__in=[Status.APPROVED, Status.DECLINED], **_of_vendor(vendor_id)
    )
    found = decided.exclude(outcome=Outcome.LOST).select_related("vendor").defer("notes")
    return found.order_by("-decided_at", "-pk")[:MOST_DECIDED]


def title_for(needs: list[Need]) -> str:
    """Say in the page's title what needs the reader."""
    if not needs:
        return _("Nothing needs you now")
    asked = sum(need.rank[0] == 0 for need in needs)
    first = ngettext("One thing needs you", "%(count)d things need you", len(needs)) % {"count": len(needs)}
    if not asked or len(needs) == 1:
        return first
    questions = ngettext("one of them a question", "%(count)d of them questions", asked) % {"count": asked}
    return _("%(first)s, %(questions)s") % {"first": first, "questions": questions}
