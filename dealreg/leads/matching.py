"""How well a lead and a partner fit: 0 to 100, with the reasons. Pure; where from: `leads.candidates`.

Six things count, each from 0 to 1, by the program's weights: territory, skill, tier, free capacity, the share of
accepted leads that became deals, and the share of offers that were accepted. Both shares are smoothed by a few
imagined leads at the program's usual rate, so that one lead makes nobody the best, and a newcomer has a chance.

Nobody is offered a lead by rule outside its territory, or over its limit of open leads; a person may still choose it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from partners.places import serves

IMAGINED = 4
"""Leads at the usual rate that everybody is taken to have had."""
USUAL_CONVERSION, USUAL_ANSWERS = 0.2, 0.5
BEST_CONVERSION = 0.5
"""Half of all accepted leads becoming deals is as good as it gets."""
IN_REGION = 0.9
UNKNOWN, RELATED = 0.5, 0.4
CODES = ("territory", "skill", "tier", "capacity", "conversion", "answers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a lead asks of a partner. families: names of product families."""

    country: str
    industry: str = ""
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A partner in a program, as leads see it.

    rank, ranks: its tier, of how many. held: names of certificates and specialisations. open: leads that it has or is
    asked about. The rest: what became of its offers in the last year; `last` is when it was last offered one.
    """

    enrollment_id: int
    partner_id: int
    name: str
    country: str
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    tier: str = ""
    rank: int = 0
    ranks: int = 0
    open: int = 0
    accepted: int = 0
    converted: int = 0
    refused: int = 0
    last: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a program's rules set. weights: by code, at least one above 0."""

    weights: Mapping[str, int]
    most_open: int = 10
    fit_from: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """What one thing brought. facts: figures and names for its sentence (`leads.words`)."""

    code: str
    credit: float
    earned: float
    most: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "code": self.code,
            "credit": round(self.credit, 3),
            "earned": round(self.earned, 1),
            "most": round(self.most, 1),
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Fit:
    """How well they fit, and why. barred: why it isn't offered by rule, as a code; "" where it may be."""

    score: int
    reasons: tuple[Reason, ...]
    barred: str = ""

    def as_data(self) -> list[dict[str, Any]]:
        """Return the reasons as JSON keeps them."""
        return [reason.as_data() for reason in self.reasons]


def fit_of(wanted: Wanted, candidate: Candidate, limits: Limits) -> Fit:
    """Return how well a lead and a partner fit."""
    met = credits_of(wanted, candidate, limits)
    whole = sum(limits.weights.get(code, 0) for code in CODES)
    reasons = tuple(
        Reason(
            code,
            met[code],
            100 * limits.weights.get(code, 0) * met[code] / whole,
            100 * limits.weights.get(code, 0) / whole,
            facts_of(code, wanted, candidate, limits),
        )
        for code in CODES
        if limits.weights.get(code, 0)
    )
    score = round(sum(reason.earned for reason in reasons))
    return Fit(score, reasons, barred(met, score, limits))


def barred(met: Mapping[str, float], score: float, limits: Limits) -> str:
    """Return why a rule doesn't offer it, "" where it may."""
    if met["territory"] == 0:
        return "territory"
    if met["capacity"] == 0:
        return "capacity"
    return "fit" if score < limits.fit_from else ""


def credits_of(wanted: Wanted, candidate: Candidate, limits: Limits) -> dict[str, float]:
    """Return how far each thing is met, from 0 to 1."""
    return {
        "territory": territory(wanted.country, candidate),
        "skill": skill(wanted.industry, wanted.families, candidate),
        **own_credits(candidate, limits),
    }


def own_credits(candidate: Candidate, limits: Limits) -> dict[str, float]:
    """Return what a partner brings to every lead."""
    answered = candidate.accepted + candidate.refused
    conversion = smoothed(candidate.converted, candidate.accepted, USUAL_CONVERSION)
    return {
        "tier": candidate.rank / candidate.ranks if candidate.ranks else UNKNOWN,
        "capacity": max(0.0, 1 - candidate.open / limits.most_open),
        "conversion": min(1.0, conversion / BEST_CONVERSION),
        "answers": smoothed(candidate.accepted, answered, USUAL_ANSWERS),
    }


def smoothed(hits: int, tries: int, usual: float) -> float:
    """Return a share of few tries, drawn to what is usual (Laplace, as additive smoothing)."""
    return (hits + IMAGINED * usual) / (tries + IMAGINED)


def territory(country: str, candidate: Candidate) -> float:
    """Return 1 at home, a little less in a region that it serves, else 0."""
    if country == candidate.country:
        return 1.0
    return IN_REGION if serves(candidate.regions, country) else 0.0


def skill(industry: str, families: Iterable[str], candidate: Candidate) -> float:
    """Return how far industry and products are met; what the lead doesn't say counts as half met."""
    parts = []
    if industry:
        parts.append(1.0 if industry in candidate.industries else 0.0 if candidate.industries else UNKNOWN)
    wanted = tuple(families)
    if wanted:
        parts.append(sum(_sells(name, candidate) for name in wanted) / len(wanted))
    if not parts:
        return 1.0 if candidate.held else UNKNOWN
    return sum(parts) / len(parts)


def _sells(family: str, candidate: Candidate) -> float:
    """Return 1 for a partner that names the products, or holds a certificate in them; less for other certificates."""
    word = family.casefold().strip()
    if any(word in text.casefold() or text.casefold() in word for text in (*candidate.products, *candidate.held)):
        return 1.0
    return RELATED if candidate.held else 0.0


def facts_of(code: str, wanted: Wanted, candidate: Candidate, limits: Limits) -> dict[str, Any]:
    """Return what the sentence of a reason names; never who the lead is."""
    match code:
        case "territory":
            met = territory(wanted.country, candidate)
            return {"country": wanted.country, "home": met == 1.0, "serves": met > 0}
        case "skill":
            return {
                "industry": wanted.industry,
                "knows": wanted.industry in candidate.industries,
                "families": [name for name in wanted.families if _sells(name, candidate) == 1.0],
                "held": len(candidate.held),
            }
        case "tier":
            return {"tier": candidate.tier}
        case "capacity":
            return {"open": candidate.open, "most": limits.most_open}
        case "conversion":
            return {"converted": candidate.converted, "accepted": candidate.accepted}
        case _:
            return {"accepted": candidate.accepted, "answered": candidate.accepted + candidate.refused}


def ranked(wanted: Wanted, candidates: Iterable[Candidate], limits: Limits) -> list[tuple[Candidate, Fit]]:
    """Return candidates with their fit, the best first; those whom no rule would choose last."""
    fits = [(candidate, fit_of(wanted, candidate, limits)) for candidate in candidates]
    return sorted(fits, key=lambda each: (bool(each[1].barred), -each[1].score, each[0].last, each[0].enrollment_id))


def in_turn(fits: Iterable[tuple[Candidate, Fit]]) -> list[tuple[Candidate, Fit]]:
    """Return those whom a rule may choose, whoever waited longest first."""
    able = [each for each in fits if not each[1].barred]
    return sorted(able, key=lambda each: (each[0].last, -each[1].score, each[0].enrollment_id))
