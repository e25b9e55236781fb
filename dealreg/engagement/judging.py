"""What a policy says of a registration. Pure: the same policy and facts always give the same answer.

In this order, the first that speaks holds:

0. What a person has taken up, a person decides.
1. What is outside territory, size or authorisation is declined where the policy says so, else a person decides.
2. A wanted field that is empty is asked for where the policy says so.
3. Everything must speak for approval: no doubt who the customer is, nobody before it in line, nobody protected, the
   segment led by partners, value, tier and contact as the policy wants them. The first obstacle sends it to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from accounts.enums import AccountLink, AccountOrigin
from dealreg.engagement.shape import (
    Definition,
    Facts,
    Ground,
    Judgement,
    Lead,
    Route,
    Segment,
    Sentence,
    Stated,
    Verdict,
    When,
)
from dealreg.enums import DeclineReason

DECIDED_LINKS = frozenset({AccountLink.CONFIRMED, AccountLink.SEPARATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A stated fact that is against a rule. certain: whether nothing that isn't known could change it."""

    about: Stated
    reason: str
    clause: str
    sentence: Sentence
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """The segment of a customer, and what would have to be stated to be sure of it."""

    segment: Segment | None
    unsure: tuple[str, ...] = ()


def judge(definition: Definition, facts: Facts) -> Judgement:
    """Return what a policy that was checked says of a registration."""
    placed = place(definition, facts)
    name = placed.segment.name if placed.segment else ""
    if facts.taken:
        return Judgement(verdict=Verdict.PERSON, sentence=Sentence(code="taken"), segment=name)
    if sure := refusal(definition, facts):
        return Judgement(
            verdict=Verdict.DECLINE, sentence=sure.sentence, clause=sure.clause, segment=name, reason=sure.reason
        )
    if breach := next(breaches(definition, facts), None):
        return Judgement(verdict=Verdict.PERSON, sentence=breach.sentence, clause=breach.clause, segment=name)
    if missing := _missing(definition, facts):
        code, verdict = ("still_missing", Verdict.PERSON) if facts.asked else ("missing", Verdict.ASK)
        sentence = Sentence(code=code, facts={"fields": list(missing)})
        clause, asked = definition.automation.ask.clause, () if facts.asked else missing
        return Judgement(verdict=verdict, sentence=sentence, clause=clause, segment=name, fields=asked)
    approval = definition.automation.approve
    for sentence, clause in _obstacles(definition, facts, placed):
        return Judgement(verdict=Verdict.PERSON, sentence=sentence, clause=clause, segment=name)
    figures = {"segment": name, "value": facts.value, "currency": facts.currency, "most": _written(approval.most)}
    code = "clean_under" if approval.most is not None else "clean"
    return Judgement(
        verdict=Verdict.APPROVE, sentence=Sentence(code=code, facts=figures), clause=approval.clause, segment=name
    )


def _missing(definition: Definition, facts: Facts) -> tuple[str, ...]:
    asking = definition.automation.ask
    wanted = asking.fields if asking.is_on and not facts.lost else ()
    return tuple(each for each in wanted if each in facts.empty)


def place(definition: Definition, facts: Facts) -> Placed:
    """Return the first segment that takes a customer; what isn't stated takes nothing, but leaves a doubt."""
    unsure: list[str] = []
    for segment in definition.segments:
        missing = _unstated(segment.when, facts)
        if missing is None:
            continue
        if not missing:
            return Placed(segment, tuple(dict.fromkeys(unsure)))
        unsure += missing
    return Placed(None, tuple(dict.fromkeys(unsure)))


def _unstated(when: When, facts: Facts) -> list[str] | None:
    """Return what a segment asks for that isn't stated; None where what is stated is outside it."""
    asked: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("employees", when.bands, facts.employees),
        ("industry", when.industries, facts.industry),
        ("country", when.countries, facts.country),
    )
    if when.accounts and facts.account not in when.accounts:
        return None
    asked += tuple((f"own:{each.field}", each.values, stated_of(facts, each.field)) for each in when.answers)
    missing = []
    for name, wanted, stated in asked:
        if wanted and stated and stated not in wanted:
            return None
        if wanted and not stated:
            missing.append(name)
    return missing


def stated_of(facts: Facts, slug: str) -> str:
    """Return the answer to a field of the program's own, "" without one."""
    begins = f"{slug}="
    return next((each.removeprefix(begins) for each in facts.answers if each.startswith(begins)), "")


def route_of(definition: Definition, facts: Facts) -> Route | None:
    """Return who decides, None where the plain service level holds."""
    placed = place(definition, facts)
    slug = placed.segment.slug if placed.segment else ""
    return next((route for route in definition.routes if _goes(route, facts, slug)), None)


def _goes(route: Route, facts: Facts, segment: str) -> bool:
    # A value that can't be converted goes to whom the large ones go: somebody has to look at it.
    large = route.least is None or facts.value is None or Decimal(facts.value) >= route.least
    here = not route.countries or facts.country in route.countries
    of_family = not route.families or bool(set(route.families) & set(facts.families))
    return large and here and of_family and route.segment in {"", segment}


def breaches(definition: Definition, facts: Facts) -> Iterator[Breach]:
    """Yield what is stated against territory, size and authorisation, in this order."""
    for rule in (_territory, _size, _authorisation):
        yield from rule(definition, facts)


def refusal(definition: Definition, facts: Facts) -> Breach | None:
    """Return what would be declined by rule for sure, so that a partner is told before it submits."""
    sure = (each for each in breaches(definition, facts) if each.certain)
    return next((each for each in sure if each.about in definition.automation.decline), None)


def _territory(definition: Definition, facts: Facts) -> Iterator[Breach]:
    territory = definition.territory
    if territory is None or not facts.country:
        return
    listed = territory.by is Ground.LISTED
    allowed = territory.countries if listed else facts.countries
    if facts.country not in allowed:
        code = "not_listed" if listed else "not_in_profile"
        yield Breach(
            about=Stated.TERRITORY,
            reason=DeclineReason.TERRITORY,
            clause=territory.clause,
            sentence=Sentence(code=code, facts={"country": facts.country}),
            # A profile that says nothing about where the partner serves declines nobody.
            certain=bool(allowed),
        )


def _size(definition: Definition, facts: Facts) -> Iterator[Breach]:
    size = definition.size
    if size is None or facts.value is None:
        return
    value, figures = Decimal(facts.value), {"value": facts.value, "currency": facts.currency}
    if size.least is not None and value < size.least:
        sentence = Sentence(code="too_small", facts={**figures, "least": _written(size.least)})
        yield Breach(about=Stated.SIZE, reason=DeclineReason.TOO_SMALL, clause=size.clause, sentence=sentence)
    if size.most is not None and value > size.most:
        sentence = Sentence(code="too_large", facts={**figures, "most": _written(size.most)})
        yield Breach(about=Stated.SIZE, reason=DeclineReason.TOO_LARGE, clause=size.clause, sentence=sentence)


def _authorisation(definition: Definition, facts: Facts) -> Iterator[Breach]:
    for rule in definition.authorisations:
        if facts.families and rule.family not in facts.families:
            continue
        sentence = _unauthorised(rule.family, rule.tier, rule.credentials, facts)
        if sentence is not None:
            yield Breach(
                about=Stated.AUTHORISATION,
                reason=DeclineReason.NOT_AUTHORISED,
                clause=rule.clause,
                sentence=sentence,
                # Without products nobody knows whether this family is meant.
                certain=bool(facts.families),
            )


def _unauthorised(family: str, tier: str, credentials: tuple[str, ...], facts: Facts) -> Sentence | None:
    # A tier that the program no longer has asks nothing of anybody.
    if tier in facts.ranks and facts.rank < facts.ranks[tier]:
        return Sentence(code="tier_needed", facts={"family": family, "tier": tier, "held": facts.tier})
    lacking = [each for each in credentials if each not in facts.held]
    if lacking:
        return Sentence(code="credential_needed", facts={"family": family, "credential": lacking[0]})
    return None


Obstacle = Callable[[Definition, Facts, Placed], "tuple[Sentence, str] | None"]


def _obstacles(definition: Definition, facts: Facts, placed: Placed) -> Iterator[tuple[Sentence, str]]:
    for obstacle in (_doubts, _line, _off, _segment, _value, _partner):
        if found := obstacle(definition, facts, placed):
            yield found


def _off(definition: Definition, facts: Facts, placed: Placed) -> tuple[Sentence, str] | None:
    if not definition.automation.approve.is_on:
        segment = placed.segment
        if segment is not None and segment.lead is not Lead.PARTNER:
            return Sentence(code=f"lead_{segment.lead}", facts={"segment": segment.name}), segment.clause
        return Sentence(code="off"), ""
    return None


def _doubts(definition: Definition, facts: Facts, placed: Placed) -> tuple[Sentence, str] | None:
    clause = definition.automation.approve.clause
    if facts.lost:
        return Sentence(code="lost"), clause
    if facts.link == AccountLink.LIKELY:
        return Sentence(code="likely"), clause
    if facts.alike and facts.link not in DECIDED_LINKS:
        return Sentence(code="alike", facts={"count": facts.alike}), clause
    if facts.origin == AccountOrigin.CUSTOMER:
        return Sentence(code="customer"), clause
    return None


def _line(definition: Definition, facts: Facts, placed: Placed) -> tuple[Sentence, str] | None:
    clause = definition.automation.approve.clause
    if not facts.competes:
        return None
    if facts.holder:
        return Sentence(code="held"), clause
    if facts.earlier:
        return Sentence(code="earlier", facts={"count": facts.earlier}), clause
    return None


def _segment(definition: Definition, facts: Facts, placed: Placed) -> tuple[Sentence, str] | None:
    segment, approval = placed.segment, definition.automation.approve
    if placed.unsure:
        return Sentence(code="unsure", facts={"fields": list(placed.unsure)}), segment.clause if segment else ""
    if segment is None:
        return None
    if segment.lead is not Lead.PARTNER:
        return Sentence(code=f"lead_{segment.lead}", facts={"segment": segment.name}), segment.clause
    if approval.segments and segment.slug not in approval.segments:
        return Sentence(code="segment_by_person", facts={"segment": segment.name}), approval.clause
    return None


def _value(definition: Definition, facts: Facts, placed: Placed) -> tuple[Sentence, str] | None:
    approval = definition.automation.approve
    if facts.value is None and (approval.most is not None or definition.size is not None):
        clause = approval.clause if definition.size is None else definition.size.clause
        return Sentence(code="no_rate", facts={"currency": facts.stated_in, "into": facts.currency}), clause
    if approval.most is not None and Decimal(facts.value or 0) > approval.most:
        figures = {"value": facts.value, "currency": facts.currency, "most": _written(approval.most)}
        return Sentence(code="over", facts=figures), approval.clause
    return None


def _partner(definition: Definition, facts: Facts, placed: Placed) -> tuple[Sentence, str] | None:
    approval, limits = definition.automation.approve, definition.limits
    if approval.tier in facts.ranks and facts.rank < facts.ranks[approval.tier]:
        return Sentence(code="tier_for_rule", facts={"tier": approval.tier, "held": facts.tier}), approval.clause
    if approval.contact and not facts.has_contact:
        return Sentence(code="no_contact"), approval.clause
    if limits is not None and limits.resubmissions is not None and facts.again > limits.resubmissions:
        return Sentence(code="again", facts={"count": facts.again, "days": limits.days}), limits.clause
    return None


def _written(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
