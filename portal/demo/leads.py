"""Leads of both vendors in every state, with the offers and deals that they became; Brightpath has some of each."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from accounts.enums import AccountLink
from accounts.identities import Identity
from accounts.resolving import resolve_customer
from activity.models import Event
from dealreg.enums import Outcome, Status
from dealreg.leads import events
from dealreg.leads.candidates import candidates_for, family_names, limits_of, wanted_of
from dealreg.leads.enums import DisqualifyReason, Distribution, LeadSource, LeadState, OfferRefusal, OfferState, Way
from dealreg.leads.matching import Candidate, ranked
from dealreg.models import Deal, Lead, LeadDeal, LeadOffer, LeadRules
from dealreg.services.leads import score_lead
from portal.demo.names import company_name, domain_of, mail_name, person_name, town_of
from prm.kernel.actors import Via
from prm.kernel.clocks import add_working_hours
from prm.kernel.recording import EventKind
from prm.kernel.references import ALPHABET

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import Member, Side, World

SEED = 606
CONSENT = "I agree that {vendor} passes my request on to one of its partners, who may call or write to me about it."
WISHES = (
    "We open a second hall in spring and want to automate palletising. Please call me.",
    "Looking for a partner near us who installs and services it. Budget is planned for next quarter.",
    "Our present supplier stops support at the end of the year; we compare three systems now.",
    "Please send prices for a first line, with training for six people.",
    "We saw your talk at the fair, and would like a demonstration on site.",
    "",
)
SOURCES = (
    (LeadSource.FORM, "", "Contact form"),
    (LeadSource.FORM, "", "Contact form"),
    (LeadSource.CAMPAIGN, "Autumn webinar", "Webinar sign-up"),
    (LeadSource.IMPORT, "Hanover fair", "Fair in Hanover"),
    (LeadSource.API, "", "Website chat"),
    (LeadSource.HAND, "", "Phone call"),
)
BRANCHES = ("food", "logistics", "manufacturing", "retail", "wholesale", "chemicals", "information", "health")
SIZES = ("11-50", "51-250", "51-250", "251-1000", "1001+", "")
MIX: dict[str, tuple[tuple[str, int], ...]] = {
    "northwind": (
        ("new", 4),
        ("offered", 6),
        ("accepted", 4),
        ("working", 5),
        ("converted", 9),
        ("returned", 3),
        ("disqualified", 3),
        ("exhausted", 2),
    ),
    "halden": (
        ("new", 3),
        ("offered", 4),
        ("accepted", 3),
        ("working", 3),
        ("converted", 6),
        ("returned", 2),
        ("disqualified", 2),
        ("exhausted", 1),
    ),
}
"""How many leads of each state: sixty in all."""
BRIGHTPATH = {"offered": 3, "accepted": 1, "working": 2, "converted": 3, "returned": 1}
"""How many of each vendor's, at most, are Brightpath's."""
HOME = ("DE", "DE", "DE", "AT", "CH", "FR", "NL", "GB", "SE", "IT", "ES", "PL")


@dataclass(slots=True)
class Scene:
    """A vendor's leads as they are written."""

    world: World
    side: Side
    rng: Random
    rules: LeadRules
    names: dict[int, str]
    candidates: list[Candidate]
    members: dict[int, Member]
    left: dict[str, int]
    happened: list[Event] = field(default_factory=list)


def write_leads(world: World) -> None:
    """Write both vendors' rules, leads, offers and what happened."""
    for slug, side in world.sides.items():
        scene = _scene(world, slug, side)
        deals = _deals_for(scene)
        ages = iter(_ages(scene.rng))
        for state, count in MIX[slug]:
            for _number in range(count):
                if state == "converted":
                    _converted(scene, deals.pop())
                else:
                    _lead(scene, LeadState(state), next(ages))
        Event.objects.bulk_create(sorted(scene.happened, key=lambda event: event.occurred_at))


def _scene(world: World, slug: str, side: Side) -> Scene:
    rules = LeadRules.objects.create(
        vendor=side.vendor,
        program=side.program,
        distribution=Distribution.OFFERED if slug == "northwind" else Distribution.FIRST_TO_CLAIM,
        together=3,
        form_open=True,
        form_intro="Tell us what you need. A partner near you answers, usually within two working days.",
        form_consent=CONSENT.format(vendor=side.vendor.name),
    )
    members = {member.enrollment.pk: member for member in world.members if member.side is side and member.sellers}
    candidates = [each for each in candidates_for(side.program) if each.enrollment_id in members]
    rng = Random(f"{SEED} {slug}")  # noqa: S311  (not for secrets)
    return Scene(world, side, rng, rules, family_names(side.vendor.pk), candidates, members, dict(BRIGHTPATH))


def _ages(rng: Random) -> Iterator[float]:
    """Yield hours since leads came in: the latest this morning, the oldest half a year ago."""
    while True:
        yield rng.choice((5, 9, 26, 50, 75, 120, 190, 300, 500, 900, 1600))


def _deals_for(scene: Scene) -> list[Deal]:
    """Return deals that leads may have become, the last ones first: Brightpath's, then others', half of them won."""
    found = Deal.objects.filter(
        vendor=scene.side.vendor, status__in=[Status.APPROVED, Status.EXPIRED, Status.SUBMITTED]
    )
    found = found.filter(submitted_at__gte=scene.world.now - timedelta(days=300)).select_related("partner")
    rows = [deal for deal in found.order_by("reference") if deal.enrollment_id in scene.members]
    scene.rng.shuffle(rows)
    own = [deal for deal in rows if deal.partner.slug == "brightpath"][: BRIGHTPATH["converted"]]
    rest = [deal for deal in rows if deal.partner.slug != "brightpath"]
    won = [deal for deal in rest if deal.outcome == Outcome.WON][:4]
    return [*[deal for deal in rest if deal not in won][:10], *won, *own]


def _describe(scene: Scene, *, source: int | None = None) -> dict[str, Any]:
    rng = scene.rng
    country = rng.choice(HOME)
    name, person = company_name(rng, country), person_name(rng, country)
    family = rng.choice([*scene.names, 0])
    return {
        "company": name,
        "domain": domain_of(name),
        "country": country,
        "city": town_of(rng, country),
        "postcode": f"{rng.randrange(10_000, 99_000)}",
        "industry": rng.choice(BRANCHES),
        "headcount": rng.choice(SIZES),
        "families": [family] if family else [],
        "contact_name": person,
        "contact_email": f"{mail_name(person)}@{domain_of(name)}",
        "contact_phone": f"+49 {rng.randrange(30, 899)} {rng.randrange(10_000, 999_999)}" if rng.random() < 0.7 else "",
        "message": rng.choice(WISHES),
        "value": Decimal(rng.randrange(4, 90) * 2500) if rng.random() < 0.6 else None,
    }


def _save(scene: Scene, details: dict[str, Any], state: LeadState, came: datetime, at: datetime) -> Lead:
    side, rng = scene.side, scene.rng
    source, campaign, consent = rng.choice(SOURCES)
    identity = Identity(name=details["company"], country=details["country"], domain=details["domain"])
    resolution = resolve_customer(side.vendor.pk, identity)
    letters = "".join(rng.choice(ALPHABET) for _ in range(8))
    lead = Lead(
        reference=f"{side.vendor.code}-L-{letters[:4]}-{letters[4:]}",
        vendor=side.vendor,
        program=side.program,
        source=source,
        campaign=campaign,
        external_id=f"WEB-{rng.randrange(10_000, 99_999)}" if source == LeadSource.API else "",
        currency=side.vendor.currency if details["value"] is not None else "",
        consent_text=CONSENT.format(vendor=side.vendor.name),
        consent_source=consent,
        consent_at=came - timedelta(minutes=2),
        account_id=resolution.account_id,
        account_link=resolution.link or AccountLink.NEW,
        state=state,
        state_at=at,
        disqualified_because=DisqualifyReason.NO_NEED if state == LeadState.DISQUALIFIED else "",
        created_at=came,
        **details,
    )
    score_lead(lead)
    lead.save()
    _tell(scene, events.ARRIVED, lead, None, came, source=str(lead.get_source_display()))
    return lead


def _lead(scene: Scene, state: LeadState, hours: float) -> None:
    now = scene.world.now
    if state in {LeadState.NEW, LeadState.OFFERED, LeadState.ACCEPTED}:
        hours = scene.rng.choice((1.5, 3.0, 4.5, 6.0, 8.0, 9.5))
    came = now - timedelta(hours=hours)
    lead = _save(scene, _describe(scene), state, came, came + (now - came) * 0.7)
    if state == LeadState.NEW:
        return
    chosen = _chosen(scene, lead, state)
    first = came + timedelta(minutes=1)
    if state == LeadState.OFFERED:
        together = scene.rules.distribution == Distribution.FIRST_TO_CLAIM
        for member, fit in chosen[: 3 if together else 1]:
            _offer(scene, lead, member, fit, OfferState.OPEN, first)
        return
    if state in {LeadState.EXHAUSTED, LeadState.DISQUALIFIED, LeadState.RETURNED}:
        for place, (member, fit) in enumerate(chosen[1 : 3 if state == LeadState.EXHAUSTED else 2]):
            ended = OfferState.LAPSED if place % 2 else OfferState.DECLINED
            _offer(scene, lead, member, fit, ended, first + timedelta(hours=place * 5))
    if state == LeadState.EXHAUSTED:
        _tell(scene, events.EXHAUSTED, lead, None, lead.state_at, reason="no other partner fits")
    elif state == LeadState.DISQUALIFIED:
        _tell(scene, events.DISQUALIFIED, lead, _manager(scene), lead.state_at, reason="No need, or no budget")
    else:
        member, fit = chosen[0]
        kept = OfferState.RETURNED if state == LeadState.RETURNED else OfferState.ACCEPTED
        _offer(scene, lead, member, fit, kept, first)


def _chosen(scene: Scene, lead: Lead, state: LeadState) -> list[tuple[Member, Any]]:
    """Return partners that fit, the best first, Brightpath before all while some of its share is left."""
    fits = ranked(wanted_of(lead, scene.names), scene.candidates, limits_of(scene.rules))
    found = [(scene.members[each.enrollment_id], fit) for each, fit in fits]
    if scene.left.get(state, 0) > 0:
        scene.left[state] -= 1
        found.sort(key=lambda each: each[0].plan.slug != "brightpath")
    else:
        found = [each for each in found if each[0].plan.slug != "brightpath"]
    best, rest = found[:6], found[6:]
    if found and found[0][0].plan.slug != "brightpath":
        scene.rng.shuffle(best)
    return [*best, *rest]


def _offer(scene: Scene, lead: Lead, member: Member, fit: Any, state: OfferState, at: datetime) -> LeadOffer:
    zone, now = scene.side.vendor.time_zone, scene.world.now
    until = max(add_working_hours(at, 24, zone), now + timedelta(hours=3)) if state == OfferState.OPEN else None
    decided = min(at + timedelta(hours=scene.rng.uniform(0.4, 7)), now - timedelta(minutes=20))
    held = state in {OfferState.ACCEPTED, OfferState.RETURNED}
    seat = member.sellers[0]
    worked = held and lead.state != LeadState.ACCEPTED
    offer = LeadOffer.objects.create(
        key=uuid.UUID(int=scene.rng.getrandbits(128), version=4),
        submission=uuid.UUID(int=scene.rng.getrandbits(128), version=4),
        lead=lead,
        vendor_id=lead.vendor_id,
        partner_id=member.enrollment.partner_id,
        enrollment=member.enrollment,
        way=Way.OFFERED if scene.rules.distribution == Distribution.OFFERED else Way.FIRST_TO_CLAIM,
        state=state,
        fit=fit.score,
        reasons=fit.as_data(),
        offered_at=at,
        until=until or add_working_hours(at, 24, zone),
        decided_at=decided if state not in {OfferState.OPEN, OfferState.LAPSED} else None,
        refusal=OfferRefusal.NO_CAPACITY if state == OfferState.DECLINED else "",
        return_reason="no_need" if state == OfferState.RETURNED else "",
        owner=seat.person if held else None,
        contact_due_at=max(add_working_hours(decided, 48, zone), now + timedelta(hours=5)) if held else None,
        contacted_at=decided + timedelta(hours=0.3) if worked else None,
        ended_at=decided if state in {OfferState.DECLINED, OfferState.RETURNED, OfferState.LAPSED} else None,
    )
    _tell_offer(scene, lead, offer, seat, decided)
    return offer


def _tell_offer(scene: Scene, lead: Lead, offer: LeadOffer, seat: Seat, decided: datetime) -> None:
    name = offer.enrollment.partner.name
    _tell(scene, events.OFFERED, lead, None, offer.offered_at, partners=name)
    _tell(scene, events.OFFER_MADE, offer, None, offer.offered_at)
    if offer.state == OfferState.DECLINED:
        _tell(scene, events.OFFER_DECLINED, offer, seat, decided, reason="No capacity at the moment")
    elif offer.state == OfferState.LAPSED:
        _tell(scene, events.OFFER_LAPSED, offer, None, decided)
    elif offer.state != OfferState.OPEN:
        _tell(scene, events.ACCEPTED, lead, seat, decided, partners=name)
        _tell(scene, events.OFFER_ACCEPTED, offer, seat, decided)
        if offer.contacted_at:
            _tell(scene, events.WORKED, lead, seat, offer.contacted_at)
            _tell(scene, events.OFFER_CONTACTED, offer, seat, offer.contacted_at)
        if offer.state == OfferState.RETURNED:
            given = {"reason": "No need, or no budget", "message": "They bought something else in the summer."}
            _tell(scene, events.GIVEN_BACK, lead, seat, lead.state_at, **given)
            _tell(scene, events.OFFER_RETURNED, offer, seat, lead.state_at, reason=given["reason"])


def _converted(scene: Scene, deal: Deal) -> None:
    came = deal.submitted_at - timedelta(days=scene.rng.randrange(4, 18), hours=2)
    details = _describe(scene) | {
        "company": deal.customer_name,
        "domain": deal.customer_domain,
        "country": str(deal.customer_country),
        "city": deal.customer_city,
        "contact_name": deal.contact_name,
        "contact_email": deal.contact_email,
    }
    lead = _save(scene, details, LeadState.CONVERTED, came, deal.submitted_at)
    fits = ranked(wanted_of(lead, scene.names), scene.candidates, limits_of(scene.rules))
    fit = next(fit for each, fit in fits if each.enrollment_id == deal.enrollment_id)
    member, at = scene.members[deal.enrollment_id], came + timedelta(minutes=1)
    offer = _offer(scene, lead, member, fit, OfferState.ACCEPTED, at)
    LeadDeal.objects.create(
        lead=lead,
        deal=deal,
        offer=offer,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        recorded_at=deal.submitted_at,
    )
    _tell(scene, events.CONVERTED, lead, None, deal.submitted_at, deal=deal.reference)
    _tell(scene, events.OFFER_CONVERTED, offer, None, deal.submitted_at, deal=deal.reference)


def _tell(
    scene: Scene, kind: EventKind, subject: Lead | LeadOffer, seat: Seat | None, at: datetime, **data: Any
) -> None:
    lead = subject.lead if isinstance(subject, LeadOffer) else subject
    scene.happened.append(
        Event(
            kind=kind.name,
            vendor_id=subject.vendor_id,
            partner_id=getattr(subject, "partner_id", None),
            enrollment_id=getattr(subject, "enrollment_id", None),
            audience=kind.audience,
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            person=seat.person if seat else None,
            seat_id=seat.pk if seat else None,
            role=seat.role if seat else "",
            via=Via.SESSION if seat else Via.TASK,
            data={"reference": lead.reference, **data},
            occurred_at=at,
        )
    )


def _manager(scene: Scene) -> Any:
    slug = str(scene.side.vendor.slug)
    return scene.world.seat(f"manager@{slug}.example", slug)
