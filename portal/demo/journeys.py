"""Onboarding in the demo: published journeys of both vendors, finished ones of two years, and a dozen under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from onboarding.enums import JourneyState, Side, StepState, VersionState
from onboarding.journeys import parse
from onboarding.journeys.engine import due_at, why_not
from onboarding.journeys.facts import facts_of
from onboarding.journeys.starting import starters
from onboarding.models import Journey, JourneyStep, JourneyTemplate, JourneyVersion
from onboarding.services.journeys import new_step, placed
from partners.enums import EnrollmentStatus
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from onboarding.journeys import Definition, Step
    from people.models import Person
    from portal.demo.world import Member, World
    from portal.demo.world import Side as VendorSide

SEED = 4_711
TYPES = ("", "referral", "services")
STARTERS = {"": "reseller", "referral": "referral", "services": "services"}
PUBLISHED = timedelta(days=1150)
REVISED = timedelta(days=70)
SHARES = {"agreement": 0.7, "form": 0.6, "upload": 0.8, "approval": 0.7, "meeting": 0.9, "task": 0.8, "first_deal": 0.7}
"""How much of the time until it is due a step of a kind takes, in the middle."""
NOT_RESPONDING = "billing.northwind.example didn’t answer: 503 Service Unavailable. Tried 8 times."
NO_MANAGER = "Nobody of yours has the role of a partner manager."


@dataclass(frozen=True, slots=True)
class Held:
    """A journey under way: how many days ago it began, and what stands out: what failed, at which steps it rests."""

    days: float
    failed: dict[str, str] = field(default_factory=dict)
    rests: tuple[str, ...] = ()


UNDER_WAY = {
    ("brightpath", "halden"): Held(6, rests=("agreement", "bank", "insurance", "registration", "people")),
    ("kestrel", "halden"): Held(19, rests=("bank", "people", "insurance")),
    ("isle", "halden"): Held(11, rests=("agreement", "insurance")),
    ("aldermoor", "halden"): Held(3),
    ("quayside", "northwind"): Held(24, rests=("accepted", "kick-off")),
    ("vltava", "northwind"): Held(2, failed={"manager": NO_MANAGER}),
    ("dune", "northwind"): Held(16, failed={"billing": NOT_RESPONDING}, rests=("agreement",)),
    ("rivulet", "northwind"): Held(9, rests=("registration", "kick-off")),
    ("banyan", "northwind"): Held(33, rests=("first-deal",)),
    ("ipe", "northwind"): Held(14, rests=("agreement",)),
    ("orrery", "northwind"): Held(5, rests=("agreement", "bank", "registration")),
    ("maple", "halden"): Held(27, rests=("workshop", "kick-off")),
}


def write_journeys(world: World) -> None:
    """Write templates and versions, then a journey for each enrollment."""
    rng = Random(SEED)  # noqa: S311  (invented data, no secret)
    for side in world.sides.values():
        versions = _versions(world, side)
        for member in (each for each in world.members if each.side is side):
            _write(world, member, versions, rng)


def _versions(world: World, side: VendorSide) -> dict[str, list[JourneyVersion]]:
    found = {}
    author = side.seats[Role.MANAGER].person
    for partner_type in TYPES:
        starter = starters()[STARTERS[partner_type]]
        template = JourneyTemplate.objects.create(
            vendor=side.vendor,
            program=side.program,
            partner_type=partner_type,
            name="Onboarding" if not partner_type else starter.name,
            created_at=world.now - PUBLISHED,
        )
        found[partner_type] = _published(world, template, starter.journey, author)
    return found


def _published(
    world: World, template: JourneyTemplate, journey: dict[str, Any], author: Person
) -> list[JourneyVersion]:
    """Write what is published; the journey for all types has a version before it, without the call to billing."""
    base = {"vendor_id": template.vendor_id, "template": template, "published_by": author}
    first = JourneyVersion(**base, number=1, definition=journey, published_at=world.now - PUBLISHED)
    versions = [first]
    if template.partner_type:
        first.state = VersionState.PUBLISHED
    else:
        first.state = VersionState.REPLACED
        later = JourneyVersion(**base, number=2, definition=_with_billing(journey), state=VersionState.PUBLISHED)
        later.published_at = world.now - REVISED
        versions.append(later)
    for version in versions:
        if version.published_at is not None:
            version.created_at = version.published_at - timedelta(days=3)
    return list(JourneyVersion.objects.bulk_create(versions))


def _with_billing(journey: dict[str, Any]) -> dict[str, Any]:
    """Add the step that calls the vendor's billing, after the welcome mail."""
    call = {
        "slug": "billing",
        "kind": "webhook",
        "name": "Account in billing",
        "after": ["workspace"],
        "settings": {"address": "https://billing.northwind.example/partners"},
    }
    first, *others = journey["stages"]
    return {"stages": [{**first, "steps": [*first["steps"], call]}, *others]}


def _write(world: World, member: Member, versions: dict[str, list[JourneyVersion]], rng: Random) -> None:
    enrollment, plan = member.enrollment, member.plan
    held = UNDER_WAY.get((plan.slug, member.side.vendor.slug))
    if held is None and enrollment.status == EnrollmentStatus.ONBOARDING:
        held = Held(max(1, (world.now - enrollment.enrolled_at).days - 1))
    start = world.now - timedelta(days=held.days) if held else enrollment.enrolled_at
    offered = versions.get(str(plan.type)) or versions[""]
    version = next((each for each in reversed(offered) if each.published_at and each.published_at <= start), offered[0])
    journey = Journey(
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        enrollment=enrollment,
        version=version,
        facts=facts_of(enrollment.partner),
        started_at=start,
    )
    simulation = Simulation(world.now, journey, parse(version.definition), member, rng, held or Held(0), bool(held))
    steps = simulation.run()
    if not held:
        journey.state = JourneyState.FINISHED
        journey.ended_at = max(step.ended_at for step in steps if step.ended_at)
    journey.save()
    for step in steps:
        step.journey = journey
    JourneyStep.objects.bulk_create(steps)


@dataclass(slots=True)
class Simulation:
    """A journey as it would have gone until now."""

    now: datetime
    journey: Journey
    definition: Definition
    member: Member
    rng: Random
    held: Held
    is_held: bool
    ends: dict[str, datetime] = field(default_factory=dict)

    def run(self) -> list[JourneyStep]:
        """Return the steps as they stand, unsaved."""
        rows = {step.slug: new_step(self.journey, stage, step, at) for at, stage, step in placed(self.definition)}
        left = {step.slug: step for step in self.definition.steps}
        while ready := [slug for slug in left if all(each in self.ends for each in self.definition.waits[slug])]:
            moved = False
            for slug in ready:
                moved = self._take(left.pop(slug), rows[slug]) or moved
            if not moved:
                break
        return list(rows.values())

    def _take(self, step: Step, row: JourneyStep) -> bool:
        """Let a step happen; returns whether it ended, so that others may follow."""
        waits = [self.ends[slug] for slug in self.definition.waits[step.slug]]
        opened = max(waits, default=self.journey.started_at)
        if step.when is not None and not step.when.holds(self.journey.facts):
            row.state, row.ended_at = StepState.SKIPPED, opened
            row.why = why_not(step, self.journey.facts)
            self.ends[step.slug] = opened
            return True
        row.opened_at = opened
        row.due_at = due_at(step, opened=opened, started=self.journey.started_at)
        ended = opened + self._takes(step, row)
        if step.slug in self.held.failed:
            row.state, row.error = StepState.FAILED, self.held.failed[step.slug]
            return False
        if self.is_held and (step.slug in self.held.rests or ended > self.now):
            row.state = StepState.OPEN
            row.look_at = self.now + timedelta(days=1)
            return False
        row.state, row.ended_at = StepState.DONE, ended
        row.ended_by = self._who(row)
        row.result = self._given(step)
        self.ends[step.slug] = ended
        return True

    def _takes(self, step: Step, row: JourneyStep) -> timedelta:
        if row.side == Side.SYSTEM:
            return timedelta(seconds=self.rng.randint(2, 40))
        days = (step.due.days if step.due else 5) * SHARES.get(step.kind, 0.8) * self.rng.lognormvariate(0, 0.55)
        return timedelta(days=max(0.05, days))

    def _who(self, row: JourneyStep) -> Person | None:
        if row.side == Side.VENDOR:
            return self.member.side.seats[Role.MANAGER].person
        if row.side == Side.PARTNER and self.member.sellers and row.kind in {"form", "upload", "task"}:
            return self.member.sellers[0].person
        return None

    def _given(self, step: Step) -> dict[str, Any]:
        if step.kind == "form":
            items = step.settings.get("fields", [])
            return {"answers": {item["field"].removeprefix("own:"): self._answer(item) for item in items}}
        if step.kind == "assign_manager":
            return {"manager": str(self.member.side.seats[Role.MANAGER].person)}
        return {}

    def _answer(self, item: dict[str, Any]) -> Any:
        if item["kind"] == "number":
            return self.rng.randint(2, 14)
        if item["kind"] == "date":
            return (self.journey.started_at + timedelta(days=30)).date().isoformat()
        known = {"own:iban": "DE02 1203 0000 0000 2020 51", "own:bank": "Musterbank", "own:vat": "DE811907980"}
        return known.get(item["field"], str(self.member.enrollment.partner.legal_name))
