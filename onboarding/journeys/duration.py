"""How long a journey takes if nobody is late: the longest way through its dependencies, by due days and waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onboarding.journeys.shape import Definition, Step


def expected_days(definition: Definition) -> int:
    """Return the days from the start to the last due day; 0 where no step has a time."""
    ends: dict[str, int] = {}
    left = {step.slug: step for step in definition.steps}
    while ready := [slug for slug in left if all(each in ends for each in definition.waits[slug])]:
        for slug in ready:
            opens = max((ends[each] for each in definition.waits[slug]), default=0)
            ends[slug] = _end(left.pop(slug), opens)
    return max(ends.values(), default=0)


def _end(step: Step, opens: int) -> int:
    """Return the day on which a step that opens on a day has ended."""
    if step.kind == "wait":
        days = step.settings.get("days", 0)
        return opens + (days if isinstance(days, int) else 0)
    if step.due is None:
        return opens
    return max(opens, step.due.days) if step.due.from_start else opens + step.due.days
