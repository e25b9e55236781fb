"""What a policy can't be: refused with the sentence that explains it, before anybody relies on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries

from dealreg.engagement.checking_fields import check_answered, check_fields, wanted
from dealreg.engagement.faults import Fault, PolicyRefused
from dealreg.engagement.shape import BANDS, Decider, Definition, Ground, Lead, OwnField, Route, Segment, Stated
from dealreg.enums import Askable
from partners.enums import Industry

ASKED_BY_RULE = tuple(str(name) for name in Askable.values if name not in {Askable.VALUE, Askable.CLOSE_DATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What exists at the vendor, by the names that a policy uses: slug or code to words. clauses: of the version.

    fields: the version's own, by slug. is_public: whether a partner reads, who learns nothing of the vendor's fields.
    """

    clauses: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[int, str] = field(default_factory=dict)
    seats: Mapping[int, str] = field(default_factory=dict)
    fields: Mapping[str, OwnField] = field(default_factory=dict)
    is_public: bool = False


def check(definition: Definition, known: Known) -> None:
    """Refuse what can't work.

    Raises:
        PolicyRefused: with every fault.
    """
    faults = [
        *check_fields(definition, known.families),
        *_segments(definition, known),
        *_authorisations(definition, known),
        *_size(definition),
        *_territory(definition),
        *_routes(definition, known),
        *_automation(definition, known),
        *_limits(definition),
        *_prices(definition),
        *_clauses(definition, known),
    ]
    if faults:
        raise PolicyRefused(faults)


def cited(definition: Definition) -> Iterator[tuple[str, str, str]]:
    """Yield every clause that a rule cites: the rule's place, its name in words, and the number."""
    for at, segment in enumerate(definition.segments):
        yield f"segments.{at}.clause", segment.name, segment.clause
    for at, rule in enumerate(definition.authorisations):
        yield f"authorisations.{at}.clause", _("Authorisation for %(family)s") % {"family": rule.family}, rule.clause
    for at, route in enumerate(definition.routes, 1):
        yield f"routes.{at - 1}.clause", _("Route %(number)d") % {"number": at}, route.clause
    if definition.size is not None:
        yield "size.clause", _("Size"), definition.size.clause
    if definition.territory is not None:
        yield "territory.clause", _("Territory"), definition.territory.clause
    if definition.limits is not None:
        yield "limits.clause", _("Limits"), definition.limits.clause
    if definition.prices is not None:
        yield "prices.clause", _("Special prices"), definition.prices.clause
    automation = definition.automation
    if automation.approve.is_on:
        yield "automation.approve.clause", _("Approval by rule"), automation.approve.clause
    if automation.ask.is_on:
        yield "automation.ask.clause", _("Asking by rule"), automation.ask.clause


def _clauses(definition: Definition, known: Known) -> Iterator[Fault]:
    for place, name, clause in cited(definition):
        if not clause:
            yield Fault(place, _("“%(name)s” cites no clause: say on which one it rests.") % {"name": name})
        elif clause not in known.clauses:
            words = _("“%(name)s” cites clause %(clause)s, which this version doesn’t have.")
            yield Fault(place, words % {"name": name, "clause": clause[:20]})


def _segments(definition: Definition, known: Known) -> Iterator[Fault]:
    segments = definition.segments
    if not segments:
        return
    for slug, times in Counter(each.slug for each in segments).items():
        if times > 1:
            yield Fault("segments", _("“%(slug)s” is there twice. Each needs a name of its own.") % {"slug": slug})
    for at, segment in enumerate(segments):
        yield from _values(segment, f"segments.{at}.when", known)
        yield from check_answered(segment, f"segments.{at}.when.answers", definition)
    last = segments[-1]
    if not last.when.is_all:
        words = _(
            "Clause %(clause)s: the last segment, “%(name)s”, must take every customer that no other takes. "
            "Otherwise there is a gap."
        )
        yield Fault("segments", words % {"clause": last.clause, "name": last.name})
    yield from _unreached(segments, definition)


def _values(segment: Segment, place: str, known: Known) -> Iterator[Fault]:
    when, who = segment.when, {"clause": segment.clause, "name": segment.name}
    if when.employees_from and when.employees_to and not when.bands:
        words = _("Clause %(clause)s: “%(name)s” begins above where it ends. Exchange the two sizes.")
        yield Fault(f"{place}.employees_to", words % who)
    asked: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
        ("industries", when.industries, Industry.values),
        ("countries", when.countries, dict(countries)),
        ("accounts", when.accounts, known.accounts),
    )
    for name, values, choices in asked:
        for value in values:
            if value not in choices:
                words = _("Clause %(clause)s: “%(name)s” names “%(value)s”, which isn’t known.")
                yield Fault(f"{place}.{name}", words % {**who, "value": value})


def _unreached(segments: tuple[Segment, ...], definition: Definition) -> Iterator[Fault]:
    """Yield segments that never hold, because those before them take every customer that they would."""
    taken = [_points(segment, segments, definition) for segment in segments]
    for at, mine in enumerate(taken):
        if mine and not mine - set().union(*taken[:at]):
            before = next((segments[n] for n in range(at) if mine <= taken[n]), None)
            who = {"clause": segments[at].clause, "name": segments[at].name}
            if before is None:
                words = _("Clause %(clause)s: “%(name)s” is never reached: those before it take all its customers.")
            else:
                words = _("Clause %(clause)s: “%(name)s” is never reached: “%(before)s” takes all its customers first.")
            facts = {**who, "before": before.name if before else ""}
            yield Fault(f"segments.{at}.when", words % facts)


def _points(segment: Segment, segments: tuple[Segment, ...], definition: Definition) -> set[tuple[Any, ...]]:
    """Return which kinds of customer a segment takes.

    Values that all segments treat alike are one kind, so there are few kinds, and none is left out.
    """
    when = segment.when
    axes: list[tuple[tuple[Any, ...], list[tuple[Any, ...]], tuple[Any, ...]]] = [
        (when.bands, [each.when.bands for each in segments], BANDS),
        (when.industries, [each.when.industries for each in segments], tuple(Industry.values)),
        (when.countries, [each.when.countries for each in segments], tuple(dict(countries))),
        # There are always more accounts than are named.
        (when.accounts, [each.when.accounts for each in segments], (0, *_named(segments))),
        *(
            (wanted(segment, own.slug), [wanted(each, own.slug) for each in segments], own.values)
            for own in definition.fields
            if any(wanted(each, own.slug) for each in segments)
        ),
    ]
    return set(product(*(_kinds(mine, everyones, values) for mine, everyones, values in axes)))


def _named(segments: tuple[Segment, ...]) -> list[int]:
    return sorted({account for each in segments for account in each.when.accounts})


def _kinds(mine: tuple[Any, ...], everyones: list[tuple[Any, ...]], values: tuple[Any, ...]) -> set[tuple[bool, ...]]:
    alike = {value: tuple(value in each if each else True for each in everyones) for value in values}
    return {kind for value, kind in alike.items() if not mine or value in mine}


def _authorisations(definition: Definition, known: Known) -> Iterator[Fault]:
    for family, times in Counter(each.family for each in definition.authorisations).items():
        if times > 1:
            words = _("What “%(family)s” needs stands there twice. Put it into one.")
            yield Fault("authorisations", words % {"family": known.families.get(family, family)})
    for at, rule in enumerate(definition.authorisations):
        place, who = f"authorisations.{at}", {"clause": rule.clause}
        asked = (
            ("family", (rule.family,), known.families),
            ("tier", (rule.tier,) if rule.tier else (), known.tiers),
            ("credentials", rule.credentials, known.credentials),
        )
        for name, values, choices in asked:
            for value in values:
                if value not in choices:
                    words = _("Clause %(clause)s: “%(value)s” isn’t known.")
                    yield Fault(f"{place}.{name}", words % {**who, "value": value})
        if not rule.tier and not rule.credentials:
            words = _("Clause %(clause)s: say which tier or which credential %(family)s needs.")
            yield Fault(place, words % {**who, "family": known.families.get(rule.family, rule.family)})


def _size(definition: Definition) -> Iterator[Fault]:
    size = definition.size
    if size is None:
        return
    if size.least is None and size.most is None:
        yield Fault("size.least", _("Clause %(clause)s: say the least or the most.") % {"clause": size.clause})
    elif size.least is not None and size.most is not None and size.least > size.most:
        words = _("Clause %(clause)s: the least, %(least)s, is above the most, %(most)s.")
        yield Fault("size.most", words % {"clause": size.clause, "least": size.least, "most": size.most})


def _territory(definition: Definition) -> Iterator[Fault]:
    territory = definition.territory
    if territory is None:
        return
    who, known = {"clause": territory.clause}, dict(countries)
    if territory.by is Ground.LISTED and not territory.countries:
        yield Fault("territory.countries", _("Clause %(clause)s: list the countries.") % who)
    for code in territory.countries:
        if code not in known:
            words = _("Clause %(clause)s: “%(value)s” is not a country.")
            yield Fault("territory.countries", words % {**who, "value": code})


def _routes(definition: Definition, known: Known) -> Iterator[Fault]:
    slugs, every = {each.slug for each in definition.segments}, dict(countries)
    for at, route in enumerate(definition.routes):
        place, who = f"routes.{at}", {"clause": route.clause}
        asked: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
            ("segment", (route.segment,) if route.segment else (), slugs),
            ("countries", route.countries, every),
            ("families", route.families, known.families),
            ("seat", (route.seat,) if route.seat is not None else (), known.seats),
        )
        for name, values, choices in asked:
            for value in values:
                if value not in choices:
                    words = _("Clause %(clause)s: “%(value)s” isn’t known.")
                    yield Fault(f"{place}.{name}", words % {**who, "value": value})
        if (route.decider is Decider.SEAT) != (route.seat is not None):
            yield Fault(f"{place}.seat", _("Clause %(clause)s: say which person decides.") % who)
        before = next((n for n, other in enumerate(definition.routes[:at], 1) if _covers(other, route)), None)
        if before is not None:
            words = _("Clause %(clause)s: this route is never reached: route %(before)d takes all of it first.")
            yield Fault(place, words % {**who, "before": before})


def _covers(before: Route, route: Route) -> bool:
    """Whether an earlier route takes everything that a later one would."""
    pairs = ((before.countries, route.countries), (before.families, route.families))
    wide = all(not mine or (theirs and set(theirs) <= set(mine)) for mine, theirs in pairs)
    above = before.least is None or (route.least is not None and route.least >= before.least)
    return bool(wide and above and before.segment in {"", route.segment})


def _automation(definition: Definition, known: Known) -> Iterator[Fault]:
    approval, asking = definition.automation.approve, definition.automation.ask
    leads, who = {each.slug: each for each in definition.segments}, {"clause": approval.clause}
    for slug in approval.segments:
        place = "automation.approve.segments"
        if slug not in leads:
            yield Fault(place, _("Clause %(clause)s: “%(value)s” is no segment.") % {**who, "value": slug})
        elif leads[slug].lead is not Lead.PARTNER:
            words = _("Clause %(clause)s: “%(name)s” isn’t led by partners, so a person decides there.")
            yield Fault(place, words % {**who, "name": leads[slug].name})
    if approval.tier and approval.tier not in known.tiers:
        words = _("Clause %(clause)s: “%(value)s” is no tier.")
        yield Fault("automation.approve.tier", words % {**who, "value": approval.tier})
    if asking.is_on and not asking.fields:
        yield Fault("automation.ask.fields", _("Clause %(clause)s: say what is asked for.") % {"clause": asking.clause})
    for name in asking.fields:
        if name not in ASKED_BY_RULE:
            words = _("Clause %(clause)s: “%(value)s” can’t be asked for by rule.")
            yield Fault("automation.ask.fields", words % {"clause": asking.clause, "value": name})
    there = {
        Stated.TERRITORY: definition.territory is not None,
        Stated.SIZE: definition.size is not None,
        Stated.AUTHORISATION: bool(definition.authorisations),
    }
    for about in definition.automation.decline:
        if not there[about]:
            words = _("Declining by rule for %(about)s is on, but this version has no such rule.")
            yield Fault("automation.decline", words % {"about": about})


def _limits(definition: Definition) -> Iterator[Fault]:
    limits = definition.limits
    if limits is not None and limits.open is None and limits.resubmissions is None:
        yield Fault("limits.open", _("Clause %(clause)s: say at least one limit.") % {"clause": limits.clause})


def _prices(definition: Definition) -> Iterator[Fault]:
    prices = definition.prices
    if prices is not None and not prices.approver <= prices.manager <= 100:
        words = _("Clause %(clause)s: managers decide up to at least as much as approvers, and at most 100 percent.")
        yield Fault("prices.manager", words % {"clause": prices.clause})
