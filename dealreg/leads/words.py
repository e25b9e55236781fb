"""Reasons in words: why a lead is promising, why this partner, and why you."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_countries import countries

from partners.enums import Industry

LABELS = {
    "territory": gettext_lazy("Territory"),
    "skill": gettext_lazy("Skill"),
    "tier": gettext_lazy("Tier"),
    "capacity": gettext_lazy("Capacity"),
    "conversion": gettext_lazy("Leads that became deals"),
    "answers": gettext_lazy("Offers accepted"),
    "email": gettext_lazy("Address"),
    "phone": gettext_lazy("Phone"),
    "size": gettext_lazy("Size"),
    "value": gettext_lazy("Value"),
    "message": gettext_lazy("Message"),
    "products": gettext_lazy("Products"),
    "source": gettext_lazy("Source"),
}
BARRED = {
    "territory": gettext_lazy("Outside its territory"),
    "capacity": gettext_lazy("Has as many open leads as it may"),
    "fit": gettext_lazy("Fits less than the rules ask for"),
    "asked": gettext_lazy("Was offered it before"),
}
_POINTS = {
    "email": (gettext_lazy("An address at work."), gettext_lazy("No address at work.")),
    "phone": (gettext_lazy("A phone number is known."), gettext_lazy("No phone number.")),
    "size": (gettext_lazy("The company’s size is known."), gettext_lazy("Nobody knows how large the company is.")),
    "value": (gettext_lazy("The value was estimated."), gettext_lazy("No value was estimated.")),
    "message": (gettext_lazy("It says what is wanted."), gettext_lazy("It doesn’t say what is wanted.")),
    "products": (gettext_lazy("Products are named."), gettext_lazy("No products are named.")),
    "source": (
        gettext_lazy("Where it comes from: a form says most, a list least."),
        gettext_lazy("The source says little."),
    ),
}


def label_of(code: str) -> str:
    """Return what a reason is called."""
    return str(LABELS.get(code, code))


def scored_words(reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a lead's reasons, as `onboarding/reasons.html` takes them."""
    return [
        {
            "name": label_of(each["code"]),
            "weight": each["most"],
            "earned": each["earned"],
            "known": bool(each["earned"]),
            "sentence": str(_POINTS[each["code"]][not each["earned"]]) if each["code"] in _POINTS else "",
        }
        for each in reasons
    ]


def fit_words(reasons: Iterable[Mapping[str, Any]], *, to_partner: bool) -> list[dict[str, Any]]:
    """Return an offer's reasons in words: to the partner of itself, or of it to the vendor."""
    return [
        {
            "name": label_of(each["code"]),
            "weight": round(each["most"]),
            "earned": round(each["earned"]),
            "known": True,
            "sentence": sentence(each["code"], each.get("facts", {}), to_partner=to_partner),
        }
        for each in reasons
    ]


def fit_line(reasons: Iterable[Mapping[str, Any]], *, to_partner: bool, most: int = 2) -> str:
    """Return what speaks most for a fit, in one line."""
    best = sorted(reasons, key=lambda each: (-each["earned"], each["code"]))[:most]
    said = [sentence(each["code"], each.get("facts", {}), to_partner=to_partner) for each in best]
    return " ".join(said)


def sentence(code: str, facts: Mapping[str, Any], *, to_partner: bool) -> str:
    """Return a reason of a fit as one sentence."""
    say = _SENTENCES.get(code)
    return say(facts, to_partner=to_partner) if say else ""


def _territory(facts: Mapping[str, Any], *, to_partner: bool) -> str:
    named = {"country": str(countries.name(facts.get("country", ""))) or str(facts.get("country", ""))}
    if facts.get("home"):
        return (_("You are at home in %(country)s.") if to_partner else _("At home in %(country)s.")) % named
    if not facts.get("serves", True):
        return (
            _("%(country)s is outside your territory.") % named
            if to_partner
            else _("%(country)s is outside its territory.") % named
        )
    return (_("You serve %(country)s.") if to_partner else _("Serves %(country)s.")) % named


def _skill(facts: Mapping[str, Any], *, to_partner: bool) -> str:
    known = []
    if facts.get("industry") and facts.get("knows"):
        known.append(str(Industry(facts["industry"]).label))
    known += [str(name) for name in facts.get("families", ())]
    if known:
        words = _("You know %(what)s.") if to_partner else _("Knows %(what)s.")
        return words % {"what": ", ".join(known)}
    if facts.get("held"):
        words = ngettext("%(count)d certificate held.", "%(count)d certificates held.", facts["held"])
        return words % {"count": facts["held"]}
    return _("Nothing is known of its industry or products.")


def _tier(facts: Mapping[str, Any], *, to_partner: bool) -> str:
    if not facts.get("tier"):
        return _("You hold no tier yet.") if to_partner else _("Holds no tier yet.")
    return (_("You hold %(tier)s.") if to_partner else _("Holds %(tier)s.")) % facts


def _capacity(facts: Mapping[str, Any], *, to_partner: bool) -> str:
    yours, its = _("You have %(open)d of %(most)d open leads."), _("Has %(open)d of %(most)d open leads.")
    return (yours if to_partner else its) % facts


def _conversion(facts: Mapping[str, Any], *, to_partner: bool) -> str:
    if not facts.get("accepted"):
        return _("No lead was accepted yet: counted as usual.")
    if to_partner:
        return _("%(converted)d of the %(accepted)d leads that you accepted became deals.") % facts
    return _("%(converted)d of %(accepted)d accepted leads became deals.") % facts


def _answers(facts: Mapping[str, Any], *, to_partner: bool) -> str:
    if not facts.get("answered"):
        return _("No lead was offered yet: counted as usual.")
    if to_partner:
        return _("You accepted %(accepted)d of %(answered)d leads.") % facts
    return _("Accepted %(accepted)d of %(answered)d offers.") % facts


_SENTENCES = {
    "territory": _territory,
    "skill": _skill,
    "tier": _tier,
    "capacity": _capacity,
    "conversion": _conversion,
    "answers": _answers,
}
