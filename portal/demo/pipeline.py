"""What the pipeline shows in the demo: where deals stand and for how long, how amounts moved, a renewal, deal teams."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.formats import date_format

from activity.models import Event
from dealreg import events
from dealreg.enums import FollowKind, Forecast, Outcome, SharedField, Status, TeamRole
from dealreg.models import AmountChange, Deal, TeamShare
from dealreg.services import Member, answer_share, begin_follow_up, propose_team
from dealreg.services.nudging import standing_still
from dealreg.stages import why_stalled
from partners.seats import actor_of, people_with_seats
from portal.demo.stories import Happening
from prm.kernel.actors import Via

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import World
    from prm.kernel.actors import Actor

MARA = "sales@brightpath.example"
DISTRIBUTOR, INSTALLER = "granit", "tessellate"
STOOD = """
UPDATE dealreg_deal d SET stage_since = coalesce((
  SELECT max(e.occurred_at) FROM activity_event e
  WHERE e.subject_type = 'dealreg.deal' AND e.subject_id = d.id AND e.kind = 'deal.changed' AND e.after ? 'stage'
), d.submitted_at)
"""
REASONS = (
    "They add the second shift",
    "Options left out for now",
    "Their board meets later",
    "Service contract is in it now",
)


def write_pipeline(world: World) -> list[Happening]:
    """Write it, on deals that are there; returns what the workers would have told Brightpath."""
    with connection.cursor() as cursor:
        cursor.execute(STOOD)
    _tell_moves()
    own = list(_deals(world, "brightpath", "northwind"))
    happened = [*_mark_still(world, own), *_renew(world, own)]
    _work_together(world, own)
    return happened


def _deals(world: World, partner: str, vendor: str) -> Any:
    enrollment = world.member(partner, vendor).enrollment
    return (
        Deal.objects.filter(enrollment=enrollment)
        .select_related("vendor", "partner", "owner", "enrollment", "decided_by")
        .order_by("-submitted_at", "pk")
    )


def _tell_moves() -> None:
    """Keep as history what the events say of values and days."""
    changed = Event.objects.filter(kind="deal.changed", before__has_any_keys=["value", "close_date"]).order_by("pk")
    deals = Deal.objects.in_bulk(set(changed.values_list("subject_id", flat=True)))
    AmountChange.objects.bulk_create(
        [_move(deals[event.subject_id], event, REASONS[number % len(REASONS)]) for number, event in enumerate(changed)]
    )


def _move(deal: Deal, event: Event, reason: str) -> AmountChange:
    value, close = (event.before.get("value"), event.before.get("close_date"))
    after_value, after_close = (event.after.get("value"), event.after.get("close_date"))
    return AmountChange(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        person_id=event.person_id,
        value_before=value or deal.value,
        value_after=after_value or deal.value,
        close_before=close or deal.close_date,
        close_after=after_close or deal.close_date,
        reason=reason,
        changed_at=event.occurred_at,
    )


def _mark_still(world: World, own: list[Deal]) -> list[Happening]:
    """Mark what stands still, as the worker would have; all but a few of Brightpath's have a next step.

    Returns what happened to Brightpath's.
    """
    at = world.now - timedelta(hours=19)
    over = {Status.DECLINED, Status.WITHDRAWN}
    open_own = [deal for deal in own if deal.outcome == Outcome.OPEN and deal.status not in over]
    for number, deal in enumerate(open_own):
        if number % 3:
            deal.next_step_on = (world.now + timedelta(days=2 + number)).date()
            deal.next_step = deal.next_step or "Call about the offer"
        if number % 4 == 1:
            deal.forecast = Forecast.COMMIT
    oldest = min(open_own, key=attrgetter("submitted_at", "pk"))
    oldest.next_step_on, oldest.stage_since = None, max(oldest.submitted_at, world.now - timedelta(days=39))
    Deal.objects.bulk_update(open_own, ["next_step", "next_step_on", "forecast", "stage_since"])
    still: list[Any] = list(standing_still(world.now))
    for deal in still:
        deal.stalled_at, deal.stall_limit = at, deal.allowed
    Deal.objects.bulk_update(still, ["stalled_at", "stall_limit"], batch_size=500)
    ours = {deal.pk: deal for deal in own}
    reasons = {deal.pk: why_stalled(deal, world.now) for deal in still if deal.pk in ours}
    return [
        Happening(at, events.STALLED, ours[pk], None, data={"customer": ours[pk].customer_name, "reason": reason})
        for pk, reason in reasons.items()
    ]


def _renew(world: World, own: list[Deal]) -> list[Happening]:
    """Let what was won last run out soon; its renewal is begun."""
    won = [deal for deal in own if deal.outcome == Outcome.WON and deal.closed_on]
    if not won:
        return []
    deal = max(won, key=attrgetter("closed_on", "pk"))
    deal.term_until = (world.now + timedelta(days=48)).date()
    deal.term_reminded_at = world.now - timedelta(days=12)
    deal.save(update_fields=["term_until", "term_reminded_at"])
    for line in deal.lines.order_by("pk"):
        line.ordered = line.quantity
        line.save(update_fields=["ordered"])
    begin_follow_up(actor=_actor(world.seat(MARA, "brightpath")), deal=deal, kind=FollowKind.RENEWAL)
    words = {"until": date_format(deal.term_until, "Y-m-d"), "days": 48 + 12, "customer": deal.customer_name}
    return [Happening(deal.term_reminded_at, events.TERM_ENDING, deal, None, data=words)]


def _actor(seat: Seat) -> Actor:
    return actor_of(people_with_seats().get(pk=seat.person_id), seat.pk, via=Via.SESSION)[0]


def _work_together(world: World, own: list[Deal]) -> None:
    """Put a distributor and an installer on Brightpath's largest deal, and Brightpath on one of the installer's."""
    mara = _actor(world.seat(MARA, "brightpath"))
    granit, tessellate = world.member(DISTRIBUTOR, "northwind"), world.member(INSTALLER, "northwind")
    running = [deal for deal in own if deal.outcome == Outcome.OPEN and deal.status == Status.APPROVED]
    if running:
        deal = max(running, key=attrgetter("value", "pk"))
        members = [
            Member(role=TeamRole.SELLING, percent=Decimal(70), own=True),
            Member(
                role=TeamRole.DISTRIBUTOR,
                percent=Decimal("12.5"),
                name=granit.enrollment.partner.name,
                sees=(SharedField.VALUE, SharedField.CLOSE),
            ),
            Member(
                role=TeamRole.DELIVERING,
                percent=Decimal("17.5"),
                name=tessellate.enrollment.partner.name,
                sees=(SharedField.CUSTOMER, SharedField.PROJECT, SharedField.CLOSE),
            ),
        ]
        propose_team(actor=mara, deal=deal, members=members, text="As agreed by phone: you install, we sell.")
        for where, text in ((DISTRIBUTOR, "Stock is reserved."), (INSTALLER, "Two fitters from May.")):
            share = TeamShare.objects.get(deal=deal, partner__slug=where)
            answer_share(actor=_actor(world.member(where, "northwind").sellers[0]), share=share, agrees=True, text=text)
    theirs = _deals(world, INSTALLER, "northwind").filter(outcome=Outcome.OPEN, status=Status.APPROVED).first()
    if theirs is not None:
        members = [
            Member(role=TeamRole.DELIVERING, percent=Decimal(55), own=True),
            Member(
                role=TeamRole.SOURCING,
                percent=Decimal(30),
                name=world.member("brightpath", "northwind").enrollment.partner.name,
                sees=(SharedField.PROJECT, SharedField.VALUE, SharedField.STAGE),
            ),
            Member(role=TeamRole.DIRECT, percent=Decimal(15)),
        ]
        text = "You know the plant manager: will you open the door for us?"
        propose_team(actor=_actor(tessellate.sellers[0]), deal=theirs, members=members, text=text)
