"""What the program's own fields can't be, nor a segment that depends on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from dealreg.engagement.faults import Fault
from dealreg.engagement.shape import Audience, Definition, Need, OwnField, Segment
from prm.kernel.fields import bare
from prm.kernel.questions import CHOSEN, Kind

MOST_FIELDS = 40


def check_fields(definition: Definition, families: Mapping[str, str]) -> Iterator[Fault]:
    """Yield what is wrong with the own fields. families: the vendor's, by code."""
    found = definition.fields
    if len(found) > MOST_FIELDS:
        yield Fault("fields", _("At most %(most)d fields of your own.") % {"most": MOST_FIELDS})
    for slug, times in Counter(each.slug for each in found).items():
        if times > 1:
            yield Fault("fields", _("“%(slug)s” is there twice. Each needs a name of its own.") % {"slug": slug})
    for at, own in enumerate(found):
        yield from _field(own, f"fields.{at}", families)


def _field(own: OwnField, place: str, families: Mapping[str, str]) -> Iterator[Fault]:
    who = {"label": own.label}
    if own.kind in CHOSEN and len(set(own.choices)) < 2:
        yield Fault(f"{place}.choices", _("“%(label)s” needs at least two choices, one per line.") % who)
    if own.kind not in CHOSEN and own.choices:
        yield Fault(f"{place}.choices", _("“%(label)s” takes no choices: its answer isn’t chosen.") % who)
    if own.kind is not Kind.NUMBER and (own.least is not None or own.most is not None or own.unit):
        yield Fault(f"{place}.least", _("“%(label)s”: only a number has limits and a unit.") % who)
    if own.least is not None and own.most is not None and own.least > own.most:
        words = _("“%(label)s”: the least, %(least)s, is above the most, %(most)s.")
        yield Fault(f"{place}.most", words % {**who, "least": bare(own.least), "most": bare(own.most)})
    if own.audience is not Audience.BOTH and own.need is not Need.NO:
        yield Fault(f"{place}.need", _("“%(label)s”: the partner can’t be made to answer what it doesn’t see.") % who)
    if own.audience is not Audience.BOTH and own.kind is Kind.FILE:
        yield Fault(f"{place}.kind", _("“%(label)s”: both sides see the files of a deal.") % who)
    for code in own.families:
        if code not in families:
            words = _("“%(label)s” names “%(value)s”, which is none of your product families.")
            yield Fault(f"{place}.families", words % {**who, "value": code})


def check_answered(segment: Segment, place: str, definition: Definition) -> Iterator[Fault]:
    """Yield what is wrong with a segment's conditions over own fields."""
    fields, who = {each.slug: each for each in definition.fields}, {"clause": segment.clause, "name": segment.name}
    for condition in segment.when.answers:
        own = fields.get(condition.field)
        if own is None or not own.decides:
            words = _("Clause %(clause)s: “%(name)s” depends on “%(field)s”, which partners don’t choose.")
            yield Fault(place, words % {**who, "field": own.label if own else condition.field})
        elif not condition.values or not set(condition.values) <= set(own.values):
            words = _("Clause %(clause)s: “%(name)s” waits for an answer to “%(field)s” that there isn’t.")
            yield Fault(place, words % {**who, "field": own.label})


def wanted(segment: Segment, slug: str) -> tuple[str, ...]:
    """Return the answers to an own field that a segment takes; none where it takes all."""
    return next((each.values for each in segment.when.answers if each.field == slug), ())
