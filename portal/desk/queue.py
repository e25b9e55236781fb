"""The queue: what to decide, most urgent first, with the chosen registration beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Count, F, Max, Q, Subquery, Value, When
from django.db.models.functions import TruncHour
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enums import AccountLink, AccountOrigin
from dealreg.enums import UNDECIDED, WAITING_FOR_VENDOR, Status
from dealreg.models import Absence, Deal, Extension
from dealreg.permissions import DECIDE_DEALS, SEE_DESK
from dealreg.reports import decision_times
from dealreg.rules import Advice
from onboarding.models import Application
from onboarding.reports_journeys import tasks_of
from portal.desk.dossier import Dossier, Ring, load_dossier, ring_of
from portal.desk.more_time import suggested
from portal.desk.panes import pane_context
from portal.desk.suggesting import rivals_of, suggestion_of, with_requests, with_suggestions
from prm.kernel.actors import Kind
from prm.kernel.composed import composed
from prm.kernel.money import shown
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

PAGE = 25
LARGE = Decimal(100_000)
ADVICE = {
    Advice.APPROVE: _("Approve"),
    Advice.DECLINE: _("Decline"),
    Advice.ASK: _("Ask"),
    Advice.COMPARE: _("Compare"),
    Advice.WAIT: _("Wait"),
}
VIEWS = {
    "all": _("All"),
    "mine": _("Mine"),
    "conflicts": _("Conflicts"),
    "large": _("Over %(amount)s"),
    "waiting": _("Waiting for partner"),
    "extensions": _("More time"),
}
EXTENSIONS = "extensions"
"""The view that shows protected deals, not undecided ones."""


def view_condition(key: str, actor: Actor) -> Q:
    """Return what a saved view keeps.

    Only amounts in the vendor's own currency count as large: there are no rates to convert by.
    """
    return {
        # And what is a colleague's for whom one stands in.
        "mine": Q(assignee_id=actor.person_id) | Q(assignee__in=Absence.objects.visible_to(actor).covered_by(actor)),
        # A customer that was new when it was registered is the one that nothing looked like.
        "conflicts": Q(status=Status.IN_REVIEW) | ~Q(account_link=AccountLink.NEW),
        "large": Q(value__gt=LARGE, currency=F("vendor__currency")),
        "waiting": Q(status=Status.INFORMATION_REQUESTED),
    }.get(key, Q())


def queue(actor: Actor, key: str = "all", search: str = "") -> QuerySet[Deal]:
    """Return the deals of a saved view, most urgent first: whose clock runs, by the hour, then by value.

    All are undecided, but those for which more time is asked: they come by the end of their protection.
    """
    deals = Deal.objects.visible_to(actor)
    asked = Extension.objects.visible_to(actor).waiting()
    found = (deals.filter(pk__in=asked.values("deal")) if key == EXTENSIONS else deals.undecided()).filter(
        view_condition(key, actor)
    )
    if search:
        found = found.filter(
            Q(customer_name__icontains=search) | Q(partner__name__icontains=search) | Q(reference__istartswith=search)
        )
    if key == EXTENSIONS:
        return found.order_by("protected_until", "pk")
    paused = Case(
        When(status=Status.INFORMATION_REQUESTED, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    return found.order_by(paused, TruncHour("due_at", tzinfo=UTC), "-value", "pk")


def page_of(actor: Actor, now: datetime, *, key: str = "all", search: str = "", start: int = 0) -> QuerySet[Deal]:
    """Return a page of a saved view and one row more, with what `suggestion_of` needs."""
    waiting = queue(actor, key, search)
    # Sorted by the index alone; only the rows of this page are read.
    shown_now = waiting.values("pk")[start : start + PAGE + 1]
    rows = with_suggestions(waiting.filter(pk__in=shown_now), actor, now)
    return with_requests(rows, actor) if key == EXTENSIONS else rows


# A view's first page, which is asked for all day. A search's text is no plain value of the query.
first_page = composed(page_of)


class Badge(NamedTuple):
    """A status in a word. Named: a template finds a place by its number only after an error or two."""

    label: Any
    tone: str
    icon: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the queue: the deal, where it leads, its clock, badge and suggestion in a word."""

    deal: Deal
    url: str
    tier: str
    ring: Ring
    badge: Badge
    word: Any


def request_row(deal: Any, base: str) -> Row:
    """Return a deal of `with_requests` as a row: how many days are asked for, what is suggested."""
    near = [rival for rival in rivals_of(deal) if rival["status"] in UNDECIDED]
    advice = suggested(deal, near, deal.partner_id).advice
    word = {Advice.APPROVE: _("Extend"), Advice.DECLINE: _("Don’t extend")}.get(advice, _("Weigh"))
    days = deal.asked["days"]
    badge = Badge(ngettext("%(days)d day more", "%(days)d days more", days) % {"days": days}, "info", "clock")
    return Row(deal, base + deal.reference, deal.tier or "", ring_of(deal), badge, word)


def row_of(deal: Any, base: str) -> Row:
    """Return a deal of `with_suggestions` as a row; `base` is the list's address up to the reference."""
    if hasattr(deal, "asked"):
        return request_row(deal, base)
    advice = suggestion_of(deal).advice
    word: Any = ADVICE[advice]
    if deal.waits_for_partner:
        badge = Badge(_("Waiting"), "", "wait")
        word = _("%(count)d asked") % {"count": len(deal.asked_fields)}
    elif deal.account_link != AccountLink.LIKELY and deal.account_origin == AccountOrigin.CUSTOMER:
        badge = Badge(_("Existing customer"), "warn", "split")
    elif deal.account_link == AccountLink.LIKELY or advice in {Advice.DECLINE, Advice.WAIT}:
        badge = Badge(_("Match %(score)d") % {"score": deal.score or 100}, "warn", "warn")
    else:
        badge = Badge(_("Clean"), "good", "ok")
    return Row(deal, base + deal.reference, deal.tier or "", ring_of(deal), badge, word)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows each saved view has, how many deals wait for a decision, the currency, and what else waits.

    applications: to decide. tasks: steps of journeys that are the vendor's turn, or failed.
    """

    by_view: dict[str, int]
    to_decide: int
    currency: str
    applications: int
    tasks: int


def counts_for(actor: Actor) -> Counts:
    """Count all saved views in one query over the undecided deals."""
    row = next(iter(_counts(actor)), None)
    if row is None:
        waiting = Application.objects.visible_to(actor).to_decide().count()
        extensions = Extension.objects.visible_to(actor).waiting().count()
        none = dict.fromkeys(VIEWS, 0) | {EXTENSIONS: extensions}
        return Counts(none, 0, "EUR", waiting, tasks_of(actor).count())
    further = (row["applications"] or 0, row["tasks"] or 0)
    return Counts({key: row[key] or 0 for key in VIEWS}, row["to_decide"], row["currency"], *further)


@composed
def _counts(actor: Actor) -> QuerySet[Any]:
    filters: dict[str, Any] = {
        key: Count("pk", filter=view_condition(key, actor) or None) for key in VIEWS if key != EXTENSIONS
    }
    asked = Extension.objects.visible_to(actor).waiting().order_by().values("vendor")
    found = Deal.objects.visible_to(actor).undecided().order_by().values("vendor")
    waiting = Application.objects.visible_to(actor).to_decide().order_by().values("vendor")
    tasks = tasks_of(actor).order_by().values("vendor")
    return found.annotate(
        **filters,
        **{EXTENSIONS: Subquery(asked.annotate(count=Count("pk")).values("count"))},
        to_decide=Count("pk", filter=Q(status__in=WAITING_FOR_VENDOR)),
        currency=Max("vendor__currency"),
        applications=Subquery(waiting.annotate(count=Count("pk")).values("count")),
        tasks=Subquery(tasks.annotate(count=Count("pk")).values("count")),
    )


class Queue(ActorView):
    """List and detail; for htmx the detail alone."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEE_DESK

    def get(self, request: Any) -> HttpResponse:
        """Show the queue with `?deal=`, else its first row, opened."""
        asked = request.GET.get("deal", "")
        if asked and request.htmx and request.htmx.target == "detail" and not request.htmx.history_restore_request:
            context = self._pane(load_dossier(self.actor, asked))
            return self._answer(render(request, "desk/pane.html", context))
        rows, has_next = self._rows()
        opened = asked or (rows[0].deal.reference if rows else "")
        context = {
            "rows": rows,
            "opened": opened,
            "view": "detail" if asked else "list",
            "has_next": has_next,
            **self._bar(),
            **(self._pane(load_dossier(self.actor, opened)) if opened else {}),
        }
        return self._answer(render(request, "desk/queue.html", context))

    def _answer(self, response: HttpResponse) -> HttpResponse:
        response["Vary"] = "HX-Request, HX-Target, Cookie"
        return response

    @cached_property
    def _key(self) -> str:
        key = self.request.GET.get("view", "all")
        return key if key in VIEWS else "all"

    @cached_property
    def _search(self) -> str:
        return self.request.GET.get("q", "").strip()[:100]

    @cached_property
    def _number(self) -> int:
        asked = self.request.GET.get("page", "1")
        return min(max(int(asked), 1), 200) if asked.isascii() and asked.isdigit() else 1

    def _url(self, **changes: Any) -> str:
        state = {"view": self._key, "q": self._search, "page": self._number, **changes}
        kept = {
            name: value
            for name, value in state.items()
            if value and (name, value) not in {("view", "all"), ("page", 1)}
        }
        return self._base + ("?" + urlencode(kept) if kept else "")

    @cached_property
    def _base(self) -> str:
        return reverse("desk:queue")

    def _rows(self) -> tuple[list[Row], bool]:
        now, start = timezone.now(), (self._number - 1) * PAGE
        if start or self._search:
            found = list(page_of(self.actor, now, key=self._key, search=self._search, start=start))
        else:
            found = first_page(self.actor, now, key=self._key)
        plain = self._url()
        base = f"{plain}{'&' if '?' in plain else '?'}deal="
        return [row_of(deal, base) for deal in found[:PAGE]], len(found) > PAGE

    def _bar(self) -> dict[str, Any]:
        counts = counts_for(self.actor)
        large = {"amount": shown(LARGE, counts.currency).replace("00,000", "00k")}
        chips = [
            {
                "label": label % large if key == "large" else label,
                "url": self._url(view=key, page=1),
                "current": key == self._key,
                "count": counts.by_view[key],
            }
            for key, label in VIEWS.items()
        ]
        return {
            "counts": counts,
            "chips": chips,
            "times": decision_times(self.actor.vendor_ids).get(self.actor.vendor_id or 0),
            "may_decide": self.actor.may(DECIDE_DEALS) and self._key != EXTENSIONS,
            "key": self._key,
            "search": self._search,
            "next_url": self._url(page=self._number + 1),
            "previous_url": self._url(page=self._number - 1) if self._number > 1 else "",
            "bulk_actions": [
                {"value": "hand-over", "label": _("Hand over"), "icon": "user", "url": reverse("desk:bulk-hand-over")},
                {"value": "approve", "label": _("Approve"), "icon": "ok"},
            ],
        }

    def _pane(self, dossier: Dossier) -> dict[str, Any]:
        return pane_context(self.actor, dossier, self.request, queue=self._key) | {"back_url": self._url(), "level": 3}


def following(actor: Actor, key: str, deal: Deal) -> str:
    """Return the reference of the row after this one in a saved view, or of the one before, or "". One query."""
    references = list(queue(actor, key).values_list("reference", flat=True)[:500])
    if deal.reference not in references:
        return references[0] if references else ""
    at = references.index(deal.reference)
    rest = references[at + 1 : at + 2] or references[max(at - 1, 0) : at]
    return rest[0] if rest else ""


def queue_url(key: str, reference: str = "") -> str:
    """Return the address of a saved view with a registration opened."""
    state = {name: value for name, value in (("view", key), ("deal", reference)) if value and value != "all"}
    return reverse("desk:queue") + ("?" + urlencode(state) if state else "")


def queue_key(request: HttpRequest) -> str:
    """Return the saved view from which a form was opened, or "" where it was a deal's own page."""
    sent = request.POST if request.method == "POST" else request.GET
    key = sent.get("queue", "")
    return key if key in VIEWS else ""
