"""Time to value in SQL says what plain Python says of random partners; its pages lead from each number to its rows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import quantiles
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import Event
from dealreg.models import Deal, DealMilestone
from onboarding.models import Application, Journey, JourneyStep, JourneyTemplate, JourneyVersion
from onboarding.reports import SPANS, Asked, Milestone, Summary, summaries, waits, ways
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Partner
from tests.cast import ZONE, Cast, Side

pytestmark = pytest.mark.django_db

TYPES = ("reseller", "services", "msp")
REPORT = "/desk/onboarding/time-to-value/"


@dataclass
class Told:
    """A partner's way as it was made up."""

    program: int
    type: str
    began: date
    applied: date | None
    approved: date | None = None
    onboarded: date | None = None
    registered: date | None = None
    won: date | None = None

    @property
    def cohort(self) -> str:
        """The quarter of its beginning."""
        return f"{self.began.year}-Q{(self.began.month + 2) // 3}"

    @property
    def reached(self) -> int:
        """The last milestone that it has."""
        dates = (self.approved, self.onboarded, self.registered, self.won)
        return max((at for at, day in enumerate(dates, 1) if day), default=0)

    def days(self, span: str) -> int | None:
        """Return the days of a span, None where an end isn't known."""
        ends = {
            "approved": (self.applied, self.approved),
            "onboarded": (self.approved, self.onboarded),
            "registered": (self.onboarded, self.registered),
            "won": (self.registered, self.won),
            "all": (self.began, self.won),
        }
        start, end = ends[span]
        return None if start is None or end is None else max((end - start).days, 0)


def noon(day: date) -> datetime:
    """Return noon of a day where the vendor is."""
    return datetime.combine(day, time(12), ZoneInfo(ZONE))


class Maker:
    """Makes up partners of a vendor, and the rows that say so."""

    def __init__(self, cast: Cast, side: Side, seed: int) -> None:
        self.side, self.dice = side, random.Random(seed)
        persona = "brightpath_sales"
        self.base = cast.register(persona, f"brightpath_{side.vendor.slug}", **self._fields(side))
        self.version = JourneyVersion.objects.create(
            vendor=side.vendor,
            template=JourneyTemplate.objects.create(vendor=side.vendor, program=side.program, name="Way in"),
            number=1,
        )
        self.number = 0

    @staticmethod
    def _fields(side: Side) -> dict[str, Any]:
        return {"customer_name": f"Base {side.vendor.slug}", "customer_domain": f"base-{side.vendor.slug}.example"}

    def make(self) -> Told:
        """Make up one partner."""
        self.number += 1
        direct = self.dice.random() < 0.3
        began = timezone.localdate() - timedelta(days=self.dice.randrange(200, 700))
        told = Told(self.side.program.pk, self.dice.choice(TYPES), began, None if direct else began)
        if direct or self.dice.random() < 0.8:
            told.approved = began if direct else began + timedelta(days=self.dice.randrange(12))
        if told.approved is None:
            self._application(told, None)
            return told
        enrollment = self._enrollment(told, direct=direct)
        if not direct:
            self._application(told, enrollment)
        told.onboarded = self._onboard(told, enrollment, direct=direct)
        start = told.onboarded or told.approved
        if self.dice.random() < 0.6:
            told.registered = start + timedelta(days=self.dice.randrange(-5, 60))
            self._fact(enrollment, "registered", told.registered)
            self._fact(enrollment, "registered", told.registered + timedelta(days=9))
            if self.dice.random() < 0.6:
                told.won = told.registered + timedelta(days=self.dice.randrange(90))
                self._fact(enrollment, "won", told.won)
        elif self.dice.random() < 0.5:
            # Won, and opened again: it doesn't stand.
            self._fact(enrollment, "won", start, taken_back=True)
        return told

    def _application(self, told: Told, enrollment: Enrollment | None) -> None:
        approved = enrollment is not None
        Application.objects.create(
            vendor=self.side.vendor,
            program=self.side.program,
            name=f"Applicant {self.number}",
            type=told.type,
            reference=f"AP-{self.side.vendor.code}-{self.number}",
            digest=f"{self.side.vendor.slug}-{self.number}",
            state="approved" if approved else self.dice.choice(["submitted", "waitlisted"]),
            submitted_at=noon(told.began),
            due_at=noon(told.began),
            decided_at=noon(told.approved) if told.approved else None,
            decided_why="by rule" if approved else "",
            partner=enrollment.partner if enrollment else None,
            enrollment=enrollment,
        )

    def _enrollment(self, told: Told, *, direct: bool) -> Enrollment:
        partner = Partner.objects.create(
            name=f"Partner {self.number}",
            slug=f"{self.side.vendor.slug}-{self.number}",
            country="DE",
            type=told.type,
        )
        status = EnrollmentStatus.ACTIVE if direct else EnrollmentStatus.ONBOARDING
        assert told.approved is not None
        return Enrollment.objects.create(
            vendor=self.side.vendor,
            program=self.side.program,
            partner=partner,
            status=status,
            enrolled_at=noon(told.approved),
        )

    def _onboard(self, told: Told, enrollment: Enrollment, *, direct: bool) -> date | None:
        assert told.approved is not None
        how = self.dice.choice(["journey", "running", "event", "nothing"])
        end = told.approved + timedelta(days=self.dice.randrange(1, 45))
        if how in {"journey", "running"}:
            self._journey(told, enrollment, end if how == "journey" else None)
            return end if how == "journey" else None
        if how == "event":
            self._activated(enrollment, "suspended", end - timedelta(days=1))
            self._activated(enrollment, "onboarding", end)
            return end
        return told.approved if direct else None

    def _journey(self, told: Told, enrollment: Enrollment, end: date | None) -> None:
        assert told.approved is not None
        tenant = {"enrollment": enrollment, "vendor_id": enrollment.vendor_id, "partner_id": enrollment.partner_id}
        journey = Journey.objects.create(
            **tenant,
            version=self.version,
            state="finished" if end else "running",
            started_at=noon(told.approved),
            ended_at=noon(end) if end else None,
        )
        JourneyStep.objects.create(
            **tenant,
            journey=journey,
            slug="sign",
            position=1,
            stage="Start",
            name="Sign the agreement",
            kind="task",
            side="partner",
            state="done" if end else "open",
            opened_at=noon(told.approved),
            ended_at=noon(end) if end else None,
        )

    @staticmethod
    def _activated(enrollment: Enrollment, before: str, day: date) -> None:
        Event.objects.create(
            kind="enrollment.activated",
            vendor_id=enrollment.vendor_id,
            partner_id=enrollment.partner_id,
            enrollment_id=enrollment.pk,
            subject_type="partners.enrollment",
            subject_id=enrollment.pk,
            via="task",
            before={"status": before},
            after={"status": "active"},
            occurred_at=noon(day),
        )

    def _fact(self, enrollment: Enrollment, kind: str, day: date, *, taken_back: bool = False) -> None:
        fields = Deal._meta.concrete_fields
        plain = {field.attname: getattr(self.base, field.attname) for field in fields if field.name != "id"}
        count = Deal.objects.count()
        mine = {
            "enrollment_id": enrollment.pk,
            "partner_id": enrollment.partner_id,
            "reference": f"XX-{count:08d}",
            "submission": uuid4(),
        }
        deal = Deal.objects.create(**{**plain, **mine})
        for n in (1, -1) if taken_back else (1,):
            DealMilestone.objects.create(
                deal=deal,
                enrollment=enrollment,
                vendor_id=enrollment.vendor_id,
                partner_id=enrollment.partner_id,
                kind=kind,
                day=day,
                amount=n,
                currency="EUR",
                family=self.side.everything,
                n=n,
            )


def of_cast(cast: Cast, side: Side) -> Iterator[Told]:
    """Yield the ways of who is enrolled anyway; they registered what the makers took as base, today."""
    today = timezone.localdate()
    for enrollment in cast.enrollments.values():
        if enrollment.vendor_id != side.vendor.pk:
            continue
        registered = today if enrollment.partner == cast.brightpath else None
        yield Told(side.program.pk, "reseller", today, None, today, today, registered)


def expected(found: list[Told], key: str = "") -> Summary:
    """Return the summary in plain Python."""
    reached = {each: sum(told.reached >= at for told in found) for at, each in enumerate(Milestone)}
    spans = {}
    for name in SPANS:
        days = [each for told in found if (each := told.days(name)) is not None]
        cuts = quantiles(days, n=4, method="inclusive") if len(days) > 1 else days * 3
        spans[name] = (*(cuts or (None, None, None)), len(days))
    return Summary(key, reached, spans)  # type: ignore[arg-type]


def same(summary: Summary, wanted: Summary) -> bool:
    """Whether two summaries say the same, to a millionth of a day."""
    assert (summary.key, summary.reached) == (wanted.key, wanted.reached)
    for name, spread in summary.spans.items():
        told: Any = wanted.spans[name]
        assert (spread.low, spread.median, spread.high, spread.count) == pytest.approx(told), name
    return True


@pytest.mark.parametrize("seed", [1, 2])
def test_the_sql_says_what_plain_python_says(cast: Cast, seed: int) -> None:
    makers = [Maker(cast, side, seed) for side in (cast.northwind, cast.halden)]
    made = [[maker.make() for _each in range(35)] for maker in makers]
    for side, random_ones in zip((cast.northwind, cast.halden), made, strict=True):
        found = [*random_ones, *of_cast(cast, side)]
        assert same(summaries(side.vendor, Asked())[0], expected(found))
        for by in ("type", "cohort", "program"):
            keys = sorted({str(getattr(told, by)) for told in found})
            groups = [[told for told in found if str(getattr(told, by)) == key] for key in keys]
            grouped = summaries(side.vendor, Asked(), by)
            assert len(grouped) == len(keys)
            assert all(
                same(summary, expected(group, key)) for summary, group, key in zip(grouped, groups, keys, strict=True)
            )
        services = [told for told in found if told.type == "services"]
        assert same(summaries(side.vendor, Asked(type="services"))[0], expected(services))
        for at, milestone in enumerate(Milestone):
            rows = list(ways(side.vendor, Asked(), milestone))
            assert len(rows) == sum(told.reached >= at for told in found)
        for span in SPANS:
            days = [way.days[span] for way in ways(side.vendor, Asked(), SPANS[span][1], span)]
            wanted = sorted((each for told in found if (each := told.days(span)) is not None), reverse=True)
            assert days == wanted


def test_steps_are_ranked_by_their_median_wait(cast: Cast) -> None:
    maker = Maker(cast, cast.northwind, 3)
    for _each in range(20):
        maker.make()
    steps = JourneyStep.objects.all()
    now = timezone.now()
    lengths = sorted((((step.ended_at or now) - step.opened_at).total_seconds() / 86400) for step in steps)
    (wait,) = waits(cast.northwind.vendor, Asked(), now)
    middle = quantiles(lengths, n=4, method="inclusive")[1]
    assert (wait.name, wait.median) == ("Sign the agreement", pytest.approx(middle))
    assert (wait.done, wait.waiting) == (steps.filter(state="done").count(), steps.filter(state="open").count())
    assert waits(cast.halden.vendor, Asked(), now) == []


# -- The pages


def test_each_number_leads_to_as_many_partners(cast: Cast, client: Client) -> None:
    maker = Maker(cast, cast.northwind, 4)
    for _each in range(12):
        maker.make()
    client.force_login(cast.people["northwind_executive"])
    with CaptureQueriesContext(connection) as queries:
        page = client.get(REPORT)
    assert page.status_code == 200
    assert len(queries) <= 12
    for _label, count, url in page.context["counts"]:
        listed = client.get(url)
        assert f"{count} partner" in listed.content.decode()
    for span in page.context["rows"][0].spans:
        assert f"{span.count} partner" in client.get(span.url).content.decode()
    (wait, _program, _median, url) = page.context["waits"][0]
    assert f"{wait.done + wait.waiting} partner" in client.get(url).content.decode()
    file = client.get(REPORT, {"export": "csv", "by": "cohort"})
    assert "First deal won" in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]


def test_another_vendors_partners_are_in_no_number(cast: Cast, client: Client) -> None:
    maker = Maker(cast, cast.northwind, 5)
    for _each in range(5):
        maker.make()
    client.force_login(cast.people["halden_manager"])
    page = client.get(REPORT)
    assert page.context["counts"][0][1] == 2
    assert client.get(REPORT, {"program": cast.northwind.program.pk}).status_code == 404


@pytest.mark.parametrize("query", [{"milestone": "heaven"}, {"milestone": "won", "span": "eternity"}])
def test_a_figure_that_is_none_is_refused_with_a_sentence(cast: Cast, client: Client, query: dict[str, str]) -> None:
    client.force_login(cast.people["northwind_manager"])
    answer = client.get(f"{REPORT}partners/", query)
    assert answer.status_code == 422
    assert "There is no such figure" in answer.content.decode()


def test_partners_have_no_such_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.people["brightpath_administrator"])
    assert client.get(REPORT).status_code == 403
