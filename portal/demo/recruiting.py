"""Recruiting at both vendors: what they look for, whom they would like to have, and weights fitted to real sales."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from activity.models import Event
from jobs.enums import JobState
from jobs.models import Job
from onboarding import recruiting_events as events
from onboarding.enums import ProspectState, VersionState
from onboarding.jobs import fit_weights, undecided
from onboarding.models import IdealProfile, Prospect, WeightFit
from onboarding.recruiting import fits_of
from onboarding.services.weights import USUAL_MONTHS
from partners.enums import PartnerType
from portal.demo.names import domain_of
from portal.demo.profiles import BRANCHES, LINES, OFFERS, SPOKEN
from portal.demo.world import Side, World
from prm.kernel.actors import Via, system
from prm.kernel.recording import Audience, EventKind

if TYPE_CHECKING:
    from jobs.work import Work

SEED = 515
PROFILES: dict[str, list[dict[str, Any]]] = {
    "northwind": [
        {
            "slug": "integrators",
            "name": "Integrates or installs",
            "kind": "services",
            "weight": 25,
            "values": ["integration", "implementation", "support", "training"],
            "needed": 2,
            "partial": True,
        },
        {
            "slug": "branches",
            "name": "Knows our industries",
            "kind": "industries",
            "weight": 20,
            "values": ["logistics", "food", "manufacturing", "retail"],
            "needed": 2,
            "partial": True,
        },
        {
            "slug": "size",
            "name": "Large enough to install",
            "kind": "headcount",
            "weight": 15,
            "values": ["51-250", "251-1000"],
            "partial": True,
        },
        {
            "slug": "regions",
            "name": "Where we are thin",
            "kind": "regions",
            "weight": 15,
            "values": ["nordics", "iberia", "central-europe", "benelux", "dach"],
        },
        {
            "slug": "customers",
            "name": "Serves our accounts",
            "kind": "customers",
            "weight": 10,
            "needed": 2,
            "partial": True,
        },
        {
            "slug": "kind",
            "name": "Sells and serves",
            "kind": "type",
            "weight": 10,
            "values": ["reseller", "services", "distributor"],
        },
        {"slug": "iso", "name": "Quality certified", "kind": "certifications", "weight": 3, "values": ["ISO 9001"]},
        {"slug": "website", "name": "Own website", "kind": "website", "weight": 2},
    ],
    "halden": [
        {"slug": "kind", "name": "Runs it for customers", "kind": "type", "weight": 40, "values": ["msp", "services"]},
        {
            "slug": "services",
            "name": "Managed operations",
            "kind": "services",
            "weight": 30,
            "values": ["managed", "hosting", "security"],
            "needed": 2,
            "partial": True,
        },
        {
            "slug": "size",
            "name": "A team around the clock",
            "kind": "headcount",
            "weight": 20,
            "values": ["11-50", "51-250"],
            "partial": True,
        },
        {"slug": "website", "name": "Own website", "kind": "website", "weight": 10},
    ],
}
"""Both vendors' criteria."""
COMPANIES = {
    "northwind": (
        ("Nordlys Integration", "NO", "Bergen"), ("Fjordtek Automasjon", "NO", "Stavanger"),
        ("Atelier Cobalt", "FR", "Lyon"), ("Lagerwerk Süd", "DE", "Augsburg"), ("Kvist & Berg", "SE", "Malmö"),
        ("Talleres Sotoverde", "ES", "Zaragoza"), ("Porto Cinza", "PT", "Braga"), ("Rijnkade Techniek", "NL", "Arnhem"),
        ("Wielka Robota", "PL", "Poznań"), ("Morava Systems", "CZ", "Brno"), ("Ostsee Fördertechnik", "DE", "Rostock"),
        ("Alpenblick Handling", "AT", "Linz"), ("Helvetik Lager", "CH", "Winterthur"), ("Sisu Robo", "FI", "Tampere"),
        ("Jylland Pak", "DK", "Aarhus"), ("Brabant Handling", "NL", "Eindhoven"), ("Castello Auto", "IT", "Modena"),
        ("Vega Envases", "ES", "Valencia"), ("Tarnmoor Systems", "GB", "Leeds"), ("Gate & Ash", "IE", "Cork"),
        ("Danubia Logistics Lab", "HU", "Győr"), ("Meridiana Impianti", "IT", "Bari"), ("Cobalt Quay", "GB", "Hull"),
        ("Hanse Roboter", "DE", "Lübeck"), ("Polder Works", "NL", "Almere"), ("Norrland Lyft", "SE", "Umeå"),
    ),
    "halden": (
        ("Kaiwerk Cloud", "DE", "Kiel"), ("Ridgeline Managed", "GB", "Bristol"), ("Fenwick Hosting", "GB", "Norwich"),
        ("Lumen Ops", "NL", "Utrecht"), ("Bergsee IT", "CH", "Luzern"), ("Skog Drift", "NO", "Trondheim"),
        ("Nuvola Serena", "IT", "Torino"), ("Altiplano Cloud", "ES", "Madrid"), ("Quai Numérique", "FR", "Nantes"),
        ("Tideway Support", "IE", "Galway"), ("Östra Data", "SE", "Uppsala"), ("Silesia Ops", "PL", "Katowice"),
        ("Donau Rechenzentrum", "AT", "Krems"), ("Vltava Hosting", "CZ", "Praha"),
    ),
}  # fmt: skip
STATES = (
    (ProspectState.FOUND, 12),
    (ProspectState.CONTACTED, 5),
    (ProspectState.INVITED, 4),
    (ProspectState.APPLIED, 2),
    (ProspectState.DROPPED, 3),
)
"""States and, of 26 prospects, how many are in each."""
SOURCES = ("Fair in Lyon", "LinkedIn search", "Named by a customer", "Distributor’s list", "Web research")
PEOPLE = ("Ines Moreau", "Lars Holm", "Marta Sousa", "Piotr Wolny", "Anna Keller", "Sean Byrne")
STEPS: dict[str, tuple[EventKind, ...]] = {
    ProspectState.FOUND: (),
    ProspectState.CONTACTED: (events.PROSPECT_CONTACTED,),
    ProspectState.INVITED: (events.PROSPECT_CONTACTED, events.PROSPECT_INVITED),
    ProspectState.APPLIED: (events.PROSPECT_INVITED, events.PROSPECT_APPLIED),
    ProspectState.DROPPED: (events.PROSPECT_CONTACTED, events.PROSPECT_DROPPED),
}


def write_recruiting(world: World) -> None:
    """Write both vendors' profiles and prospects, and what was fitted to Northwind's sales."""
    for slug, side in world.sides.items():
        profile = _publish(world, side, PROFILES[slug])
        prospects = _prospects(world, side, COMPANIES[slug])
        for prospect, fit in zip(prospects, fits_of(profile, prospects), strict=True):
            prospect.score, prospect.reasons, prospect.profile = fit.score, fit.as_data(), profile
        Prospect.objects.bulk_create(prospects)
        _tell(world, side, prospects)
        _score_undecided(profile)
        _fit(world, side, profile)


def _publish(world: World, side: Side, criteria: list[dict[str, Any]]) -> IdealProfile:
    at, manager = world.now - timedelta(days=58), _manager(world, side)
    tenant = {"vendor": side.vendor, "program": side.program}
    first = [{**each, "weight": 10} for each in criteria[:4]]
    for number, state, definition, when in (
        (1, VersionState.REPLACED, first, at - timedelta(days=140)),
        (2, VersionState.PUBLISHED, criteria, at),
    ):
        profile = IdealProfile.objects.create(
            **tenant,
            number=number,
            state=state,
            definition={"criteria": definition},
            published_at=when,
            published_by=manager.person,
            created_at=when - timedelta(days=2),
        )
    return profile


def _prospects(world: World, side: Side, companies: tuple[tuple[str, str, str], ...]) -> list[Prospect]:
    rng = Random(f"{SEED}-{side.vendor.slug}")  # noqa: S311  (invented data, no secret)
    states = [state for state, count in STATES for _each in range(count)]
    step = len(states) / len(companies)
    accounts = [account.name for account in side.book.accounts]
    found = []
    for number, (name, country, city) in enumerate(companies):
        state = states[int(number * step)]
        at = world.now - timedelta(days=rng.randrange(2, 40), hours=rng.randrange(20))
        prospect = Prospect(
            vendor=side.vendor,
            program=side.program,
            name=name,
            country=country,
            city=city,
            state=state,
            state_at=at,
            created_at=at - timedelta(days=rng.randrange(1, 30)),
            invited_at=at if state in {ProspectState.INVITED, ProspectState.APPLIED} else None,
            owner=_manager(world, side).person if rng.random() < 0.6 else None,
            source=rng.choice(SOURCES),
            **_known(rng, name, country, accounts, side),
        )
        found.append(prospect)
    return found


def _known(rng: Random, name: str, country: str, accounts: list[str], side: Side) -> dict[str, Any]:
    """Return what was found out about a company: of some much, of others little."""
    much = rng.random()
    usual = [PartnerType.MSP, PartnerType.SERVICES] if side.vendor.slug == "halden" else [
        PartnerType.RESELLER, PartnerType.SERVICES, PartnerType.REFERRAL,
    ]  # fmt: skip
    kind = rng.choice(usual)
    person, domain = rng.choice(PEOPLE), domain_of(name)
    spoken = SPOKEN.get(country, "en")
    known = {
        "type": kind,
        "website": f"www.{domain}",
        "domain": domain,
        "contact_name": person,
        "contact_email": f"{person.split()[0].lower()}@{domain}",
        "headcount": rng.choice(["1-10", "11-50", "51-250", "51-250", "251-1000"]),
        "industries": sorted(rng.sample(list(BRANCHES), 2)),
        "services": list(OFFERS.get(kind, ["resale", "implementation"])),
        "languages": sorted({"en", spoken}),
        "product_lines": rng.sample(LINES, 2),
        "certifications": rng.choice([[], ["ISO 9001"], ["ISO 9001", "ISO/IEC 27001"]]),
        "customers": "\n".join(rng.sample(accounts, rng.randrange(4))),
    }
    if much < 0.35:
        for field in ("industries", "services", "product_lines", "certifications"):
            known[field] = []
        known |= {"headcount": "", "customers": ""}
    return known


def _tell(world: World, side: Side, prospects: list[Prospect]) -> None:
    """Write the events that led to each prospect's state."""
    seat, rows = _manager(world, side), []
    for prospect in prospects:
        steps = (events.PROSPECT_ADDED, *STEPS[prospect.state])
        length = (prospect.state_at - prospect.created_at) / max(len(steps) - 1, 1)
        for number, kind in enumerate(steps):
            by_itself = kind is events.PROSPECT_APPLIED
            rows.append(
                Event(
                    kind=kind.name,
                    vendor_id=side.vendor.pk,
                    audience=Audience.VENDOR,
                    subject_type=Prospect._meta.label_lower,
                    subject_id=prospect.pk,
                    person=None if by_itself else seat.person,
                    seat_id=None if by_itself else seat.pk,
                    role="" if by_itself else seat.role,
                    via=Via.TASK if by_itself else Via.SESSION,
                    data={"name": prospect.name, "email": prospect.contact_email},
                    occurred_at=prospect.created_at + number * length,
                )
            )
    Event.objects.bulk_create(sorted(rows, key=lambda row: row.occurred_at))


def _score_undecided(profile: IdealProfile) -> None:
    """Score the applications that are there already and have no score."""
    applications = list(undecided(profile)["applications"].filter(score=None))
    for application, fit in zip(applications, fits_of(profile, applications), strict=True):
        application.score, application.reasons, application.profile = fit.score, fit.as_data(), profile
        application.save(update_fields=["score", "reasons", "profile"])


class _Plain:
    """What the job's function asks of its work, without a queue."""

    def __init__(self, job: Job) -> None:
        self.job, self.actor = job, system(job.vendor_id)
        self.figures: dict[str, int] = {}

    def advance(self, n: int = 1, note: str = "") -> None:
        """Count nothing."""


def _fit(world: World, side: Side, profile: IdealProfile) -> None:
    """Fit the weights to what the demo's partners really sold."""
    seat, at = _manager(world, side), world.now - timedelta(days=4, hours=2)
    job = Job.objects.create(
        vendor_id=side.vendor.pk,
        reads=[side.vendor.pk],
        person=seat.person,
        seat_id=seat.pk,
        kind="onboarding.fit_weights",
        title=f"Fitting the weights of {side.program} to what partners sold",
        state=JobState.DONE,
        run=1,
        created_at=at,
        started_at=at,
        ended_at=at + timedelta(seconds=3),
    )
    fit = WeightFit.objects.create(
        vendor=side.vendor, profile=profile, job=job, months=USUAL_MONTHS, created_at=at, created_by=seat.person
    )
    job.arguments = {"fit": fit.pk}
    work: Work = _Plain(job)  # type: ignore[assignment]
    fit_weights(work)
    WeightFit.objects.filter(pk=fit.pk).update(finished_at=at + timedelta(seconds=3))
    job.figures = work.figures
    job.save(update_fields=["arguments", "figures"])


def _manager(world: World, side: Side) -> Any:
    return world.seat(f"manager@{side.vendor.slug}.example", str(side.vendor.slug))
