"""What a scheme can't be: refused with the sentence that explains it, and nothing changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from activity.models import Event
from prm.kernel.errors import RuleViolation
from standing.enums import SchemeState
from standing.models import Scheme
from standing.scheme import check, parse
from standing.scheme.faults import SchemeRefused
from standing.services import publish_scheme
from tests.standing.conftest import SIMPLE

POINTS = {"measure": "points", "months": 12}
REVENUE = {"measure": "revenue.won", "months": 12}
CAPPED = {"slug": "won", "name": "Won", "source": "deal.approved", "points": 1, "cap": 10, "cap_period": "year"}


def ladder(*needs: Any, **parts: Any) -> dict[str, Any]:
    """Return a scheme whose tiers ask for this, the lowest for nothing."""
    tiers = [{"slug": f"t{at}", "name": f"Tier {at}", "needs": need} for at, need in enumerate(needs, 1)]
    return {"tiers": [{"slug": "t0", "name": "Tier 0"}, *tiers], **parts}


def named(slug: str, other: str) -> dict[str, Any]:
    """Return requirements that another one, or revenue, can stand in for."""
    return {"slug": slug, "name": slug.upper(), "needs": {"any": [{"ref": other}, {"figure": REVENUE, "at_least": 1}]}}


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (
            ladder({"figure": POINTS, "at_least": 21}, rules=[CAPPED]),
            "Nobody can meet this: 21 are asked for, and at most 20 can be reached.",
        ),
        (
            ladder({"figure": REVENUE, "between": [9, 5]}),
            "Between 9 and 5 there is nothing: nobody can meet this.",
        ),
        (
            ladder({"all": [{"figure": REVENUE, "at_least": 9}, {"figure": REVENUE, "at_most": 5}]}),
            "Nobody can meet this: of the same figure at least 9 and at most 5 are asked for.",
        ),
        (
            ladder({"figure": REVENUE, "at_least": 9}, {"figure": REVENUE, "at_least": 5}),
            "“Tier 2” asks for 5, “Tier 1” below it for 9. A higher tier takes more.",
        ),
        (
            ladder({"figure": REVENUE, "at_least": 9}, None),
            "“Tier 2” needs nothing, so that “Tier 1” below it would never be held.",
        ),
        (
            ladder({"ref": "a"}, requirements=[named("a", "b"), named("b", "a")]),
            "These requirements refer to each other in a circle: “A” → “B” → “A”. Nobody could meet them.",
        ),
    ],
)
def test_scheme_that_cannot_work_is_refused_with_its_reason(definition, sentence):
    with pytest.raises(SchemeRefused) as refused:
        check(parse(definition))
    assert sentence in [fault.message for fault in refused.value.faults]


def test_what_can_just_be_reached_is_let_through():
    check(parse(ladder({"figure": POINTS, "at_least": 20}, rules=[CAPPED])))


@pytest.mark.parametrize(
    ("days", "code", "sentence"),
    [
        (-1, "in_the_past", "A scheme can’t come into force in the past: choose today or a later day."),
        (30, "overlapping", "Version 2 comes into force on that day too: two can’t. Choose another day."),
    ],
)
def test_day_that_cannot_be_is_refused_and_nothing_changes(cast, scheme_of, days, code, sentence):
    today = cast.northwind.vendor.today()
    scheme_of()
    given = {"vendor": cast.northwind.vendor, "program": cast.northwind.program, "name": "Tiers", "definition": SIMPLE}
    later = {"valid_from": today + timedelta(days=30), "published_at": timezone.now(), "number": 2}
    Scheme.objects.create(**given, **later, state=SchemeState.PUBLISHED)
    draft = Scheme.objects.create(**given, number=3)
    before = Event.objects.count()
    with pytest.raises(RuleViolation) as refused:
        publish_scheme(
            actor=cast.actor("northwind_manager"),
            scheme=draft,
            valid_from=today + timedelta(days=days),
            revision=draft.revision,
        )
    assert (refused.value.code, str(refused.value)) == (code, sentence)
    draft.refresh_from_db()
    assert (draft.state, draft.valid_from) == (SchemeState.DRAFT, None)
    assert Event.objects.count() == before
