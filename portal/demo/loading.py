"""Puts the demo together: the world, its stories, and every row that they leave."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Account
from activity.enums import DeliveryState
from activity.models import Delivery, Event
from activity.relay import drain
from dealreg import events
from dealreg.enums import Status
from dealreg.letters import approval_letter
from dealreg.milestones import catch_up
from dealreg.models import Comment, Conflict, Deal, DealDraft, DealFile, DealLine, Protection
from partners.models import Vendor
from portal.demo.agreements import write_agreements
from portal.demo.alike import write_alike
from portal.demo.applications import write_applications
from portal.demo.away import write_away
from portal.demo.brightpath import plan_brightpath
from portal.demo.brightpath_deals import DRAFTS, MARA
from portal.demo.business import write_business
from portal.demo.by_mail import write_by_mail
from portal.demo.chances import write_chances
from portal.demo.chronicle import Chronicle
from portal.demo.contested import write_contested
from portal.demo.crm import write_crm
from portal.demo.customers import fill_book
from portal.demo.cutover import write_cutover
from portal.demo.history import plan_history
from portal.demo.invited import write_invitations
from portal.demo.jobs import write_jobs
from portal.demo.journeys import write_journeys
from portal.demo.kept_views import write_views
from portal.demo.leads import write_leads
from portal.demo.learned import write_learned
from portal.demo.life import hand_over, write_life
from portal.demo.mail_choices import write_mail_choices
from portal.demo.pipeline import write_pipeline
from portal.demo.policy_trials import write_policy_draft
from portal.demo.profiles import write_profiles
from portal.demo.queue import HALDEN_PAIRS, PAIRS, plan_queue
from portal.demo.rates import write_rates
from portal.demo.recruiting import write_recruiting
from portal.demo.ruled import waits_by_rule, write_rulings
from portal.demo.special_prices import ask_prices
from portal.demo.standings import write_standings
from portal.demo.stories import Happening, Story
from portal.demo.told import write_told
from portal.demo.trials import write_trials
from portal.demo.world import World, make_world
from prm.kernel.actors import Via

if TYPE_CHECKING:
    from portal.demo.directory import Directory

SEED = 20_261
MARKER = "northwind"
CUSTOMERS = 350
DEALS = {"northwind": 800, "halden": 450}
WAITING = {"northwind": 34, "halden": 9}
LETTERS = 3
KEYS = """
INSERT INTO accounts_matchkey (vendor_id, account_id, key)
SELECT %(vendor)s, account, key FROM unnest(%(accounts)s::bigint[], %(keys)s::text[]) AS pair(account, key)
"""


class NotEmpty(Exception):
    """The database holds other vendors; the demo won't mix with them."""


def is_loaded() -> bool:
    """Whether the demo is there."""
    return Vendor.objects.filter(slug=MARKER).exists()


@transaction.atomic
def load(now: datetime) -> None:
    """Write the demo as it would stand at a moment.

    Raises:
        NotEmpty: there are vendors already.
    """
    if Vendor.objects.exists():
        raise NotEmpty
    world = make_world(now, SEED)
    stories = _stories(world)
    _write_deals(stories)
    write_rulings(stories)
    write_crm(world, SEED)
    write_rates(world)
    write_profiles(world)
    catch_up()
    write_business(world, SEED)
    write_learned(world, SEED)
    further = ask_prices(world, stories) + _write_letters(stories) + hand_over(world, stories)
    _write_drafts(world)
    told = _write_events([happening for story in stories for happening in story.happenings] + further)
    write_told(world, told)
    write_jobs(world)
    write_cutover(world)
    write_views(world)
    write_mail_choices(world)
    write_invitations(world)
    write_life(world)
    write_standings(world)
    write_policy_draft(world)
    write_trials(world)
    write_journeys(world)
    write_applications(world)
    write_agreements(world, SEED)
    write_recruiting(world)
    write_leads(world)
    write_alike(world)
    write_told(world, _write_events(write_pipeline(world) + write_contested(world)))
    write_away(world)
    write_by_mail(world)
    write_chances(world)
    _date_deals()
    drain(limit=10_000)  # what services recorded on the way is told by the handlers themselves
    Delivery.objects.filter(state=DeliveryState.DONE).delete()


def _stories(world: World) -> list[Story]:
    """Plan two years of deals and write the accounts that they are about."""
    chronicle = Chronicle(world, SEED)
    for slug, side in world.sides.items():
        fill_book(world, side, CUSTOMERS)
        plan_history(chronicle, slug, DEALS[slug])
        plan_queue(chronicle, slug, WAITING[slug], PAIRS if slug == MARKER else HALDEN_PAIRS)
    plan_brightpath(chronicle)
    chronicle.run()
    for side in world.sides.values():
        _write_accounts(side.book)
    stories = chronicle.every()
    for story in stories:
        if story.deal.is_undecided and not story.rulings and len(story.happenings) == 1:
            waits_by_rule(story)
    return stories


def _write_accounts(book: Directory) -> None:
    Account.objects.bulk_create(book.accounts, batch_size=500)
    pairs = [(account.pk, key) for account, keys in zip(book.accounts, book.keys, strict=True) for key in keys]
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "vendor": book.vendor.pk,
            "accounts": [pk for pk, _ in pairs],
            "keys": [key for _, key in pairs],
        }
        cursor.execute(KEYS, values)


def _write_deals(stories: list[Story]) -> None:
    Deal.objects.bulk_create([story.deal for story in stories], batch_size=300)
    for model, field in (
        (DealLine, "lines"),
        (Protection, "protections"),
        (Conflict, "conflicts"),
        (Comment, "comments"),
    ):
        rows: list[Any] = [row for story in stories for row in getattr(story, field)]
        model.objects.bulk_create(rows, batch_size=1000)


def _write_letters(stories: list[Story]) -> list[Happening]:
    """Write the letters of Brightpath's latest approvals; older ones were made before letters were kept."""
    own = [story.deal for story in stories if story.member.plan.slug == "brightpath"]
    approved = [(deal.decided_at, deal) for deal in own if deal.status == Status.APPROVED and deal.decided_at]
    happenings = []
    for decided, deal in sorted(approved, key=itemgetter(0), reverse=True)[:LETTERS]:
        name, at = f"Approval letter {deal.reference}.pdf", decided + timedelta(seconds=6)
        content = approval_letter(deal)
        file = DealFile(
            deal=deal,
            vendor=deal.vendor,
            partner=deal.partner,
            enrollment=deal.enrollment,
            name=name,
            size=len(content),
            media_type="application/pdf",
            created_at=at,
        )
        file.content.save(name, ContentFile(content), save=False)
        file.save()
        happenings.append(Happening(at, events.FILE_ADDED, deal, None, data={"file": name, "key": str(file.key)}))
    return happenings


def _write_drafts(world: World) -> None:
    seat = world.seat(MARA, "brightpath")
    member = world.member("brightpath", "northwind")
    for hours, typed in DRAFTS:
        at = world.now - timedelta(hours=hours)
        content = {"enrollment": str(member.enrollment.pk), **typed}
        draft = DealDraft.objects.create(
            person=seat.person,
            seat=seat,
            partner=member.enrollment.partner,
            content=content,
            revision=len(typed),
            created_at=at,
        )
        DealDraft.objects.filter(pk=draft.pk).update(updated_at=at)


def _write_events(happenings: list[Happening]) -> list[tuple[Happening, Event]]:
    happenings.sort(key=lambda happening: happening.at)
    made = Event.objects.bulk_create([_event(happening) for happening in happenings], batch_size=1000)
    return list(zip(happenings, made, strict=True))


def _event(happening: Happening) -> Event:
    deal, seat, data = happening.deal, happening.seat, dict(happening.data)
    if happening.link is not None:
        data["comment"] = happening.link.pk
    return Event(
        kind=happening.kind.name,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        audience=happening.kind.audience,
        subject_type=Deal._meta.label_lower,
        subject_id=deal.pk,
        person=seat.person if seat else None,
        seat_id=seat.pk if seat else None,
        role=seat.role if seat else "",
        via=Via.SESSION if seat else Via.TASK,
        before=_plain(happening.before),
        after=_plain(happening.after),
        data=_plain(data),
        occurred_at=happening.at,
    )


def _plain(facts: dict[str, Any]) -> Any:
    return json.loads(json.dumps(facts, cls=DjangoJSONEncoder)) if facts else {}


def _date_deals() -> None:
    """Set each deal's last change to its last event; saving set it to now."""
    last = (
        Event.objects.filter(subject_type=Deal._meta.label_lower, subject_id=OuterRef("pk"))
        .order_by()
        .values("subject_id")
    )
    moment = Subquery(last.annotate(at=Max("occurred_at")).values("at"))
    Deal.objects.update(updated_at=Coalesce(moment, "created_at"))
