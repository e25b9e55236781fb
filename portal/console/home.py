"""The console's start page: what waits in the partner manager's portfolio, who needs attention, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.models import Event
from activity.permissions import USE_CONSOLE
from dealreg.models import Deal
from dealreg.portfolio import PAGE, Member, Need, Place, ending_soon, portfolio
from partners.enums import EnrollmentStatus
from portal.console.areas import areas_for
from portal.console.waiting import Tile, further_tiles
from portal.desk.lists import SHOWN, deal_rows
from portal.formats import span_text
from portal.statuses import ENROLLMENT_LOOK
from prm.kernel.actors import VENDOR_ROLES, Kind
from prm.kernel.money import shown
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

FEW = 5
MOST_CHANGES = 8
LOOKED_THROUGH = 400
"""Among this many of the vendor's newest events the changes by its own people are looked for."""
MOST_PAGES = 400
NEED_LOOK = {
    Need.OVERDUE: ("bad", "warn"),
    Need.WAITING: ("info", "clock"),
    Need.ENDING: ("warn", "shield"),
    Need.QUIET: ("warn", "pause"),
    Need.LONG: ("info", "learn"),
}


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """A partner as the table shows it."""

    member: Member
    url: str
    why: str
    look: tuple[str, str]
    status: str
    status_look: tuple[str, str]
    amounts: list[str]


def why_it_stands_here(place: Place, now: datetime) -> str:
    """Say in one sentence, with its figures, why a partner stands where it does; "" where nothing needs anybody."""

    def span(moment: datetime | None) -> str:
        return span_text(abs((moment - now).total_seconds())) if moment else ""

    since = place.last_at or place.enrolled_at
    if place.need is Need.OVERDUE:
        words = ngettext("%(n)d decision overdue by %(for)s", "%(n)d decisions overdue by up to %(for)s", place.overdue)
        return words % {"n": place.overdue, "for": span(place.due)}
    if place.need is Need.WAITING:
        words = ngettext("%(n)d to decide, within %(for)s", "%(n)d to decide, the next within %(for)s", place.waiting)
        return words % {"n": place.waiting, "for": span(place.due)}
    if place.need is Need.ENDING:
        words = ngettext("Protection ends in %(for)s", "%(n)d protections end, the first in %(for)s", place.ending)
        return words % {"n": place.ending, "for": span(place.until)}
    if place.need is Need.QUIET:
        text = _("No registration for %(for)s") if place.last_at else _("No registration yet, %(for)s after joining")
        return text % {"for": span(since)}
    return _("Onboarding for %(for)s") % {"for": span(place.enrolled_at)} if place.need is Need.LONG else ""


def _row(member: Member, edit: str, now: Any) -> PortfolioRow:
    enrollment = member.enrollment
    return PortfolioRow(
        member,
        f"{edit}{enrollment.pk}/change/",
        why_it_stands_here(member.place, now),
        NEED_LOOK.get(member.place.need, ("", "")),
        str(enrollment.get_status_display()),
        ENROLLMENT_LOOK[enrollment.status],
        [shown(amount, currency) for amount, currency in member.pipeline],
    )


class Home(ActorView):
    """The start page. `?all=1`: every partner of the vendor, else those that the person manages."""

    kinds = frozenset({Kind.VENDOR})
    permission = USE_CONSOLE

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page. At most 12 queries, however many partners there are."""
        actor, everyone = self.actor, request.GET.get("all") == "1"
        manager_id = None if everyone else actor.person_id
        asked = request.GET.get("page", "1")
        number = min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdigit() else 1
        found = portfolio(actor=actor, manager_id=manager_id, page=number)
        now, edit = timezone.now(), reverse("admin:partners_enrollment_changelist")
        waits = found.waits
        context = {
            "title": _title(waits.overdue, waits.waiting),
            "everyone": everyone,
            "tiles": [*_tiles(waits), *further_tiles(actor)],
            "deals": _to_decide(actor, manager_id) if waits.waiting else [],
            "ending": _ending(actor, manager_id) if waits.ending else [],
            "rows": [_row(member, edit, now) for member in found.members],
            "page": {
                "number": number,
                "has_previous": number > 1,
                "has_next": number * PAGE < found.count,
                "previous_page_number": number - 1,
                "next_page_number": number + 1,
            },
            "count": found.count,
            "changes": _changes(actor),
            "areas": areas_for(actor),
            "chips": _chips(everyone=everyone),
        }
        return render(request, "console/home.html", context)


def _title(overdue: int, waiting: int) -> str:
    if overdue:
        return ngettext("%(n)d decision is overdue", "%(n)d decisions are overdue", overdue) % {"n": overdue}
    if waiting:
        words = ngettext("%(n)d registration waits for a decision", "%(n)d registrations wait for a decision", waiting)
        return words % {"n": waiting}
    return _("Nothing waits for you")


def _chips(*, everyone: bool) -> list[dict[str, Any]]:
    home = reverse("console:home")
    return [
        {"label": _("My partners"), "url": home, "current": not everyone},
        {"label": _("All partners"), "url": f"{home}?all=1", "current": everyone},
    ]


def _tiles(waits: Any) -> list[Tile]:
    deals = reverse("desk:deal-list")
    return [
        Tile(_("Overdue decisions"), waits.overdue, f"{deals}?overdue=True", "bad" if waits.overdue else ""),
        Tile(_("Waiting for a decision"), waits.waiting, reverse("desk:queue")),
        Tile(_("Protection ends within 30 days"), waits.ending, f"{deals}?ending=True"),
    ]


def _mine(actor: Actor, manager_id: int | None) -> Any:
    deals = Deal.objects.visible_to(actor).select_related("partner").only(*SHOWN)
    deals = deals.exclude(enrollment__status=EnrollmentStatus.RETIRED)
    return deals if manager_id is None else deals.filter(enrollment__manager_id=manager_id)


def _to_decide(actor: Actor, manager_id: int | None) -> list[Any]:
    """Return the registrations whose clock runs out first. One query."""
    return deal_rows(_mine(actor, manager_id).waiting_for_vendor().order_by("due_at", "pk")[:FEW])


def _ending(actor: Actor, manager_id: int | None) -> list[Any]:
    """Return the deals whose protection ends first. One query."""
    found = ending_soon(_mine(actor, manager_id), timezone.now())
    return deal_rows(found.order_by("protected_until", "pk")[:FEW])


def _changes(actor: Actor) -> list[Event]:
    """Return what the vendor's own people did lately. One query over the newest events."""
    newest = Event.objects.visible_to(actor).order_by("-id").values("pk")[:LOOKED_THROUGH]
    found = Event.objects.visible_to(actor).filter(pk__in=newest, role__in=sorted(VENDOR_ROLES))
    return list(found.select_related("person").order_by("-id")[:MOST_CHANGES])
