"""The partner's deals: the list, and a deal's own page."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ProductFamily
from dealreg.board import totals_of
from dealreg.engagement import fields_in
from dealreg.enums import Askable, FollowKind, Outcome, Stage, Status
from dealreg.filters import DealFilter
from dealreg.follow_ups import follow_annotations, followed_by, follows
from dealreg.forms import AnswerForm, CommentForm, FileForm
from dealreg.models import Deal, DealDraft, DealFile, DealLine, Policy
from dealreg.moves import amount_rows, moves_of
from dealreg.own_fields import asked_of, labelled, told
from dealreg.permissions import COMMENT_DEALS, REGISTER_DEALS, WORK_DEALS
from dealreg.reports import decision_times
from dealreg.rulings import definition_of_deal
from dealreg.services.special_prices import CLOSED
from dealreg.special_prices import priced, requests_of_deal
from dealreg.stages import forecast_of, why_stalled
from dealreg.team_reading import team_states, team_words
from dealreg.workflow import OUTCOME, REGISTRATION
from partners.middleware import focused_vendor
from portal.boards import FORECAST_LOOK, forecast_words, views_of
from portal.chances import chance_json, told_chance
from portal.formats import day_text, span_text
from portal.partner import timeline
from portal.partner.closing import DIALOGS, Dialog
from portal.partner.public_clock import public_clock
from portal.partner.rows import ring_of, row_of
from portal.statuses import OUTCOME_LOOK, STATUS_LOOK
from portal.viewing import ViewedList
from prm.kernel.actors import Kind, Permission
from prm.kernel.errors import Forbidden
from prm.kernel.pages import ActorView, Page

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dealreg.engagement.shape import OwnField

MOST_DRAFTS = 5
LESS_ASKED = ("more", "outcome", "stage", "closes_from", "closes_to")
OWN_ANSWERS = ("answers", "desk_answers", "approver_answers")
LONG_TEXTS = ("notes", "asked_text", "decision_text", "outcome_text")


class DealList(ViewedList):
    """All deals of the partner, or of one vendor when one is chosen."""

    kinds = frozenset({Kind.PARTNER})
    template_name = "partner/deals.html"
    results_template = "partner/deals_results.html"
    viewed_as = "portal:deal-list"
    filterset_class = DealFilter
    default_order = "-submitted"
    orders = {
        "customer": ("customer_name",),
        "value": ("value",),
        "closes": ("close_date",),
        "status": ("status",),
        "submitted": ("submitted_at",),
    }
    export_name = "deals"
    columns = (
        (gettext_lazy("Reference"), lambda deal: deal.reference),
        (gettext_lazy("Vendor"), lambda deal: deal.vendor.name),
        (gettext_lazy("Customer"), lambda deal: deal.customer_name),
        (gettext_lazy("Country"), lambda deal: deal.customer_country.code),
        (gettext_lazy("Project"), lambda deal: deal.title),
        (gettext_lazy("Registration"), lambda deal: str(deal.get_status_display())),
        (gettext_lazy("Outcome"), lambda deal: str(deal.get_outcome_display())),
        (gettext_lazy("Sales stage"), lambda deal: str(deal.get_stage_display())),
        (gettext_lazy("Forecast"), lambda deal: str(forecast_of(deal).label)),
        (gettext_lazy("Value"), lambda deal: deal.value),
        (gettext_lazy("Currency"), lambda deal: deal.currency),
        (gettext_lazy("Expected close"), lambda deal: deal.close_date),
        (gettext_lazy("Next step"), lambda deal: deal.next_step),
        (gettext_lazy("Stalled"), lambda deal: why_stalled(deal, timezone.now())),
        (gettext_lazy("Won value"), lambda deal: deal.closed_value),
        (gettext_lazy("Closed"), lambda deal: deal.closed_on),
        (gettext_lazy("Submitted"), lambda deal: deal.submitted_at.date()),
        (gettext_lazy("Protected until"), lambda deal: deal.protected_until.date() if deal.protected_until else None),
        (gettext_lazy("Answers"), lambda deal: labelled(deal.definition, deal.answers, deal.currency)),
    )

    @cached_property
    def focus(self) -> int | None:
        """The vendor that the reader looks at."""
        return focused_vendor(self.request)

    def rows(self) -> QuerySet[Deal]:
        """Return the partner's deals, of the vendor in focus."""
        found = Deal.objects.visible_to(self.actor).select_related("vendor").defer(*LONG_TEXTS, *OWN_ANSWERS)
        if self.request.GET.get("export"):
            found = found.defer(None).defer(*LONG_TEXTS).annotate(definition=definition_of_deal())
        return found.filter(vendor_id=self.focus) if self.focus is not None else found

    def further_context(self, page: Page) -> dict[str, Any]:
        """Add the rows' words, the chips and, on the first page, the drafts."""
        now = timezone.now()
        plain = page.number == 1 and not self.request.GET
        may = self.actor.may(REGISTER_DEALS)
        drafts = DealDraft.objects.visible_to(self.actor).order_by("-updated_at", "-pk")[:MOST_DRAFTS]
        return {
            "rows": [row_of(deal, now) for deal in page.rows],
            "more_filters": any(self.request.GET.get(name) for name in LESS_ASKED),
            "chips": self.chips(),
            "saved": self.saved(),
            "drafts": list(drafts) if plain and may else [],
            "views": views_of(self.request, self.request.path, reverse("portal:deal-board"), board=False),
            "forecast": forecast_words(totals_of(self._found()[1])),
            "with_vendor": self.focus is None,
            "may_register": may,
        }

    def chips(self) -> list[dict[str, Any]]:
        """Return the views that are a click away."""
        views: tuple[tuple[str, dict[str, str]], ...] = (
            (_("All"), {}),
            (_("Open"), {"open": "1"}),
            (_("Needs your answer"), {"status": Status.INFORMATION_REQUESTED}),
            (_("In review"), {"status": Status.IN_REVIEW}),
            (_("Approved"), {"status": Status.APPROVED}),
            (_("Won"), {"outcome": Outcome.WON}),
            (_("Lost"), {"outcome": Outcome.LOST}),
        )
        given = {
            name: value
            for name, value in self.request.GET.items()
            if value and name not in {"page", "order", "export", "more"}
        }
        return [
            {
                "label": label,
                "url": self.request.path + "".join(f"?{name}={value}" for name, value in wanted.items()),
                "current": given == wanted,
                "count": None,
            }
            for label, wanted in views
        ]


class DealView(ActorView):
    """A page about one deal of the partner's. `needs` is the right that it takes; sight comes first."""

    kinds = frozenset({Kind.PARTNER})
    needs: Permission | None = None

    def deal(self, reference: str) -> Deal:
        """Return the deal.

        Raises:
            Http404: out of the actor's sight. Forbidden: in sight, without the right.
        """
        found = Deal.objects.visible_to(self.actor).filter(reference=reference.upper())
        related = found.select_related("vendor", "owner", "assignee", "decided_by", "enrollment__program")
        read_along = {
            "definition": definition_of_deal(),
            "price_rows": requests_of_deal(self.actor),
            "win_chance_now": Subquery(chance_json(self.actor)),
        }
        deal = self.told(related.annotate(**read_along)).first()
        if deal is None:
            raise Http404
        if self.needs is not None and not self.actor.may(self.needs):
            raise Forbidden("not_allowed", _("Your role doesn't allow this. Ask your administrator."))
        return deal

    def told(self, found: QuerySet[Deal]) -> QuerySet[Deal]:
        """Add what the page reads along with the deal: its products."""
        lines = DealLine.objects.visible_to(self.actor).select_related("product").order_by("pk")
        return found.prefetch_related(Prefetch("lines", queryset=lines))

    def crumbs(self, deal: Deal) -> list[dict[str, str]]:
        """Return the way here."""
        return [
            {"label": _("Deals"), "url": reverse("portal:deal-list")},
            {"label": deal.customer_name, "url": deal.get_absolute_url()},
        ]


class DealDetail(DealView):
    """A deal: status and clock, what can be done, facts, products, files and timeline."""

    def told(self, found: QuerySet[Deal]) -> QuerySet[Deal]:
        """Add how the amount moved, what the deal follows, and what follows it."""
        actor = self.actor
        return (
            super()
            .told(found)
            .annotate(amount_rows=amount_rows(actor), team_rows=team_states(actor), **follow_annotations(actor))
        )

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show it."""
        deal = self.deal(reference)
        happened = timeline.events_of(self.actor, deal)
        context = {
            "deal": deal,
            "crumbs": [{"label": _("Deals"), "url": reverse("portal:deal-list")}, {"label": deal.vendor.name}],
            "status_look": STATUS_LOOK[Status(deal.status)],
            "outcome_look": OUTCOME_LOOK[Outcome(deal.outcome)],
            "ring": ring_of(deal, timezone.now()),
            "forecast": (forecast_of(deal).label, *FORECAST_LOOK[forecast_of(deal)]),
            "stalled": why_stalled(deal, timezone.now()),
            "moves": moves_of(deal),
            "steps": steps(deal, timeline.stage_days(happened)),
            "lines": list(deal.lines.all()),
            "team": team_words(deal),
            "team_url": reverse("portal:deal-team", args=[deal.reference]),
            "followed_by": followed_by(deal),
            "follows": follows(deal),
            "may_follow": deal.outcome == Outcome.WON and self.actor.may(REGISTER_DEALS),
            "follow_kinds": FollowKind.choices,
            "files": list(DealFile.objects.visible_to(self.actor).filter(deal=deal).order_by("pk")),
            "entries": [
                *timeline.entries(deal, happened, timeline.comments_of(self.actor, deal)),
                *timeline.lead_entries(self.actor, deal),
            ],
            **self.actions(deal),
            "needs_review": deal.is_undecided and any(event.data.get("review") for event in happened),
            **self.expectations(deal),
            "clause": self.clause(deal),
            "answers": told(own_of(deal), deal.answers, deal.currency),
            **self.prices(deal),
            "own_files": {own.slug: own.label for own in own_of(deal)},
            "chance": told_chance(deal, to_partner=True),
        }
        return render(request, "partner/deal.html", context)

    def actions(self, deal: Deal) -> dict[str, Any]:
        """Return what the reader can do: buttons with their dialogs, and the forms that stand in the page."""
        ways = [*REGISTRATION.available(deal, self.actor), *OUTCOME.available(deal, self.actor)]
        names = [way.name for way in ways if way.name != "relinquish" or deal.is_protected]
        dialogs: list[Dialog] = [DIALOGS[name](deal) for name in names if name in DIALOGS]
        works = self.actor.may(WORK_DEALS)
        speaks = self.actor.may(COMMENT_DEALS)
        return {
            "dialogs": dialogs,
            "answer": AnswerForm(deal=deal, prefix=None) if "answer" in names else None,
            "asked_labels": [Askable(name).label for name in deal.asked_fields if name in Askable.values],
            "may_edit": works and deal.outcome == Outcome.OPEN and deal.status != Status.WITHDRAWN,
            "comment": CommentForm() if speaks else None,
            "file_form": FileForm(auto_id="attach_%s") if speaks else None,
        }

    def prices(self, deal: Any) -> dict[str, Any]:
        """Return the special prices that were asked for, and whether one can be asked for now. No query."""
        found = priced(deal.price_rows)
        may = self.actor.may(WORK_DEALS) and deal.outcome == Outcome.OPEN and deal.status not in CLOSED
        return {"prices": found, "may_ask_price": may and not any(each.waits for each in found)}

    def clause(self, deal: Deal) -> str:
        """Return the clause that the decision cites, in the policy's own words. A query only where one is cited."""
        if not deal.decision_clause:
            return ""
        policies = Policy.objects.visible_to(self.actor).filter(program_id=deal.enrollment.program_id)
        clauses = policies.filter(reference=deal.policy_reference).values_list("clauses", flat=True).first()
        return str((clauses or {}).get(deal.decision_clause, ""))

    def expectations(self, deal: Deal) -> dict[str, Any]:
        """Return how long a decision takes, for an undecided deal; what protection covers, for an approved one."""
        public = public_clock(self.actor, deal)
        told: dict[str, Any] = {"public": public}
        if public.ring is not None:
            told["ring"] = public.ring
        if deal.is_undecided:
            times = decision_times(frozenset({deal.vendor_id})).get(deal.vendor_id)
            median = span_text(times.median_hours * 3600) if times and times.median_hours is not None else ""
            return {"median": median, **told}
        if deal.protected_from is None:
            return told
        names = ProductFamily.objects.visible_to(self.actor).filter(pk__in=deal.families).order_by("name")
        return {"covers": ", ".join(names.values_list("name", flat=True)), **told}


def own_of(deal: Any) -> tuple[OwnField, ...]:
    """Return what the program asked of the partner when the deal was registered."""
    return asked_of(fields_in(deal.definition))


def steps(deal: Deal, reached: dict[str, datetime]) -> list[dict[str, Any]]:
    """Return the sales stages, those done and the one it is at, closed deals at the last."""
    order = list(Stage)
    at, closed = order.index(Stage(deal.stage)), deal.outcome != Outcome.OPEN
    found = [
        {
            "label": stage.label,
            "note": day_text(reached[stage]) if stage in reached else "",
            "done": closed or number < at,
            "current": not closed and number == at,
        }
        for number, stage in enumerate(order)
    ]
    last = deal.get_outcome_display() if closed else _("Won or lost")
    return [
        *found,
        {"label": last, "note": day_text(deal.closed_on) if closed and deal.closed_on else "", "current": closed},
    ]
