"""Applications in the demo: open forms of both vendors, and companies that apply, in every state.

Members of the last year and a half applied before they were enrolled: the funnel begins with them. The fits are those
of the published profiles, so profiles are written first.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from django.utils.text import slugify

from activity.models import Event
from onboarding import events
from onboarding.application_links import token_of
from onboarding.enums import ApplicationState, DeclineReason, Ended
from onboarding.form_fields import default_fields
from onboarding.models import Application, ApplicationForm, ApplicationMessage
from onboarding.recruiting import fits_of, published_profile
from onboarding.services.applications import PROFILE
from onboarding.services.applications_public import ALPHABET
from partners.authentication import digest_of
from prm.kernel.actors import Role, Via
from prm.kernel.clocks import add_working_hours

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A company that applies, how many days ago, and what became of it."""

    name: str
    contact: str
    days: float
    state: ApplicationState = ApplicationState.SUBMITTED
    country: str = "DE"
    city: str = ""
    kind: str = "services"
    headcount: str = "11-50"
    industries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    customers: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: str = ""
    answered: str = ""
    note: str = ""
    decided: float = 0
    reason: str = ""
    text: str = ""
    why: str = ""
    doubts: tuple[dict[str, str], ...] = ()
    ended_as: str = ""

    @property
    def domain(self) -> str:
        """The domain of its address."""
        return f"{slugify(self.name)}.example"


STATE = ApplicationState
COMPANIES: dict[str, tuple[Company, ...]] = {
    "northwind": (
        Company(
            name="Lindgren Automation",
            contact="Astrid Lindgren",
            days=0.3,
            country="SE",
            city="Malmö",
            industries=("food", "logistics", "manufacturing"),
            services=("integration", "implementation", "support"),
            regions=("nordics",),
            customers="Polar Bryggeri\nSkåne Mejeri",
            answers={"robots-installed": 34, "competitors": ["Others"]},
        ),
        Company(
            name="Castagna Robotica",
            contact="Giulia Castagna",
            days=1.6,
            country="IT",
            city="Brescia",
            industries=("food", "automotive"),
            services=("integration", "consulting", "training"),
            regions=("italy", "dach"),
            answers={"robots-installed": 12, "competitors": ["Krater Robotics"]},
            note="Met them at the fair in Parma: serious people, own workshop.",
        ),
        Company(
            name="Pfeil Fördertechnik",
            contact="Karin Pfeil",
            days=9,
            city="Ulm",
            kind="reseller",
            headcount="51-250",
            industries=("logistics",),
            services=("resale", "implementation"),
            regions=("dach",),
            answers={"robots-installed": 3},
        ),
        Company(
            name="Brno Palety",
            contact="Petr Novák",
            days=5,
            state=STATE.ASKED,
            country="CZ",
            city="Brno",
            industries=("manufacturing", "wholesale"),
            services=("integration",),
            regions=("central-europe",),
            answers={"robots-installed": 8},
            asked="In which countries do your own engineers install, and in which do you work with others?",
        ),
        Company(
            name="Ravel Systèmes",
            contact="Hugo Ravel",
            days=6,
            country="FR",
            city="Lyon",
            headcount="51-250",
            industries=("food", "chemicals"),
            services=("integration", "support", "managed"),
            regions=("france", "benelux"),
            answers={"robots-installed": 51, "competitors": ["Omnipick"]},
            asked="You sell Omnipick today. Would you sell both, or move over?",
            answered="We move over: our contract with them ends in March, and our customers ask for your grippers.",
        ),
        Company(
            name="Quickbox Traders",
            contact="Sam Doyle",
            days=1.1,
            country="IE",
            kind="referral",
            headcount="1-10",
            industries=("retail",),
            answers={"robots-installed": 0},
            doubts=({"code": "website", "website": "qb-shop.example", "domain": "quickbox-traders.example"},),
        ),
        Company(
            name="Adria Inženjering",
            contact="Ivana Horvat",
            days=20,
            state=STATE.WAITLISTED,
            country="HR",
            city="Rijeka",
            industries=("food",),
            services=("consulting", "integration"),
            regions=("south-east-europe",),
            answers={"robots-installed": 5},
            text="We open South-Eastern Europe in spring and will come back to you then.",
        ),
        Company(
            name="Blockwise Media",
            contact="Tess Novak",
            days=31,
            state=STATE.DECLINED,
            country="NL",
            kind="influencer",
            headcount="1-10",
            industries=("information",),
            answers={"robots-installed": 0},
            decided=2,
            reason=DeclineReason.NO_FIT,
            text="We look for companies that install robots. To write about us, talk to our press office.",
        ),
        Company(
            name="Krater Robotics",
            contact="Jo Smith",
            days=12,
            state=STATE.DECLINED,
            kind="technology",
            headcount="251-1000",
            decided=0,
            reason=DeclineReason.COMPETITOR,
            text="Northwind Robotics takes no applications from your company’s domain.",
            why="krater-robotics.example is on the program’s list of blocked domains.",
        ),
        Company(
            name="Sundby Logistik",
            contact="Mette Sundby",
            days=40,
            state=STATE.WITHDRAWN,
            country="DK",
            industries=("logistics",),
            answers={"robots-installed": 2},
        ),
        Company(name="Halvard Vision", contact="Ole Halvard", days=2, state=STATE.DRAFT, country="NO"),
        Company(name="Tessera Pack", contact="Nina Berg", days=0.1, state=STATE.UNCONFIRMED, country="AT"),
        Company(
            name="Kestrel Deutschland",
            contact="Uwe Kern",
            days=8,
            state=STATE.WITHDRAWN,
            ended_as=Ended.DUPLICATE,
        ),
    ),
    "halden": (
        Company(
            name="Fjordline IT",
            contact="Sigrid Moe",
            days=0.8,
            country="NO",
            city="Bergen",
            kind="msp",
            headcount="51-250",
            industries=("public", "health"),
            services=("managed", "hosting", "security"),
            regions=("nordics",),
            answers={"certified": "yes"},
        ),
        Company(
            name="Nimbus Werkstatt",
            contact="Jana Roth",
            days=4,
            state=STATE.ASKED,
            city="Leipzig",
            kind="services",
            industries=("information",),
            services=("migration", "consulting"),
            regions=("dach",),
            answers={"certified": "no"},
            asked="When do you plan to be certified?",
        ),
        Company(
            name="Cloudberry Oy",
            contact="Timo Lahti",
            days=26,
            state=STATE.DECLINED,
            country="FI",
            kind="reseller",
            headcount="1-10",
            services=("resale",),
            answers={"certified": "no"},
            decided=3,
            reason=DeclineReason.CAPACITY,
            text="We take on no more resellers in Finland this year.",
        ),
    ),
}


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
