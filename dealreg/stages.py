"""Sales stages: what each takes before it is reached, how long a deal may stand at it, and how sure it makes a win."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, F, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dealreg.enums import Forecast, Outcome, Stage
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from dealreg.models import Deal

ORDER = tuple(Stage)
USUAL_DAYS = {Stage.QUALIFIED: 30, Stage.NEEDS: 30, Stage.PROPOSAL: 21, Stage.NEGOTIATION: 21}
USUAL_NEEDS: dict[Stage, tuple[str, ...]] = {
    Stage.QUALIFIED: (),
    Stage.NEEDS: ("contact_name",),
    Stage.PROPOSAL: ("contact_name", "value"),
    Stage.NEGOTIATION: ("contact_name", "value", "next_step"),
}
FACTS = {
    "contact_name": gettext_lazy("Contact at the customer"),
    "contact_email": gettext_lazy("Contact’s e-mail"),
    "value": gettext_lazy("Value"),
    "title": gettext_lazy("Project"),
    "next_step": gettext_lazy("Next step"),
    "next_step_on": gettext_lazy("Day of the next step"),
}
"""The facts that a stage may take: what the partner can write itself while the deal is open."""

FORECAST_OF = {
    Stage.QUALIFIED: Forecast.PIPELINE,
    Stage.NEEDS: Forecast.PIPELINE,
    Stage.PROPOSAL: Forecast.BEST_CASE,
    Stage.NEGOTIATION: Forecast.COMMIT,
}
LONGEST_STAY = 730


@dataclass(frozen=True, slots=True)
class StageRule:
    """A stage as a policy has it: days that a deal may stand at it, and names of fields that it takes."""

    days: int
    needs: tuple[str, ...]


def rules_in(stages: Mapping[str, Any] | None) -> dict[Stage, StageRule]:
    """Return what a policy's `stages` say of each stage; what they leave out is as usual."""
    given = stages or {}
    return {stage: _rule(stage, given.get(stage, {})) for stage in ORDER}


def _rule(stage: Stage, given: Mapping[str, Any]) -> StageRule:
    needs = given.get("needs", USUAL_NEEDS[stage])
    return StageRule(int(given.get("days", USUAL_DAYS[stage])), tuple(name for name in FACTS if name in needs))


def lines_of(stages: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return each stage with what the rules say of it, in words."""
    found = []
    for stage, rule in rules_in(stages).items():
        days = ngettext("%(days)d day at most", "%(days)d days at most", rule.days) % {"days": rule.days}
        facts = ", ".join(str(FACTS[name]) for name in rule.needs)
        found.append(
            (str(stage.label), _("%(days)s; takes: %(facts)s") % {"days": days, "facts": facts or _("nothing")})
        )
    return found


def missing(rule: StageRule, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the facts that a stage takes and that aren't there; a value of nothing is none."""
    return tuple(name for name in rule.needs if not values.get(name))


def check_stage(deal: Deal, changes: Mapping[str, Any], rules: Mapping[Stage, StageRule]) -> None:
    """Refuse to go on to a stage without the facts that it takes; going back takes none.

    Raises:
        RuleViolation: a fact is missing; its field is the first one.
    """
    stage = Stage(changes["stage"])
    if ORDER.index(stage) <= ORDER.index(Stage(deal.stage)):
        return
    rule = rules[stage]
    lacking = missing(rule, {name: changes.get(name, getattr(deal, name)) for name in rule.needs})
    if lacking:
        labels = ", ".join(str(FACTS[name]) for name in lacking)
        words = _("“%(stage)s” takes more facts: %(fields)s.") % {"stage": stage.label, "fields": labels}
        raise RuleViolation("stage_needs_facts", words, lacking[0])


def forecast_of(deal: Deal) -> Forecast:
    """Return how sure a deal is: what was said of it, else what its stage says."""
    return Forecast(deal.forecast) if deal.forecast else FORECAST_OF[Stage(deal.stage)]


def forecast_expression() -> Case:
    """Return `forecast_of` for a query."""
    said = When(forecast__gt="", then=F("forecast"))
    by_stage = [When(stage=stage, then=Value(str(sure))) for stage, sure in FORECAST_OF.items()]
    return Case(said, *by_stage, default=Value(str(Forecast.PIPELINE)), output_field=CharField())


def why_stalled(deal: Deal, now: datetime) -> str:
    """Return why a deal counts as stalled, in a sentence; "" where it doesn't."""
    if deal.stalled_at is None or deal.outcome != Outcome.OPEN:
        return ""
    days = max((now - deal.stage_since).days, 0)
    words = {"days": days, "stage": Stage(deal.stage).label, "limit": deal.stall_limit or 0}
    return (
        ngettext("%(days)d day at “%(stage)s”", "%(days)d days at “%(stage)s”", days) % words
        + _(", %(limit)d are usual, and no next step is planned.") % words
    )


def moves_on(deal: Deal, changes: Mapping[str, Any], today: date) -> bool:
    """Whether a change ends a standstill: another stage, or a next step that is planned."""
    if changes.get("stage", deal.stage) != deal.stage:
        return True
    step = changes.get("next_step_on")
    return step is not None and step != deal.next_step_on and step >= today
