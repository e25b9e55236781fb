"""Applications in the demo: open forms of both vendors, and companies that apply, in every state.

Members of the last year and a half applied before they were enrolled: the funnel begins with them. The fits are those
of the published profiles, so profiles are written first.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from activity.models import Event
from onboarding import events
from onboarding.application_links import token_of
from onboarding.enums import ApplicationState, DeclineReason
from onboarding.form_fields import default_fields
from onboarding.models import Application, ApplicationForm, ApplicationMessage
from onboarding.recruiting import fits_of, published_profile
from onboarding.services.applications import PROFILE
from partners.authentication import digest_of
from portal.demo.applicants import COMPANIES, STATE, Company
from prm.kernel.actors import Role, Via
from prm.kernel.clocks import add_working_hours
from prm.kernel.references import ALPHABET

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import Member, Side, World

SEED = 5_113
LOOKED_BACK = timedelta(days=540)
INTRO = {
    "northwind": (
        "Northwind builds palletising and sorting robots. Our partners plan, sell and install them for food, drink and "
        "logistics companies in Europe.\n\nWhat you get: protected deals, two discounts, training for your engineers, "
        "and a partner manager who answers."
    ),
    "halden": (
        "Halden runs cloud storage in Nordic data centres. Our partners move their customers there and look after them."
    ),
}
CONSENT = {
    "northwind": "Northwind may keep and use what I tell it here to decide on this application, for two years at most.",
    "halden": "Halden may keep what I tell it here for as long as it takes to decide on this application.",
}
OWN = {
    "northwind": [
        {
            "field": "own:robots-installed",
            "required": True,
            "help": "Of any maker, in the last two years.",
            "kind": "number",
            "label": "How many robots have you installed?",
        },
        {
            "field": "own:competitors",
            "required": False,
            "help": "",
            "kind": "choices",
            "label": "Whose robots do you sell today?",
            "choices": ["None yet", "Krater Robotics", "Omnipick", "Others"],
        },
    ],
    "halden": [
        {
            "field": "own:certified",
            "required": True,
            "help": "",
            "kind": "yes_no",
            "label": "Is your company certified to ISO 27001?",
        }
    ],
}
BLOCKED = {"northwind": ["krater-robotics.example", "omnipick.example"], "halden": []}


def write_applications(world: World) -> None:
    """Write forms, then the applications with their messages and events."""
    rng = Random(SEED)  # noqa: S311  (invented data, no secret)
    for slug, side in world.sides.items():
        form = ApplicationForm.objects.create(
            vendor=side.vendor,
            program=side.program,
            is_open=True,
            intro=INTRO[slug],
            consent=CONSENT[slug],
            fields=[*default_fields(), *OWN[slug]],
            blocked_domains=BLOCKED[slug],
            decision_days=3 if slug == "northwind" else 5,
        )
        told = [(company, _applied(world, form, company, rng)) for company in COMPANIES[slug]]
        members = [_member(side, member, rng) for member in world.members if _is_recent(world, side, member)]
        rows = [row for _company, row in told] + members
        _score(side, rows)
        Application.objects.bulk_create(rows, batch_size=200)
        for company, row in told:
            _talk(world, side, company, row)


def _is_recent(world: World, side: Side, member: Member) -> bool:
    return member.side is side and member.enrollment.enrolled_at > world.now - LOOKED_BACK


def _fresh(side: Side, rng: Random, at: datetime) -> Application:
    key = uuid.UUID(int=rng.getrandbits(128), version=4)
    letters = "".join(rng.choice(ALPHABET) for _letter in range(6))
    return Application(
        key=key,
        digest=digest_of(token_of(key)),
        reference=f"{side.vendor.code}-AP-{letters}",
        vendor=side.vendor,
        program=side.program,
        language="en",
        created_at=at,
        consented_at=at,
    )


def _applied(world: World, form: ApplicationForm, company: Company, rng: Random) -> Application:
    side = world.sides[form.vendor.slug]
    at = world.now - timedelta(days=company.days)
    row = _fresh(side, rng, at)
    row.name, row.domain, row.website = company.name, company.domain, f"https://{company.domain}/"
    first = slugify(company.contact.split()[0])
    row.email, row.contact_name, row.consent = f"{first}@{company.domain}", company.contact, form.consent
    row.country, row.city, row.type, row.headcount = company.country, company.city, company.kind, company.headcount
    row.industries, row.services = list(company.industries), list(company.services)
    row.regions, row.customers, row.answers = list(company.regions), company.customers, company.answers
    row.state, row.ended_as, row.doubts = company.state, company.ended_as, list(company.doubts)
    if company.state in {STATE.DRAFT, STATE.UNCONFIRMED} or company.ended_as:
        row.typed = {"name": company.name, "contact_name": company.contact, "email": row.email}
        return row
    row.submitted_at = at
    row.due_at = add_working_hours(at, 24 * form.decision_days, side.vendor.time_zone)
    if company.state == STATE.ASKED:
        row.asked_at, row.clock_left = at + timedelta(days=1), 30.0
    if company.state == STATE.DECLINED:
        row.decided_at = at + timedelta(days=company.decided)
        row.decided_by = None if company.why else side.seats[Role.APPROVER].person
        row.decline_reason, row.decided_why = company.reason, company.why
    row.decision_text = company.text
    return row


def _member(side: Side, member: Member, rng: Random) -> Application:
    """Return the application of a partner that was enrolled."""
    partner, enrollment = member.enrollment.partner, member.enrollment
    at = enrollment.enrolled_at - timedelta(hours=rng.triangular(3, 160, 40))
    row = _fresh(side, rng, at)
    for name in PROFILE:
        setattr(row, name, getattr(partner, name))
    row.state, row.partner, row.enrollment = STATE.APPROVED, partner, enrollment
    row.domain, row.email = f"{partner.slug}.example", f"admin@{partner.slug}.example"
    row.submitted_at, row.decided_at = at, enrollment.enrolled_at
    row.due_at = add_working_hours(at, 72, side.vendor.time_zone)
    row.decided_by = side.seats[Role.APPROVER].person
    return row


def _score(side: Side, rows: list[Application]) -> None:
    profile = published_profile(side.program)
    scored = [row for row in rows if row.submitted_at is not None]
    if profile is None:
        return
    for row, fit in zip(scored, fits_of(profile, scored), strict=True):
        row.score, row.reasons, row.profile = fit.score, fit.as_data(), profile


def _talk(world: World, side: Side, company: Company, row: Application) -> None:
    """Write what was asked, answered, noted and decided, and what the timeline tells of it."""
    if row.submitted_at is None:
        return
    seat, at = side.seats[Role.APPROVER], row.submitted_at
    _tell(row, events.APPLICATION_SUBMITTED, at, None, name=row.name)
    for text, hours, speaker, kind in (
        (company.asked, 24, seat, events.APPLICATION_ASKED),
        (company.answered, 60, None, events.APPLICATION_ANSWERED),
        (company.note, 20, side.seats[Role.MANAGER], events.APPLICATION_NOTED),
    ):
        if text:
            moment = min(at + timedelta(hours=hours), world.now)
            _say(row, text, moment, speaker, is_internal=text == company.note)
            _tell(row, kind, moment, speaker, message="" if text == company.note else text)
    ends = {
        STATE.DECLINED: events.APPLICATION_DECLINED,
        STATE.WAITLISTED: events.APPLICATION_WAITLISTED,
        STATE.WITHDRAWN: events.APPLICATION_WITHDRAWN,
    }
    if row.state in ends:
        decider = seat if row.state != STATE.WITHDRAWN and not company.why else None
        reason = str(DeclineReason(company.reason).label) if company.reason else ""
        moment = row.decided_at or min(at + timedelta(days=2), world.now)
        _tell(row, ends[ApplicationState(row.state)], moment, decider, reason=reason, why=company.why)


def _say(row: Application, text: str, at: datetime, seat: Seat | None, *, is_internal: bool) -> None:
    ApplicationMessage.objects.create(
        application=row,
        vendor_id=row.vendor_id,
        person=seat.person if seat else None,
        text=text,
        is_internal=is_internal,
        created_at=at,
    )


def _tell(row: Application, kind: Any, at: datetime, seat: Seat | None, **data: str) -> None:
    Event.objects.create(
        kind=kind.name,
        vendor_id=row.vendor_id,
        audience=kind.audience,
        subject_type=Application._meta.label_lower,
        subject_id=row.pk,
        person=seat.person if seat else None,
        seat_id=seat.pk if seat else None,
        role=seat.role if seat else "",
        via=Via.SESSION if seat else Via.NOTHING,
        data={"name": row.name, **data},
        occurred_at=at,
    )
