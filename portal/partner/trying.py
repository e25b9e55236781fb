"""“What if” on the tier page: a form over the figures that the next tiers ask for, and what changed ones would make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.fields import AmountField
from portal.partner.standing_parts import brought, gains, listed
from prm.kernel.money import shown
from standing.enums import BenefitKind
from standing.limits import limits
from standing.registry import MEASURES
from standing.scheme import evaluate
from standing.trying import Lever, Step, levers, tried, way_to
from standing.words import bare, figure_name, held_words, missing_for, step_words

if TYPE_CHECKING:
    from django.forms import BoundField

    from standing.reports import Place
    from standing.scheme import Figure
    from standing.scheme.evaluating import Value
    from standing.words import Labels

HUNDRED = Decimal(100)
STEPS = 40
"""Into how many steps a slider is divided."""
Pipeline = Mapping[str, Decimal]
"""Open deals of the enrollment, by currency."""


class MoreField(AmountField):
    """How much more of a figure is tried, up to a bound."""

    def __init__(self, lever: Lever, currency: str, **kwargs: Any) -> None:
        self.lever, self.currency = lever, currency
        super().__init__(required=False, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "size": "8", "class": "in", "placeholder": "0"}

    def clean(self, value: Any) -> Decimal | None:
        """Return it.

        Raises:
            ValidationError: not an amount, below zero, or beyond the bound.
        """
        more = super().clean(value)
        if more is not None and more > self.lever.most:
            most = bare(self.lever.most, self.lever.figure, self.currency)
            raise ValidationError(_("At most %(most)s can be tried.") % {"most": most}, code="too_much")
        return more


class ValuesField(forms.MultipleChoiceField):
    """Which further values of a set are tried."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": gettext_lazy("“%(value)s” isn’t asked for here.")}


class TryForm(forms.Form):
    """Changes of figures. Its fields are the levers, so that it asks for nothing that no tier needs."""

    use_required_attribute = False

    def __init__(self, place: Place, aim: int, data: Any = None) -> None:
        super().__init__(data, auto_id="try_%s")
        self.place = place
        self.levers: dict[str, Lever] = {}
        for lever in levers(place.shape, place.values, place.held, aim):
            key = self._free(key_of(lever.figure))
            self.levers[key] = lever
            self.fields[key] = _field(lever, place.currency, place.labels)

    def _free(self, key: str) -> str:
        further = sum(known == key or known.startswith(f"{key}~") for known in self.levers)
        return f"{key}~{further + 1}" if further else key

    def changes(self) -> dict[Figure, Value]:
        """Return what is tried, once the form is valid."""
        found: dict[Figure, Value] = {}
        for key, lever in self.levers.items():
            given = self.cleaned_data.get(key)
            if given:
                found[lever.figure] = tuple(given) if lever.values else (-given if lever.down else given)
        return found

    @property
    def slides(self) -> list[Slide]:
        """The fields that something open asks for; all of them where nothing is open."""
        return [slide for slide in self._slides if slide.lever.opened] or self._slides

    @property
    def further(self) -> list[Slide]:
        """The other fields."""
        return [slide for slide in self._slides if slide not in self.slides]

    @property
    def further_given(self) -> bool:
        """Whether something was typed into one of these."""
        return any(slide.bound.value() for slide in self.further)

    @cached_property
    def _slides(self) -> list[Slide]:
        return [Slide(self[key], lever, self.place.currency) for key, lever in self.levers.items()]

    def query_of(self, steps: list[Step]) -> str:
        """Return the query string that tries steps."""
        keys = {lever.figure: key for key, lever in self.levers.items()}
        pairs: list[tuple[str, str]] = []
        for step in steps:
            key = keys.get(step.figure)
            if key is None:
                return ""
            values = step.more if isinstance(step.more, tuple) else (f"{abs(step.more).normalize():f}",)
            pairs += [(key, value) for value in values]
        return urlencode(pairs)


@dataclass(frozen=True, slots=True)
class Slide:
    """A field with its slider."""

    bound: BoundField
    lever: Lever
    currency: str

    @property
    def is_set(self) -> bool:
        """Whether one ticks values."""
        return bool(self.lever.values)

    @property
    def has(self) -> str:
        """What there is, in words."""
        if not isinstance(self.lever.has, Decimal):
            return _("earns points")
        return _("you have %(value)s") % {"value": bare(self.lever.has, self.lever.figure, self.currency)}

    @property
    def most(self) -> str:
        """Up to where it goes, in words."""
        return _("up to %(value)s") % {"value": bare(self.lever.most, self.lever.figure, self.currency)}

    @property
    def top(self) -> str:
        """The slider's end."""
        return f"{self.lever.most.normalize():f}"

    @property
    def step(self) -> str:
        """The slider's step."""
        step = self.lever.most / STEPS
        return f"{(step if step > 1 else Decimal(1)).normalize():f}"

    @property
    def at(self) -> str:
        """Where the slider stands."""
        typed = str(self.bound.value() or "0")
        return typed if typed.replace(".", "", 1).isdigit() else "0"


def key_of(figure: Figure) -> str:
    """Return a figure's name in addresses."""
    window = f"-{figure.months}m" if figure.months else f"-{figure.days}d" if figure.days else ""
    return f"{figure.measure.replace('.', '-')}{window}"


def _field(lever: Lever, currency: str, labels: Labels) -> forms.Field:
    label = figure_name(lever.figure, labels)
    if lever.values:
        return ValuesField(
            label=label, required=False, choices=[(each, held_words([each], labels)) for each in lever.values]
        )
    words = _("Less: %(name)s") if lever.down else "%(name)s"
    money = MEASURES[lever.figure.measure].unit == "money"
    label = words % {"name": label} + (f" ({currency})" if money else "")
    return MoreField(lever, currency, label=label)


# -- What comes of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was tried makes. rises: whether it is more than what one holds. notes: why more of it adds nothing."""

    title: str
    rises: bool
    text: str = ""
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    money: str = ""
    total: Decimal | None = None
    more_total: Decimal | None = None
    try_query: str = ""


def outcome_of(place: Place, changes: Mapping[Figure, Value], pipeline: Pipeline, aim: int) -> Outcome:
    """Return what changes make, and what is missing for the tier that one looks at.

    A tier falls at a review only: it never says less than what one holds.
    """
    verdict = evaluate(place.shape, tried(place.values, changes, place.shape))
    tiers, scored = place.shape.tiers, bool(place.shape.categories)
    rank = max(verdict.rank, place.held)
    held = tiers[place.held - 1] if place.held else None
    said: dict[str, Any] = {"notes": tuple(limits(place.shape, place.values, changes))}
    if scored:
        said |= {"total": verdict.total, "more_total": verdict.total - place.verdict.total}
    missing = tuple(missing_for(place.shape, verdict, aim, place.currency, place.labels))
    if rank > place.held:
        return Outcome(
            title=_("That makes %(tier)s.") % {"tier": tiers[rank - 1].name},
            rises=True,
            text=gains(held, tiers[rank - 1]),
            money=money_words(place, rank, pipeline),
            missing=missing,
            **said,
        )
    secured = place.falls_short and verdict.rank >= place.earned
    if secured:
        title = _("That keeps %(tier)s at the review.") % {"tier": tiers[place.earned - 1].name}
        return Outcome(title=title, rises=True, missing=missing, **said)
    title = _("Not %(tier)s yet.") % {"tier": tiers[aim - 1].name}
    return Outcome(title=title, rises=False, missing=missing, **said)


def suggestion_for(place: Place, form: TryForm, rank: int, pipeline: Pipeline) -> Outcome | None:
    """Return the shortest way to a tier; None where it is reached, or where figures alone can't."""
    if place.verdict.rank >= rank:
        return None
    way = way_to(place.shape, place.values, rank)
    if not way:
        return None
    words = listed([step_words(step.figure, step.more, place.currency, place.labels) for step in way])
    sentence = _("%(step)s makes %(tier)s.") if len(way) == 1 else _("%(step)s make %(tier)s.")
    held = place.shape.tiers[place.held - 1] if place.held else None
    return Outcome(
        title=sentence % {"step": words, "tier": place.shape.tiers[rank - 1].name},
        rises=True,
        text=gains(held, place.shape.tiers[rank - 1]),
        money=money_words(place, rank, pipeline),
        try_query=form.query_of(way),
    )


def money_words(place: Place, rank: int, pipeline: Pipeline) -> str:
    """Return what the further discount of a tier would be worth on a pipeline like today's; "" where there is none."""
    held = place.shape.tiers[place.held - 1] if place.held else None
    points = brought(place.shape.tiers[rank - 1], BenefitKind.DISCOUNT) - brought(held, BenefitKind.DISCOUNT)
    worth = [shown((value * points / HUNDRED).quantize(Decimal(1)), currency) for currency, value in pipeline.items()]
    if points <= 0 or not worth:
        return ""
    words = {
        "points": f"{points.normalize():f}",
        "pipeline": listed([shown(value.quantize(Decimal(1)), currency) for currency, value in pipeline.items()]),
        "worth": listed(worth),
    }
    return _("On an open pipeline like today’s %(pipeline)s, %(points)s points of discount are %(worth)s.") % words
