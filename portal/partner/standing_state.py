"""What may change a tier: the review under way, a tier given by hand, dates; and specialisations beside the ladder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.formats import day_text
from portal.partner.standing_parts import Part, Reader, listed
from standing.enums import OPEN_REVIEWS, ReviewState
from standing.models import Specialisation, TierOverride, TierReview
from standing.scheme.evaluating import share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from prm.kernel.actors import Actor
    from standing.reports import Place
    from standing.scheme.shape import SpecialisationShape

MOST_REVIEWS = 6


@dataclass(frozen=True, slots=True)
class Note:
    """A banner: what may happen, by when, and what would prevent it."""

    tone: str
    icon: str
    title: str
    text: str
    helps: tuple[str, ...] = ()


def reviews_of(actor: Actor, place: Place) -> list[TierReview]:
    """Return an enrollment's reviews, the latest first. One query."""
    found = TierReview.objects.visible_to(actor).filter(enrollment_id=place.enrollment.pk)
    return list(found.select_related("from_tier", "to_tier").order_by("-due_on", "-pk")[:MOST_REVIEWS])


def running_override(actor: Actor, place: Place, today: date) -> TierOverride | None:
    """Return the tier that was given by hand, None where there is none. One query."""
    found: TierOverride | None = (
        TierOverride.objects.visible_to(actor)
        .running(today)
        .filter(enrollment_id=place.enrollment.pk)
        .select_related("tier")
        .first()
    )
    return found


def notes_of(place: Place, override: TierOverride | None, reviews: Sequence[TierReview], today: date) -> list[Note]:
    """Return what the page says first: a review that may lower the tier, and a tier given by hand."""
    notes = [_review_note(place, review, today) for review in reviews if review.state in OPEN_REVIEWS]
    if override is not None:
        notes.append(_override_note(place, override))
    return notes


def _review_note(place: Place, review: TierReview, today: date) -> Note:
    helps = tuple(place.missing(place.earned))
    days = (review.due_on - today).days
    words = {
        "tier": review.from_tier.name,
        "due": day_text(review.due_on),
        "until": day_text(review.grace_until),
        "vendor": place.enrollment.vendor.name,
        "next": review.to_tier.name if review.to_tier else _("no tier"),
        "days": max(days, 0),
    }
    if review.state == ReviewState.GRACE:
        return Note(
            "warn",
            "clock",
            _("You can still keep %(tier)s until %(until)s") % words,
            _("The review of %(due)s found something missing. Once it is there, everything stays as it is.") % words,
            helps,
        )
    if review.state == ReviewState.PROPOSED:
        return Note(
            "bad",
            "ask",
            _("%(vendor)s decides whether %(tier)s stays") % words,
            _("The grace period ended on %(until)s. Until somebody decides, nothing changes; catching up still helps.")
            % words,
            helps,
        )
    title = ngettext(
        "%(tier)s isn’t secured: %(days)d day to the review",
        "%(tier)s isn’t secured: %(days)d days to the review",
        days,
    )
    text = _(
        "If your figures stay so until %(due)s, you have until %(until)s to catch up; then it may become %(next)s."
    )
    return Note("warn", "warn", title % words, text % words, helps)


def _override_note(place: Place, override: TierOverride) -> Note:
    tiers, rank = place.shape.tiers, max(place.earned, place.verdict.rank)
    words = {
        "vendor": place.enrollment.vendor.name,
        "tier": override.tier.name,
        "until": day_text(override.ends_on),
        "figures": tiers[rank - 1].name if rank else _("no tier"),
    }
    return Note(
        "info",
        "star",
        _("%(vendor)s gave you %(tier)s until %(until)s") % words,
        " ".join([f"“{override.reason}”", _("By your figures it would be %(figures)s.") % words]),
    )


def dates_of(
    place: Place, override: TierOverride | None, reviews: Sequence[TierReview], today: date
) -> list[tuple[str, str]]:
    """Return the dates that matter, as facts."""
    rules = place.shape.review
    facts = [(_("Next review"), day_text(place.next_review(today)))]
    facts.append((_("Reviews"), ngettext("every month", "every %(n)d months", rules.months) % {"n": rules.months}))
    if rules.warn_days:
        days = listed([str(days) for days in rules.warn_days])
        facts.append((_("Warnings"), _("%(days)s days ahead") % {"days": days}))
    if rules.grace_days:
        words = ngettext("%(n)d day after the review", "%(n)d days after the review", rules.grace_days)
        facts.append((_("Time to catch up"), words % {"n": rules.grace_days}))
    if rules.qualifying_months:
        words = ngettext(
            "your best day of this month and the one before",
            "your best day of this month and the %(n)d before",
            rules.qualifying_months,
        )
        facts.append((_("What counts"), words % {"n": rules.qualifying_months}))
    if override is not None:
        facts.append((_("Given by hand until"), day_text(override.ends_on)))
    over = next((each for each in reviews if each.state not in OPEN_REVIEWS), None)
    if over is not None:
        facts.append((_("Last review"), _last(over)))
    return facts


def _last(review: TierReview) -> str:
    words = f"{day_text(review.due_on)}: {review.get_state_display()}"
    return f"{words}. “{review.reason}”" if review.reason else words


# -- Specialisations


@dataclass(frozen=True, slots=True)
class Special:
    """A specialisation: held with its dates, or open with what is missing."""

    shape: SpecialisationShape
    held: Specialisation | None
    met: bool
    filled: Decimal
    parts: tuple[Part, ...]


def specialisations_of(actor: Actor, place: Place, reader: Reader) -> list[Special]:
    """Return the scheme's specialisations, those held first. One query."""
    rows = Specialisation.objects.visible_to(actor).filter(enrollment_id=place.enrollment.pk, ended_on=None)
    held = {each.slug: each for each in rows}
    found = []
    for shape in place.shape.specialisations:
        judged = place.verdict.specialisations[shape.slug]
        found.append(Special(shape, held.get(shape.slug), judged.met, share(judged) * 100, reader.parts(judged)))
    return sorted(found, key=lambda special: (special.held is None, -special.filled))
