"""Random walks through journeys: whatever is done, fails, is skipped, tried again, waits or changes its version, in
whatever order, the rows are those of a plain model: no step runs before what it depends on, none twice, each ends.

40 walks of 30 steps in every run; `make soak` takes 2,000 of 50.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from activity import relay
from activity.enums import DeliveryState
from activity.models import Delivery, Event
from onboarding.enums import JourneyState, Side
from onboarding.models import Journey, JourneyStep
from onboarding.services import (
    end_step,
    migrate_journey,
    refuse_step,
    retry_step,
    skip_step,
    start_journey,
    tick,
)
from onboarding.step_kinds import STEP_KINDS, Outcome, StepKind, Work, step_kind
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from tests.cast import Cast
from tests.onboarding.journeys import journey_of, onboarding, published, step
from tests.onboarding.plain_journey import ENDED, PlainJourney, PlainStep

START = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
NEEDED = {"all": [{"fact": "country", "is": ["DE"]}]}
NOT_NEEDED = {"all": [{"fact": "country", "is": ["US"]}]}
KINDS = ("task", "approval", "probe", "probe", "wait")
SHAPES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 31), st.sampled_from([None, True, False])), min_size=2, max_size=6
)
Shape = list[tuple[str, int, bool | None]]


def rows_of(shape: Shape) -> list[dict[str, Any]]:
    """Return a shape as a definition's steps: each waits for those before it whose bit is set."""
    rows = []
    for at, (kind, bits, needed) in enumerate(shape):
        row = step(f"s{at}", kind, after=[f"s{other}" for other in range(at) if bits >> other & 1])
        if kind == "wait":
            row["settings"] = {"days": at + 1}
        if kind == "task":
            row["side"] = "vendor"
        if needed is not None:
            row["when"] = NEEDED if needed else NOT_NEEDED
        rows.append(row)
    return rows


def plain(shape: Shape) -> dict[str, PlainStep]:
    """Return the same for the model."""
    return {
        row["slug"]: PlainStep(row["kind"], tuple(row["after"]), needed is not False, at + 1)
        for at, (row, (_kind, _bits, needed)) in enumerate(zip(rows_of(shape), shape, strict=True))
    }


class Journeys(RuleBasedStateMachine):
    """People work, workers look in good and bad moods, time passes, versions change."""

    cast: ClassVar[Cast]
    manager: ClassVar[Any]
    mood: ClassVar[str] = "well"
    effects: ClassVar[list[tuple[int, bool]]] = []
    begun: ClassVar[set[int]] = set()
    """Steps that had begun when the version changed: they go on, whatever the new version lets them wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        Journeys.effects, Journeys.begun = [], set()

    def teardown(self) -> None:
        """Bring the journey to its end, then leave the database as it was."""
        try:
            if hasattr(self, "journey"):
                self.bring_to_end()
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @initialize(shape=SHAPES)
    def begin(self, shape: Shape) -> None:
        self.start(shape)

    def start(self, shape: Shape) -> None:
        published(self.cast, journey_of(*rows_of(shape)))
        enrollment = onboarding(self.cast)
        self.journey = start_journey(actor=system(enrollment.vendor_id), enrollment=enrollment, facts={"country": "DE"})
        self.model = PlainJourney(plain(shape), timezone.now())
        self.model.settle()
        self.compare()

    # -- Steps
    @rule(at=st.integers(0, 5))
    def end(self, at: int) -> None:
        slug = self.chosen(at, {"open"})
        if slug:
            end_step(actor=self.manager, step=self.row(slug), given={})
            self.model.end(slug)
            self.compare()

    @rule(at=st.integers(0, 5))
    def refuse(self, at: int) -> None:
        slug = self.chosen(at, {"open"}, {"approval"})
        if slug:
            refuse_step(actor=self.manager, step=self.row(slug), reason="Not yet")
            self.model.steps[slug].state = "failed"
            self.compare()

    @rule(at=st.integers(0, 5))
    def skip(self, at: int) -> None:
        slug = self.chosen(at, {"open", "running", "failed"})
        if slug:
            skip_step(actor=self.manager, step=self.row(slug), reason="Known for years")
            self.model.end(slug, "skipped")
            self.compare()

    @rule(at=st.integers(0, 5))
    def retry(self, at: int) -> None:
        slug = self.chosen(at, {"failed"})
        if slug:
            retry_step(actor=self.manager, step=self.row(slug))
            again = self.model.steps[slug]
            again.state = "running" if again.kind == "probe" else "open"
            again.queued = again.kind == "probe"
            self.compare()

    @rule()
    def an_operator_revives(self) -> None:
        for delivery in Delivery.objects.filter(state=DeliveryState.DEAD).select_related("event"):
            relay.revive(delivery.pk)
            row = JourneyStep.objects.filter(pk=delivery.event.subject_id, event_id=delivery.event_id).first()
            if row is not None and row.slug in self.model.steps and row.state == "failed":
                self.model.steps[row.slug].queued = True

    @rule(mood=st.sampled_from(["well", "well", "break", "refuse"]), last=st.booleans())
    def workers_look(self, mood: str, last: bool) -> None:
        self.look(mood, last=last)

    @rule(days=st.integers(1, 4))
    def time_passes(self, days: int) -> None:
        self.now.shift(timedelta(days=days))
        tick()
        if not self.model.ended:
            self.model.pass_time(days)
        self.compare()

    @precondition(lambda self: hasattr(self, "model") and not self.model.ended)
    @rule(shape=SHAPES)
    def the_version_changes(self, shape: Shape) -> None:
        begun = JourneyStep.objects.filter(journey=self.journey, state__in=["running", "failed"])
        Journeys.begun |= set(begun.values_list("pk", flat=True))
        version = published(self.cast, journey_of(*rows_of(shape)))
        migrate_journey(actor=self.manager, journey=self.journey, to_version=version)
        self.model.become(plain(shape))
        self.compare()

    @precondition(lambda self: hasattr(self, "model") and self.model.ended)
    @rule(shape=SHAPES)
    def another_one_starts(self, shape: Shape) -> None:
        self.start(shape)

    # -- What they share
    def chosen(self, at: int, states: set[str], kinds: set[str] = frozenset(KINDS)) -> str | None:
        """Return a step in one of these states, if there is one and the journey runs."""
        fits = [slug for slug, each in self.model.steps.items() if each.state in states and each.kind in kinds]
        return fits[at % len(fits)] if fits and not self.model.ended else None

    def row(self, slug: str) -> JourneyStep:
        return JourneyStep.objects.get(journey=self.journey, slug=slug)

    def look(self, mood: str, *, last: bool = False) -> None:
        Delivery.objects.exclude(handler="onboarding.run_step").delete()
        changes = {"due_at": timezone.now()} | ({"attempts": relay.ATTEMPTS - 1} if last else {"attempts": 0})
        Delivery.objects.filter(state=DeliveryState.PENDING).update(**changes)
        Journeys.mood = mood
        relay.drain()
        if not self.model.ended:
            self.model.work(mood, last=last)
        self.compare()

    def compare(self) -> None:
        """The rows are the model's; nothing had its effect twice or too early."""
        rows = JourneyStep.objects.filter(journey=self.journey, slug__in=self.model.steps)
        assert dict(rows.values_list("slug", "state")) == {slug: each.state for slug, each in self.model.steps.items()}
        assert all(ready for _pk, ready in Journeys.effects)
        assert not [pk for pk, times in Counter(pk for pk, _ready in Journeys.effects).items() if times > 1]
        done = Event.objects.filter(kind="step.done").values_list("subject_id", flat=True)
        assert len(done) == len(set(done))
        self.journey.refresh_from_db()
        finished = self.journey.state == JourneyState.FINISHED
        assert finished is self.model.ended
        status = Enrollment.objects.get(pk=self.journey.enrollment_id).status
        assert status == (EnrollmentStatus.ACTIVE if finished else EnrollmentStatus.ONBOARDING)

    def bring_to_end(self) -> None:
        """Each journey ends, once everybody does what is asked."""
        for _ in range(3 * len(self.model.steps) + 3):
            if self.model.ended:
                break
            self.look("well")
            self.time_passes(7)
            for at in range(len(self.model.steps)):
                self.retry(at)
                self.end(at)
        assert self.model.ended
        assert Journey.objects.get(pk=self.journey.pk).state == JourneyState.FINISHED


def probe(work: Work) -> Outcome:
    """Have an effect that is kept, then go well, break or be refused, as the walk wants it."""
    steps = {row.slug: row.state for row in JourneyStep.objects.filter(journey=work.journey)}
    if Journeys.mood == "break":
        raise ConnectionError("broken")
    if Journeys.mood == "refuse":
        raise RuleViolation("refused", "Not like this")
    after = JourneyStep.objects.get(pk=work.step.pk).after
    ready = work.step.pk in Journeys.begun or all(steps[slug] in ENDED for slug in after)
    Journeys.effects.append((work.step.pk, ready))
    return Outcome({"probed": True})


@pytest.fixture
def probing():
    """Register a kind as a later area would; forget it afterwards."""
    step_kind(StepKind(name="probe", label="Probe", icon="find", sides=frozenset({Side.SYSTEM}), run=probe))
    yield
    del STEP_KINDS["probe"]


def walk(cast: Cast, **options: Any) -> None:
    """Run the walks on a cast."""
    Journeys.cast, Journeys.manager = cast, cast.actor("northwind_manager")
    checks = settings(
        deadline=None, database=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck), **options
    )
    run_state_machine_as_test(Journeys, settings=checks)


def test_journeys_are_the_models_on_every_walk(cast, probing):
    # Without shrinking: it takes minutes against a database. The soak shrinks.
    walk(cast, max_examples=40, stateful_step_count=30, derandomize=True, phases=(Phase.generate,))


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("PRM_SOAK"), reason="takes long: `make soak`")
def test_journeys_are_the_models_on_many_long_walks(cast, probing):
    walk(cast, max_examples=2000, stateful_step_count=50)
