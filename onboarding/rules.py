"""Pure rules over applications and steps; where a rule decides or suggests, it says why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django_countries import countries

from prm.kernel.actors import Role

GOOD_FIT = 70
FAIR_FIT = 50
POOR_FIT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoRule:
    """When an application is approved without a person: its fit from `score`, in `countries` (all where empty)."""

    is_on: bool
    score: int
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What the rules know about an application.

    score: None where no ideal profile is published. missing: labels of wanted fields that are empty. blocked: the
    blocked domain that it applies from. known_partner: its name where a partner of this vendor's has the same domain.
    doubts: what else speaks against a rule, in sentences. unknown, at_most: criteria about which nothing is stated, and
    the score if all of them turned out to match.
    """

    score: int | None
    country: str
    missing: tuple[str, ...] = ()
    blocked: str = ""
    known_partner: str = ""
    doubts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    at_most: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the rule approves, and the sentence that says why or why not."""

    approves: bool
    why: str


def country_names(codes: Sequence[str]) -> str:
    """Return countries by name, divided by commas."""
    return ", ".join(str(countries.name(code) or code) for code in codes)


def judge(rule: AutoRule, applied: Applied) -> Verdict:
    """Return whether an application is approved by the rule. Every obstacle outweighs any score."""
    if not rule.is_on:
        return Verdict(approves=False, why=_("Approval by rule is switched off."))
    if obstacle := _obstacle(rule, applied):
        return Verdict(approves=False, why=obstacle)
    words = {"score": applied.score, "least": rule.score, "countries": country_names([applied.country])}
    if rule.countries:
        why = _("Approved by rule: a fit of %(score)d, where %(least)d is enough, in %(countries)s.") % words
    else:
        why = _("Approved by rule: a fit of %(score)d, where %(least)d is enough.") % words
    return Verdict(approves=True, why=why)


def _obstacle(rule: AutoRule, applied: Applied) -> str:
    if applied.blocked:
        return _("%(domain)s is blocked.") % {"domain": applied.blocked}
    if applied.known_partner:
        return _("%(partner)s, your partner, has the same domain.") % {"partner": applied.known_partner}
    if applied.missing:
        return _("Missing: %(fields)s.") % {"fields": ", ".join(applied.missing)}
    if applied.doubts:
        return applied.doubts[0]
    return _short_of(rule, applied)


def _short_of(rule: AutoRule, applied: Applied) -> str:
    if applied.score is None:
        return _("There is no fit: no ideal partner profile is published.")
    if applied.score < rule.score:
        return _("A fit of %(score)d, where %(least)d is needed.") % {"score": applied.score, "least": rule.score}
    if rule.countries and applied.country not in rule.countries:
        words = {"country": country_names([applied.country]), "countries": country_names(rule.countries)}
        return _("%(country)s is not among %(countries)s.") % words
    return ""


def told(rule: AutoRule, *, has_profile: bool) -> str:
    """Return in plain words what a rule does."""
    if not rule.is_on:
        return _("Off: a person decides every application.")
    words = {"score": rule.score, "countries": country_names(rule.countries)}
    where = _(" from %(countries)s") % words if rule.countries else ""
    text = _(
        "An application%(where)s with a fit of %(score)d or more is approved at once, as soon as its address is "
        "confirmed, unless its domain is blocked, belongs to a partner of yours, something wanted is missing, or "
        "something looks odd. A person decides all others."
    ) % {**words, "where": where}
    if has_profile:
        return text
    return text + " " + _("For now it approves nothing: the program has no published ideal partner profile.")


class Advice(StrEnum):
    """What the desk suggests for an application."""

    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"
    WAITLIST = "waitlist"
    READ = "read"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested decision with its reason; never taken by itself."""

    advice: Advice
    headline: str
    why: str


def suggest(applied: Applied, *, waits_for_applicant: bool, asked: Collection[str] = ()) -> Suggestion:
    """Return what speaks for a decision, the strongest reason first. No query."""
    if applied.blocked:
        return Suggestion(
            Advice.DECLINE,
            _("Decline: %(domain)s is blocked.") % {"domain": applied.blocked},
            _("The domain %(domain)s is among those that the program’s form blocks.") % {"domain": applied.blocked},
        )
    if waits_for_applicant:
        words = {"count": len(asked)}
        return Suggestion(
            Advice.WAIT,
            _("Wait for the applicant."),
            _("It was asked about %(count)d fields and hasn’t answered. You can decide all the same.") % words
            if asked
            else _("It was asked and hasn’t answered. You can decide all the same."),
        )
    if applied.known_partner:
        words_of = {"partner": applied.known_partner}
        return Suggestion(
            Advice.READ,
            _("Look first: is it %(partner)s?") % words_of,
            _("%(partner)s, a partner of yours, has the same domain. Approving adds this program to it.") % words_of,
        )
    if applied.missing:
        fields = {"fields": ", ".join(applied.missing)}
        return Suggestion(Advice.ASK, _("Ask for %(fields)s.") % fields, _("The form wants it: %(fields)s.") % fields)
    if applied.score is not None and applied.score < GOOD_FIT <= applied.at_most:
        open_words = {"score": applied.score, "most": applied.at_most, "names": ", ".join(applied.unknown)}
        return Suggestion(
            Advice.ASK,
            _("Ask: too little is known to judge the fit."),
            _("Its fit is %(score)d of 100 and could be up to %(most)d. Not stated: %(names)s.") % open_words,
        )
    return _by_fit(applied.score)


def _by_fit(score: int | None) -> Suggestion:
    if score is None:
        return Suggestion(
            Advice.READ,
            _("Read it: nothing was scored."),
            _("The program has no published ideal partner profile, so there is no fit to go by."),
        )
    words = {"score": score, "good": GOOD_FIT, "fair": FAIR_FIT, "poor": POOR_FIT}
    if score >= GOOD_FIT:
        return Suggestion(
            Advice.APPROVE,
            _("Approve: it fits, and nothing is missing."),
            _("Its fit is %(score)d of 100; from %(good)d on it is good. All that the form wants is there.") % words,
        )
    if score >= FAIR_FIT:
        return Suggestion(
            Advice.READ,
            _("Read it: the fit is fair."),
            _("Its fit is %(score)d of 100, between %(fair)d and %(good)d: no rule of thumb decides that.") % words,
        )
    if score >= POOR_FIT:
        return Suggestion(
            Advice.WAITLIST,
            _("Put it on the waiting list: the fit is low."),
            _("Its fit is %(score)d of 100, under %(fair)d.") % words,
        )
    return Suggestion(
        Advice.DECLINE,
        _("Decline: it doesn’t fit."),
        _("Its fit is %(score)d of 100, under %(poor)d.") % words,
    )


def is_meant_for(role: str | None, wanted: str) -> bool:
    """Whether a step for a role is a seat's to do: administrators and partner managers do all of their side's."""
    return not wanted or role in {wanted, Role.ADMINISTRATOR, Role.MANAGER}
