"""What a version of the rules would have said of past registrations, beside what was decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dealreg.engagement import Verdict, judge, parse
from dealreg.enums import Status
from dealreg.models import Deal, PolicyTrial, Ruling
from dealreg.stating import facts_then

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dealreg.engagement import Facts, Judgement

MOST_EXAMPLES = 25
"""Of each kind that stay."""
KINDS = ("otherwise", "back", "spared")
WAS = {Status.APPROVED: "approved", Status.EXPIRED: "approved", Status.DECLINED: "declined"}


@dataclass(frozen=True, slots=True)
class Tried:
    """A past registration as it was decided, and as a version would have.

    otherwise: whether a partner would have had another answer; spared: whether a person would have been.
    """

    deal: Deal
    was: str
    by_rule: bool
    judgement: Judgement

    @property
    def otherwise(self) -> bool:
        """Whether the answer would have been another one."""
        opposite = {("approved", Verdict.DECLINE), ("declined", Verdict.APPROVE)}
        return (self.was, self.judgement.verdict) in opposite

    @property
    def spared(self) -> bool:
        """Whether a rule would have decided as a person did."""
        same = {("approved", Verdict.APPROVE), ("declined", Verdict.DECLINE)}
        return not self.by_rule and (self.was, self.judgement.verdict) in same

    @property
    def back(self) -> bool:
        """Whether a person would have had to decide what a rule did."""
        return self.by_rule and self.judgement.verdict == Verdict.PERSON

    def as_data(self) -> dict[str, Any]:
        """Return it as a trial keeps it."""
        deal, said = self.deal, self.judgement
        return {
            "reference": deal.reference,
            "customer": deal.customer_name,
            "partner": deal.partner.name,
            "was": self.was,
            "by_rule": self.by_rule,
            "would": str(said.verdict),
            "clause": said.clause,
            "segment": said.segment,
            "sentence": asdict(said.sentence),
            "kind": "otherwise" if self.otherwise else "back" if self.back else "spared" if self.spared else "",
        }


def try_on(trial: PolicyTrial, deals: Sequence[Deal]) -> None:
    """Judge past registrations by a trial's rules and add them to it; the caller saves. Four queries for any number."""
    shape = parse(trial.definition)
    limits = shape.limits
    kept = _kept([deal.pk for deal in deals])
    missing = [deal.pk for deal in deals if deal.pk not in kept]
    facts = {**(facts_then(missing, limits.days if limits else None) if missing else {}), **kept}
    tried = [
        Tried(deal, WAS.get(Status(deal.status), "waiting"), deal.is_decided_by_rule, judge(shape, facts[deal.pk]))
        for deal in deals
    ]
    trial.sample += len(deals)
    trial.stated += len(kept)
    trial.counts = _added(trial.counts, tried)
    trial.examples = _examples(trial.examples, tried)


def _kept(deals: list[int]) -> dict[int, Facts]:
    """Return the facts of each deal's first ruling, as they were when it came in."""
    found: dict[int, Facts] = {}
    for ruling in Ruling.objects.filter(deal_id__in=deals).order_by("pk"):
        found.setdefault(ruling.deal_id, ruling.stated)
    return found


def _added(counts: dict[str, Any], tried: list[Tried]) -> dict[str, Any]:
    sums = Counter({key: number for key, number in counts.items() if isinstance(number, int)})
    for each in tried:
        sums[f"{each.was}.{each.judgement.verdict}"] += 1
        for name in KINDS:
            sums[name] += bool(getattr(each, name))
    return dict(sums)


def _examples(known: list[dict[str, Any]], tried: list[Tried]) -> list[dict[str, Any]]:
    found = [*known, *(data for each in tried if (data := each.as_data())["kind"])]
    by_kind = {kind: [each for each in found if each["kind"] == kind][:MOST_EXAMPLES] for kind in KINDS}
    return [each for kind in KINDS for each in by_kind[kind]]
