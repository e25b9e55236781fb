"""Mails about leads, and the lines behind the bell. To a partner they say no more than the offer tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing import Letter, mail_template
from activity.registry import NoticeGroup, notice
from prm.kernel.actors import Role

LEADS = NoticeGroup("leads", gettext_lazy("Leads"))
WORKERS = frozenset({Role.ADMINISTRATOR, Role.SALES})
GIVERS = frozenset({Role.MANAGER, Role.APPROVER})

OFFERED = notice(
    "lead.offered",
    gettext_lazy("{vendor} offers you a lead: {what}"),
    icon="lead",
    group=LEADS,
    label=gettext_lazy("A vendor offers you a lead"),
    mail="lead_offered",
    roles=WORKERS,
)
GONE = notice(
    "lead.gone",
    gettext_lazy("The lead {what} is taken"),
    icon="lead",
    group=LEADS,
    label=gettext_lazy("A lead that was offered to you is taken"),
    default=Cadence.HOURLY,
    roles=WORKERS,
)
LAPSED = notice(
    "lead.lapsed",
    gettext_lazy("The lead {what} went on: nobody answered in time"),
    icon="clock",
    tone="warn",
    group=LEADS,
    label=gettext_lazy("A lead that you didn’t answer went on"),
    default=Cadence.DAILY,
    roles=WORKERS,
)
REMINDED = notice(
    "lead.reminded",
    gettext_lazy("{vendor}’s lead waits for your first contact: {what}"),
    icon="clock",
    tone="warn",
    group=LEADS,
    label=gettext_lazy("A lead of yours waits for the first contact"),
    mail="lead_reminded",
    roles=WORKERS,
)
RECALLED = notice(
    "lead.recalled",
    gettext_lazy("{vendor} took a lead back: {what}"),
    icon="undo",
    tone="warn",
    group=LEADS,
    label=gettext_lazy("A vendor took a lead back"),
    mail="lead_recalled",
    roles=WORKERS,
)
ARRIVED = notice(
    "lead.arrived",
    gettext_lazy("A lead came in: {company}"),
    icon="lead",
    group=LEADS,
    label=gettext_lazy("A lead came in that waits for a person"),
    default=Cadence.HOURLY,
    roles=GIVERS,
)
ACCEPTED = notice(
    "lead.accepted",
    gettext_lazy("{partner} accepted {company}"),
    icon="ok",
    tone="good",
    group=LEADS,
    label=gettext_lazy("A partner accepted a lead"),
    default=Cadence.DAILY,
    roles=GIVERS,
)
DECLINED = notice(
    "lead.declined",
    gettext_lazy("{partner} declined {company}: {reason}"),
    icon="no",
    group=LEADS,
    label=gettext_lazy("A partner declined a lead"),
    default=Cadence.DAILY,
    roles=GIVERS,
)
RETURNED = notice(
    "lead.returned",
    gettext_lazy("{partner} gave {company} back: {reason}"),
    icon="undo",
    tone="warn",
    group=LEADS,
    label=gettext_lazy("A partner gave a lead back"),
    mail="lead_returned",
    roles=GIVERS,
)
CAME_BACK = notice(
    "lead.came_back",
    gettext_lazy("Nobody took {company}: choose another partner"),
    icon="undo",
    tone="warn",
    group=LEADS,
    label=gettext_lazy("A lead that you gave to a partner came back"),
    mail="lead_came_back",
    roles=GIVERS,
)
EXHAUSTED = notice(
    "lead.exhausted",
    gettext_lazy("Nobody is left for {company}"),
    icon="warn",
    tone="warn",
    group=LEADS,
    label=gettext_lazy("Nobody is left for a lead"),
    mail="lead_exhausted",
    roles=GIVERS,
)
CONVERTED = notice(
    "lead.converted",
    gettext_lazy("{partner} made {company} a deal"),
    icon="deal",
    tone="good",
    group=LEADS,
    label=gettext_lazy("A lead became a deal"),
    default=Cadence.DAILY,
    roles=GIVERS,
)

_BRAND = {"name": "Northwind Robotics", "hue": 222, "chroma": 0.095}
OFFER_SAMPLE = {
    "what": "Robots, Germany",
    "partner": "Brightpath",
    "vendor": "Northwind Robotics",
    "industry": "Food and beverages",
    "size": "51 to 250",
    "band": "High",
    "fit": 82,
    "why": "You are at home in Germany. You know Food and beverages, Robots.",
    "until": "2026-11-26T12:00:00+00:00",
    "reason": "no first contact in time",
    "path": "/portal/leads/7d1f4a4e-6a1e-4d0c-9b52-0f3b5f5f9f10/",
    "brand": _BRAND,
}
LEAD_SAMPLE = {
    "company": "Castellan Foods GmbH",
    "reference": "NW-L-4K7Q-2M9P",
    "partner": "Brightpath",
    "vendor": "Northwind Robotics",
    "score": 82,
    "reason": "No capacity at the moment",
    "message": "Our two engineers are booked until March.",
    "path": "/desk/leads/NW-L-4K7Q-2M9P/",
    "brand": _BRAND,
}
OFFER_PLACES = {
    "what": gettext_lazy("what is looked for, and where"),
    "vendor": gettext_lazy("you, the vendor"),
    "partner": gettext_lazy("the partner"),
    "until": gettext_lazy("by when"),
}
LEAD_PLACES = {
    "company": gettext_lazy("the lead’s company"),
    "vendor": gettext_lazy("you, the vendor"),
    "partner": gettext_lazy("the partner"),
    "reason": gettext_lazy("the reason"),
}


def shown_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return an offer's facts that are no words yet, as a reader wants them."""
    return {"until": _moment(facts.get("until")), "fit": str(facts["fit"])}


def _moment(text: str | None) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT") if text else ""


def _why_partner(facts: Mapping[str, Any]) -> str:
    return _("You get this because you work on leads for %(partner)s.") % facts


def _why_vendor(facts: Mapping[str, Any]) -> str:
    return _("You get this because you give out leads for %(vendor)s.") % facts


@mail_template("lead_offered", sample=OFFER_SAMPLE, words=shown_words, placeholders=OFFER_PLACES)
def lead_offered(facts: Mapping[str, Any]) -> Letter:
    """Tell a partner that a lead waits for its answer."""
    return Letter(
        subject=_("A lead for you: %(what)s") % facts,
        heading=_("%(vendor)s offers you a lead") % facts,
        paragraphs=(
            facts["why"],
            _("Accept it by %(until)s, and you see who it is. After that it goes on to another partner.") % facts,
        ),
        facts=(
            (_("Looked for"), facts["what"]),
            (_("Industry"), facts["industry"]),
            (_("People"), facts["size"]),
            (_("Promising"), facts["band"]),
            (_("Fit with you"), facts["fit"]),
        ),
        button=(_("Look at the lead"), facts["path"]),
        why=_why_partner(facts),
        brand=facts["brand"],
    )


@mail_template("lead_reminded", sample=OFFER_SAMPLE, words=shown_words, placeholders=OFFER_PLACES)
def lead_reminded(facts: Mapping[str, Any]) -> Letter:
    """Remind a partner of the first contact."""
    return Letter(
        subject=_("A lead waits for your first contact: %(what)s") % facts,
        heading=_("Somebody waits to hear from you"),
        paragraphs=(
            _("You accepted a lead of %(vendor)s, and noted no first contact yet.") % facts,
            _("Note it by %(until)s, or the lead goes back and on to another partner.") % facts,
        ),
        facts=(),
        button=(_("Open the lead"), facts["path"]),
        why=_why_partner(facts),
        brand=facts["brand"],
    )


@mail_template("lead_recalled", sample=OFFER_SAMPLE, words=shown_words, placeholders=OFFER_PLACES)
def lead_recalled(facts: Mapping[str, Any]) -> Letter:
    """Tell a partner that a lead isn't its own any more."""
    return Letter(
        subject=_("%(vendor)s took a lead back: %(what)s") % facts,
        heading=_("%(vendor)s took a lead back") % facts,
        paragraphs=(_("The reason: %(reason)s.") % facts,),
        facts=(),
        button=(_("Your leads"), facts["path"]),
        why=_why_partner(facts),
        brand=facts["brand"],
    )


@mail_template("lead_returned", sample=LEAD_SAMPLE, placeholders=LEAD_PLACES)
def lead_returned(facts: Mapping[str, Any]) -> Letter:
    """Tell the vendor that a partner gave a lead back."""
    return Letter(
        subject=_("%(partner)s gave %(company)s back") % facts,
        heading=_("%(company)s is yours again") % facts,
        paragraphs=(_("%(partner)s gave the lead back: %(reason)s.") % facts,),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]), (_("Score"), str(facts["score"]))),
        button=(_("Open it on the desk"), facts["path"]),
        why=_why_vendor(facts),
        brand=facts["brand"],
    )


@mail_template("lead_came_back", sample=LEAD_SAMPLE, placeholders=LEAD_PLACES)
def lead_came_back(facts: Mapping[str, Any]) -> Letter:
    """Tell the vendor that a lead which a person gave out wasn't taken."""
    return Letter(
        subject=_("Nobody took %(company)s") % facts,
        heading=_("%(company)s waits for you") % facts,
        paragraphs=(_("Whoever was asked declined, or didn’t answer in time. Choose another partner."),),
        facts=((_("Reference"), facts["reference"]), (_("Score"), str(facts["score"]))),
        button=(_("Open it on the desk"), facts["path"]),
        why=_why_vendor(facts),
        brand=facts["brand"],
    )


@mail_template("lead_exhausted", sample=LEAD_SAMPLE, placeholders=LEAD_PLACES)
def lead_exhausted(facts: Mapping[str, Any]) -> Letter:
    """Tell the vendor that nobody is left for a lead."""
    return Letter(
        subject=_("Nobody is left for %(company)s") % facts,
        heading=_("Nobody is left for %(company)s") % facts,
        paragraphs=(_("The reason: %(reason)s. Choose somebody yourself, or say that it is no lead.") % facts,),
        facts=((_("Reference"), facts["reference"]), (_("Score"), str(facts["score"]))),
        button=(_("Open it on the desk"), facts["path"]),
        why=_why_vendor(facts),
        brand=facts["brand"],
    )
