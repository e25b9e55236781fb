"""Mails about tiers, and the lines behind the bell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing import Letter, mail_template
from activity.registry import NoticeGroup, notice
from prm.kernel.actors import Role

TIERS = NoticeGroup("tiers", gettext_lazy("Tiers and points"))
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
DECISION = gettext_lazy("A decision about your tier: your discount and protection follow from it.")

RAISED = notice(
    "tier.raised",
    gettext_lazy("You are {tier} with {vendor} now"),
    icon="star",
    tone="good",
    group=TIERS,
    label=gettext_lazy("A higher tier was reached"),
    mail="tier_raised",
    roles=ADMINISTRATORS,
)
LOWERED = notice(
    "tier.lowered",
    gettext_lazy("Your tier with {vendor} is {tier} now"),
    icon="tier",
    tone="warn",
    group=TIERS,
    label=gettext_lazy("A tier was lowered"),
    mail="tier_lowered",
    always=DECISION,
    roles=ADMINISTRATORS,
)
WARNED = notice(
    "tier.warned",
    gettext_lazy("{tier} with {vendor} isn’t secured: {days} days to the review"),
    icon="warn",
    tone="warn",
    group=TIERS,
    label=gettext_lazy("A tier isn’t secured before its review"),
    mail="tier_warned",
    roles=ADMINISTRATORS,
)
GRACE = notice(
    "review.grace",
    gettext_lazy("{tier} with {vendor}: you can still catch up"),
    icon="clock",
    tone="warn",
    group=TIERS,
    label=gettext_lazy("A review has begun its grace period"),
    mail="tier_grace",
    roles=ADMINISTRATORS,
)
SECURED = notice(
    "tier.secured",
    gettext_lazy("{tier} with {vendor} stays"),
    icon="ok",
    tone="good",
    group=TIERS,
    label=gettext_lazy("A tier is secured again"),
    default=Cadence.DAILY,
    roles=ADMINISTRATORS,
)
PROPOSED = notice(
    "review.proposed",
    gettext_lazy("{partner} hasn’t reached {tier}: decide"),
    icon="ask",
    tone="warn",
    group=TIERS,
    label=gettext_lazy("A tier review waits for a decision"),
    mail="review_proposed",
    roles=frozenset({Role.MANAGER}),
)
GIVEN = notice(
    "override.given",
    gettext_lazy("{vendor} gave you {tier} until {until}"),
    icon="star",
    group=TIERS,
    label=gettext_lazy("A tier was given by hand"),
    default=Cadence.DAILY,
    roles=ADMINISTRATORS,
)
POINTS = notice(
    "points.adjusted",
    gettext_lazy("{vendor} booked {points} points: {reason}"),
    icon="plus",
    group=TIERS,
    label=gettext_lazy("Points were booked by hand"),
    default=Cadence.DAILY,
    roles=ADMINISTRATORS,
)
GAINED = notice(
    "specialisation.gained",
    gettext_lazy("{vendor} recognises you for {name}"),
    icon="star",
    tone="good",
    group=TIERS,
    label=gettext_lazy("A specialisation was gained"),
    default=Cadence.DAILY,
    roles=ADMINISTRATORS,
)
ENDED = notice(
    "specialisation.ended",
    gettext_lazy("The recognition for {name} by {vendor} has ended"),
    icon="clock",
    group=TIERS,
    label=gettext_lazy("A specialisation has ended"),
    default=Cadence.DAILY,
    roles=ADMINISTRATORS,
)

SAMPLE = {
    "tier": "Gold",
    "next": "Silver",
    "vendor": "Northwind Robotics",
    "program": "Northwind Partners",
    "partner": "Brightpath",
    "why": "Won revenue, last 12 months: 412,000 €",
    "missing": "Won revenue, last 12 months: 38,000 € more; People certified: 1 more",
    "days": 60,
    "due": "2027-01-31",
    "until": "2027-03-02",
    "path": "/portal/standing/1/",
    "brand": {},
}
PLACEHOLDERS = {
    "tier": gettext_lazy("the tier"),
    "vendor": gettext_lazy("your name"),
    "program": gettext_lazy("the program"),
    "partner": gettext_lazy("the partner’s name"),
}


def shown_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with their dates as the reader writes them."""
    dates = {name: _day(facts[name]) for name in ("due", "until") if facts.get(name)}
    return {**facts, **dates}


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")


def _why(facts: Mapping[str, Any]) -> str:
    return _("You get this because you administer %(partner)s, a partner of %(vendor)s.") % facts


@mail_template("tier_raised", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def tier_raised(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it has reached a tier, and why."""
    return Letter(
        subject=_("You are %(tier)s now with %(vendor)s") % facts,
        heading=_("%(partner)s is %(tier)s now") % facts,
        paragraphs=(_("What it brings holds for registrations from now on."),),
        facts=((_("Reached by"), facts["why"]), (_("Program"), facts["program"])),
        button=(_("See what it brings"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("tier_lowered", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def tier_lowered(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that its tier was lowered, and why."""
    return Letter(
        subject=_("Your tier with %(vendor)s is %(tier)s now") % facts,
        heading=_("%(partner)s is %(tier)s now") % facts,
        paragraphs=(_("As soon as the figures are there again, your tier rises at once."),),
        facts=((_("Because"), facts["why"]), (_("Program"), facts["program"])),
        button=(_("See what is missing"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "tier_warned",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**PLACEHOLDERS, "due": gettext_lazy("the review’s day")},
)
def tier_warned(facts: Mapping[str, Any]) -> Letter:
    """Warn the partner before a review, with what would prevent a lower tier."""
    return Letter(
        subject=_("%(tier)s with %(vendor)s isn’t secured yet: %(days)s days left") % facts,
        heading=_("%(days)s days to secure %(tier)s") % facts,
        paragraphs=(
            _("Your figures don’t reach %(tier)s at the moment.") % facts,
            _("If they stay so, your tier may be lowered after the review."),
        ),
        facts=((_("What is missing"), facts["missing"]), (_("Review"), facts["due"])),
        button=(_("See what helps"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "tier_grace", sample=SAMPLE, words=shown_words, placeholders={**PLACEHOLDERS, "until": gettext_lazy("until when")}
)
def tier_grace(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that the review found something missing, and until when it can still be made good."""
    return Letter(
        subject=_("%(tier)s with %(vendor)s: you can still catch up until %(until)s") % facts,
        heading=_("You can keep %(tier)s until %(until)s") % facts,
        paragraphs=(_("The review found something missing. Once it is there, everything stays as it is."),),
        facts=((_("What is missing"), facts["missing"]),),
        button=(_("See what helps"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("review_proposed", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def review_proposed(facts: Mapping[str, Any]) -> Letter:
    """Ask the partner manager whether a tier is to be lowered."""
    return Letter(
        subject=_("Decide: %(partner)s hasn’t reached %(tier)s") % facts,
        heading=_("%(partner)s hasn’t reached %(tier)s") % facts,
        paragraphs=(_("It was warned, and the grace period is over. Nothing changes before you decide."),),
        facts=((_("What is missing"), facts["missing"]), (_("Would become"), facts["next"])),
        button=(_("Decide"), facts["path"]),
        why=_("You get this because you look after partners for %(vendor)s.") % facts,
        brand=facts["brand"],
    )
