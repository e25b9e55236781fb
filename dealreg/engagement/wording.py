"""Judgements and whole policies in plain words, in the reader's language. Amounts come as texts: "15000.00"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from dealreg.engagement.checking import Known
from dealreg.engagement.shape import (
    Audience,
    Authorisation,
    Decider,
    Definition,
    Ground,
    Lead,
    Need,
    OwnField,
    Route,
    Segment,
    Sentence,
    Stated,
    When,
)
from dealreg.enums import Askable
from partners.enums import Headcount, Industry
from prm.kernel.fields import bare
from prm.kernel.money import shown
from prm.kernel.questions import YES_NO

SENTENCES = {
    "clean": gettext_lazy("Nothing speaks against it: the customer is new or known for sure, and nobody is before it."),
    "clean_under": gettext_lazy(
        "Nothing speaks against it, and its value is at most %(most)s: the customer is new or known for sure, and "
        "nobody is before it."
    ),
    "not_listed": gettext_lazy("%(country)s is not among the countries of this program."),
    "not_in_profile": gettext_lazy(
        "%(country)s is not among the countries that your company’s profile says it serves."
    ),
    "too_small": gettext_lazy("Its value, %(value)s, is below the minimum of %(least)s."),
    "too_large": gettext_lazy("Its value, %(value)s, is above the maximum of %(most)s."),
    "tier_needed": gettext_lazy("%(family)s takes the tier %(tier)s."),
    "credential_needed": gettext_lazy("%(family)s takes the valid certificate “%(credential)s”."),
    "missing": gettext_lazy("Missing: %(fields)s."),
    "still_missing": gettext_lazy("Asked once, and still missing: %(fields)s."),
    "off": gettext_lazy("This policy approves nothing by rule."),
    "taken": gettext_lazy("A person has taken it up."),
    "lost": gettext_lazy("The partner marked the deal as lost."),
    "likely": gettext_lazy("The customer looks like an account: a person says whether it is the same."),
    "alike": gettext_lazy("Other accounts look like the customer too (%(count)s): a person compares."),
    "customer": gettext_lazy("The customer is among the existing customers."),
    "held": gettext_lazy("Another registration is protected for this customer."),
    "earlier": gettext_lazy("Others registered this customer earlier and wait (%(count)s)."),
    "unsure": gettext_lazy("Which segment it belongs to depends on what isn’t stated: %(fields)s."),
    "lead_direct": gettext_lazy("“%(segment)s” is led by our own sales team."),
    "lead_cosell": gettext_lazy("“%(segment)s” is sold together with our own sales team."),
    "segment_by_person": gettext_lazy("In “%(segment)s” a person decides."),
    "no_rate": gettext_lazy("There is no exchange rate from %(currency)s into %(into)s."),
    "over": gettext_lazy("Its value, %(value)s, is above %(most)s, up to which a rule approves."),
    "tier_for_rule": gettext_lazy("A rule approves from the tier %(tier)s on."),
    "no_contact": gettext_lazy("No contact at the customer is named."),
    "again": gettext_lazy("The same customer was declined %(count)s times within %(days)s days."),
}
LEADS = {
    Lead.PARTNER: gettext_lazy("Partner-led"),
    Lead.DIRECT: gettext_lazy("Direct-led"),
    Lead.COSELL: gettext_lazy("Co-sell"),
}
DECIDERS = {
    Decider.APPROVER: gettext_lazy("Any approver"),
    Decider.MANAGER: gettext_lazy("The partner manager"),
    Decider.SEAT: gettext_lazy("A named person"),
}
GROUNDS = {
    Ground.PROFILE: gettext_lazy("Where the partner’s profile says it is and serves"),
    Ground.LISTED: gettext_lazy("In the countries listed"),
}
STATED = {
    Stated.TERRITORY: gettext_lazy("the territory"),
    Stated.SIZE: gettext_lazy("the size"),
    Stated.AUTHORISATION: gettext_lazy("the authorisation"),
}
AUDIENCES = {
    Audience.BOTH: gettext_lazy("Partner and vendor"),
    Audience.VENDOR: gettext_lazy("Vendor only"),
    Audience.APPROVER: gettext_lazy("Approvers only"),
}
NEEDS = {
    Need.NO: gettext_lazy("May stay empty"),
    Need.SUBMIT: gettext_lazy("Needed to submit"),
    Need.ALWAYS: gettext_lazy("Needed to submit, and never emptied"),
}
SECTIONS = {
    "fields": gettext_lazy("The program’s own fields"),
    "segments": gettext_lazy("Segments"),
    "authorisations": gettext_lazy("Authorisations"),
    "size": gettext_lazy("Size"),
    "territory": gettext_lazy("Territory"),
    "routes": gettext_lazy("Who decides"),
    "holidays": gettext_lazy("Holidays"),
    "automation": gettext_lazy("What a rule does by itself"),
    "limits": gettext_lazy("Limits"),
    "prices": gettext_lazy("Special prices"),
}
_FACTS = {
    "industry": gettext_lazy("the industry"),
    "employees": gettext_lazy("how many people"),
    "country": gettext_lazy("the country"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a policy in words. place: where it stands; clause: the number that it cites."""

    place: str
    name: str
    lines: tuple[str, ...]
    clause: str = ""


def told(sentence: Sentence, known: Known | None = None) -> str:
    """Return why, in words; what the vendor calls a family, a tier or a credential comes from `known`."""
    known, facts = known or Known(), dict(sentence.facts)
    currency = str(facts.get("currency") or "")
    for name in ("value", "least", "most"):
        if facts.get(name) is not None:
            facts[name] = shown(Decimal(facts[name]), currency)
    for name, words in (("family", known.families), ("tier", known.tiers), ("credential", known.credentials)):
        if name in facts:
            facts[name] = words.get(facts[name], facts[name])
    if "country" in facts:
        facts["country"] = country_names([facts["country"]])
    if "fields" in facts:
        facts["fields"] = field_names(facts["fields"], known)
    template = SENTENCES.get(sentence.code)
    return str(template) % facts if template is not None else sentence.code


def sentence_of(data: dict[str, Any]) -> Sentence:
    """Return a sentence as a row keeps it."""
    return Sentence(code=str(data.get("code", "")), facts=dict(data.get("facts", {})))


def field_names(names: Iterable[str], known: Known | None = None) -> str:
    """Return fields in words, divided by commas."""
    asked = {str(value): str(label) for value, label in Askable.choices}
    asked |= {f"own:{slug}": f"“{one.label}”" for slug, one in (known.fields if known else {}).items()}
    return ", ".join(str(_FACTS.get(name, asked.get(name, name))) for name in names)


def country_names(codes: Iterable[str]) -> str:
    """Return countries by name, divided by commas."""
    return ", ".join(str(countries.name(code) or code) for code in codes)


class Teller:
    """Tells one policy: `sections()` returns its parts in words."""

    def __init__(self, definition: Definition, known: Known, currency: str) -> None:
        self.definition, self.known, self.currency = definition, known, currency

    def sections(self) -> dict[str, tuple[Part, ...]]:
        """Return the parts of each section, in order."""
        definition = self.definition
        return {
            "fields": tuple(self._field(at, each) for at, each in enumerate(definition.fields) if self._shows(each)),
            "segments": tuple(self._segment(at, each) for at, each in enumerate(definition.segments)),
            "authorisations": tuple(self._authorisation(at, each) for at, each in enumerate(definition.authorisations)),
            "size": tuple(self._size()),
            "territory": tuple(self._territory()),
            "routes": tuple(self._route(at, each) for at, each in enumerate(definition.routes)),
            "holidays": tuple(self._holidays()),
            "automation": tuple(self._automation()),
            "limits": tuple(self._limits()),
            "prices": tuple(self._prices()),
        }

    def amount(self, amount: Decimal | None) -> str:
        """Return an amount in the vendor's currency."""
        return "" if amount is None else shown(amount, self.currency)

    def _shows(self, own: OwnField) -> bool:
        return not self.known.is_public or own.audience is Audience.BOTH

    def _field(self, at: int, own: OwnField) -> Part:
        kind = f"{own.kind.label}: {' · '.join(own.choices)}." if own.choices else f"{own.kind.label}."
        lines = [kind, f"{NEEDS[own.need]}."]
        if own.least is not None or own.most is not None:
            least, most = bare(own.least or Decimal(0)), bare(own.most) if own.most is not None else _("without end")
            lines[0] = _("%(kind)s from %(least)s to %(most)s %(unit)s") % {
                "kind": own.kind.label,
                "least": least,
                "most": most,
                "unit": own.unit,
            }
        if own.families:
            names = ", ".join(self.known.families.get(each, each) for each in own.families)
            lines.append(_("Only with: %(names)s.") % {"names": names})
        if own.audience is not Audience.BOTH:
            lines.append(f"{AUDIENCES[own.audience]}.")
        return Part(f"fields.{at}", own.label, tuple(lines))

    def _segment(self, at: int, segment: Segment) -> Part:
        who = self.whom(segment.when)
        return Part(f"segments.{at}", segment.name, (f"{LEADS[segment.lead]}. {who}",), segment.clause)

    def whom(self, when: When) -> str:
        """Return which customers a segment takes, as a sentence."""
        if when.is_all:
            return _("Every customer that no other segment takes.")
        said = []
        if when.bands:
            labels = {str(value): str(label) for value, label in Headcount.choices}
            said.append(_("people: %(bands)s") % {"bands": " · ".join(labels[band] for band in when.bands)})
        if when.industries:
            known = {str(value): str(label) for value, label in Industry.choices}
            said.append(_("industry: %(names)s") % {"names": " · ".join(known.get(x, x) for x in when.industries)})
        if when.countries:
            said.append(_("country: %(names)s") % {"names": country_names(when.countries)})
        if when.accounts:
            names = (self.known.accounts.get(each, _("an account")) for each in when.accounts)
            said.append(_("one of the named accounts: %(names)s") % {"names": ", ".join(names)})
        yes_no = {value: str(label) for value, label in YES_NO}
        for each in when.answers:
            label = self.known.fields[each.field].label if each.field in self.known.fields else each.field
            said.append(f"“{label}”: {' · '.join(yes_no.get(value, value) for value in each.values)}")
        return _("Customers with %(what)s.") % {"what": "; ".join(said)}

    def _authorisation(self, at: int, rule: Authorisation) -> Part:
        lines = []
        if rule.tier:
            lines.append(_("At least the tier %(tier)s.") % {"tier": self.known.tiers.get(rule.tier, rule.tier)})
        names = [self.known.credentials.get(each, each) for each in rule.credentials]
        if names:
            lines.append(_("A valid certificate held in the team: %(names)s.") % {"names": ", ".join(names)})
        return Part(
            f"authorisations.{at}", self.known.families.get(rule.family, rule.family), tuple(lines), rule.clause
        )

    def _size(self) -> Iterator[Part]:
        size = self.definition.size
        if size is None:
            return
        lines = []
        if size.least is not None:
            lines.append(_("A deal is worth at least %(amount)s.") % {"amount": self.amount(size.least)})
        if size.most is not None:
            lines.append(_("A deal is worth at most %(amount)s.") % {"amount": self.amount(size.most)})
        lines.append(_("Another currency counts at the rate of the day; without a rate a person decides."))
        yield Part("size", _("Size"), tuple(lines), size.clause)

    def _territory(self) -> Iterator[Part]:
        territory = self.definition.territory
        if territory is None:
            return
        if territory.by is Ground.LISTED:
            line = _("Partners register customers in: %(names)s.") % {"names": country_names(territory.countries)}
        else:
            line = _("Partners register customers where their profile says that they are or serve.")
        yield Part("territory", _("Territory"), (line,), territory.clause)

    def _route(self, at: int, route: Route) -> Part:
        said = []
        if route.segment:
            names = {each.slug: each.name for each in self.definition.segments}
            said.append(_("in “%(segment)s”") % {"segment": names.get(route.segment, route.segment)})
        if route.least is not None:
            said.append(_("from %(amount)s on") % {"amount": self.amount(route.least)})
        if route.countries:
            said.append(_("in %(names)s") % {"names": country_names(route.countries)})
        if route.families:
            names_of = [self.known.families.get(each, each) for each in route.families]
            said.append(_("with %(names)s") % {"names": ", ".join(names_of)})
        who = str(DECIDERS[route.decider])
        if route.seat is not None:
            who = self.known.seats.get(route.seat, who)
        name = _("Registrations %(which)s") % {"which": ", ".join(said)} if said else _("All other registrations")
        hours = ngettext("within %(count)d working hour", "within %(count)d working hours", route.hours)
        return Part(f"routes.{at}", name, (f"{who}, {hours % {'count': route.hours}}.",), route.clause)

    def _holidays(self) -> Iterator[Part]:
        days = [date_format(date.fromisoformat(each), "j N Y") for each in self.definition.holidays]
        if days:
            yield Part("holidays", _("Holidays"), (_("No clock runs on: %(days)s.") % {"days": " · ".join(days)},))

    def _automation(self) -> Iterator[Part]:
        automation = self.definition.automation
        yield Part("automation.approve", _("Approving"), tuple(self._approval()), automation.approve.clause)
        if automation.decline:
            names = ", ".join(str(STATED[each]) for each in automation.decline)
            line = _("What is against %(names)s as the partner states it is declined at once. Never for a likeness.")
            yield Part("automation.decline", _("Declining"), (line % {"names": names},))
        if automation.ask.is_on:
            line = _("What is empty is asked for at once: %(fields)s.")
            fields = {"fields": field_names(automation.ask.fields)}
            yield Part("automation.ask", _("Asking"), (line % fields,), automation.ask.clause)

    def _approval(self) -> Iterator[str]:
        approval = self.definition.automation.approve
        if not approval.is_on:
            yield _("Off: a person approves.")
            return
        yield _(
            "A registration is approved at once where the customer is new or known for sure and not an existing "
            "customer, nobody registered it earlier and nobody is protected."
        )
        if approval.segments:
            names = {each.slug: each.name for each in self.definition.segments}
            yield _("Only in: %(names)s.") % {"names": ", ".join(names.get(each, each) for each in approval.segments)}
        if approval.most is not None:
            yield _("Only up to %(amount)s.") % {"amount": self.amount(approval.most)}
        if approval.tier:
            tier = self.known.tiers.get(approval.tier, approval.tier)
            yield _("Only for partners from the tier %(tier)s on.") % {"tier": tier}
        if approval.contact:
            yield _("Only where a contact at the customer is named.")

    def _limits(self) -> Iterator[Part]:
        limits = self.definition.limits
        if limits is None:
            return
        lines = []
        if limits.open is not None:
            lines.append(
                _("A partner has at most %(count)d registrations that wait or are protected.") % {"count": limits.open}
            )
        if limits.resubmissions is not None:
            lines.append(
                _("After a decline the same customer is registered again at most %(count)d times within %(days)d days.")
                % {"count": limits.resubmissions, "days": limits.days}
            )
        yield Part("limits", _("Limits"), tuple(lines), limits.clause)

    def _prices(self) -> Iterator[Part]:
        prices = self.definition.prices
        if prices is not None:
            figures = {"approver": bare(prices.approver), "manager": bare(prices.manager)}
            line = _(
                "Approvers decide on a special price up to %(approver)s%% off the list, partner managers up to "
                "%(manager)s%%."
            )
            yield Part("prices", _("Special prices"), (line % figures,), prices.clause)
