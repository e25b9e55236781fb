"""Mails about deals, and the lines behind the bell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing import Letter, mail_template
from activity.registry import NoticeGroup, notice
from prm.kernel.actors import PARTNER_ROLES, Role

DEALS = NoticeGroup("deals", gettext_lazy("Deals"))
DECIDERS = frozenset({Role.APPROVER})
MANAGERS = frozenset({Role.MANAGER})
DECISION = gettext_lazy("A decision on your registration: you need it to act in time.")

SUBMITTED = notice(
    "deal.submitted",
    gettext_lazy("{partner} registered {customer}"),
    icon="deal",
    group=DEALS,
    label=gettext_lazy("A partner registered a deal"),
    mail="deal_submitted",
    roles=DECIDERS,
)
ASKED = notice(
    "deal.asked",
    gettext_lazy("{vendor} asks about {customer}"),
    icon="ask",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("The vendor asks something about a deal"),
    mail="deal_information_requested",
    roles=PARTNER_ROLES,
)
ANSWERED = notice(
    "deal.answered",
    gettext_lazy("{partner} answered about {customer}"),
    icon="pen",
    group=DEALS,
    label=gettext_lazy("A partner answered a question"),
    mail="deal_answered",
    roles=DECIDERS,
)
APPROVED = notice(
    "deal.approved",
    gettext_lazy("{customer} is approved"),
    icon="shield",
    tone="good",
    group=DEALS,
    label=gettext_lazy("A deal was approved"),
    mail="deal_approved",
    always=DECISION,
    roles=PARTNER_ROLES,
)
DECLINED = notice(
    "deal.declined",
    gettext_lazy("{customer} was declined"),
    icon="no",
    tone="bad",
    group=DEALS,
    label=gettext_lazy("A deal was declined"),
    mail="deal_declined",
    always=DECISION,
    roles=PARTNER_ROLES,
)
HANDED_OVER = notice(
    "deal.handed_over",
    gettext_lazy("{who} handed {customer} over to you"),
    icon="user",
    group=DEALS,
    label=gettext_lazy("A colleague’s deal is yours now"),
    default=Cadence.DAILY,
    roles=PARTNER_ROLES,
)
WITHDRAWN = notice(
    "deal.withdrawn",
    gettext_lazy("{partner} withdrew {customer}"),
    icon="undo",
    group=DEALS,
    label=gettext_lazy("A partner withdrew a deal"),
    default=Cadence.DAILY,
    roles=DECIDERS,
)
EXPIRED = notice(
    "deal.expired",
    gettext_lazy("The protection of {customer} has ended"),
    icon="clock",
    group=DEALS,
    label=gettext_lazy("A protection has ended"),
    mail="deal_expired",
    roles=PARTNER_ROLES,
)
EXPIRING = notice(
    "deal.expiring",
    gettext_lazy("The protection of {customer} ends soon"),
    icon="clock",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("A protection ends soon"),
    mail="deal_expiring",
    roles=PARTNER_ROLES,
)
OVERDUE = notice(
    "deal.overdue",
    gettext_lazy("{customer} is waiting beyond the service level"),
    icon="warn",
    tone="bad",
    group=DEALS,
    label=gettext_lazy("A decision is late"),
    mail="deal_overdue",
    roles=DECIDERS | MANAGERS,
)
COMMENTED = notice(
    "deal.commented",
    gettext_lazy("{who} commented on {customer}"),
    icon="ask",
    group=DEALS,
    label=gettext_lazy("Someone commented on a deal"),
    mail="deal_commented",
    roles=PARTNER_ROLES | DECIDERS,
)
WON = notice(
    "deal.won",
    gettext_lazy("{partner} won {customer}"),
    icon="ok",
    tone="good",
    group=DEALS,
    label=gettext_lazy("A partner won a deal"),
    default=Cadence.DAILY,
    roles=MANAGERS,
)
LOST = notice(
    "deal.lost",
    gettext_lazy("{partner} lost {customer}"),
    icon="x",
    group=DEALS,
    label=gettext_lazy("A partner lost a deal"),
    default=Cadence.DAILY,
    roles=MANAGERS,
)
FREED = notice(
    "deal.freed",
    gettext_lazy("{customer} is free: another registration is next in line"),
    icon="queue",
    group=DEALS,
    label=gettext_lazy("A customer is free again for the next in line"),
    default=Cadence.HOURLY,
    roles=DECIDERS,
)

SAMPLE = {
    "reference": "NW-4K7Q-2M9P",
    "customer": "Castellan Foods GmbH",
    "partner": "Brightpath",
    "vendor": "Northwind Robotics",
    "value": "€184,000",
    "who": "Mara Lindqvist",
    "decider": "Jonas Brandt",
    "until": "2027-02-20T12:00:00+00:00",
    "days": 90,
    "due": "2026-11-26T12:00:00+00:00",
    "message": "Please send us the drawing of the hall before the site visit.",
    "reason": "Another registration is protected",
    "fields": ["Contact at the customer", "Expected close"],
    "review": True,
    "exclusive": True,
    "policy": "2026-3",
    "path": "/portal/deals/NW-4K7Q-2M9P/",
    "brand": {"name": "Northwind Robotics", "hue": 222, "chroma": 0.095},
}


PLACEHOLDERS = {
    "customer": gettext_lazy("the end customer"),
    "partner": gettext_lazy("the partner"),
    "vendor": gettext_lazy("you, the vendor"),
    "who": gettext_lazy("who did it"),
    "value": gettext_lazy("the deal’s value"),
    "reference": gettext_lazy("the deal’s number"),
    "due": gettext_lazy("when the decision is due"),
}
DECIDED = {
    **PLACEHOLDERS,
    "decider": gettext_lazy("who decided"),
    "policy": gettext_lazy("the version of the rules of engagement"),
}
PROTECTED = {
    **PLACEHOLDERS,
    "until": gettext_lazy("the day on which the protection ends"),
    "days": gettext_lazy("the days of protection that are left"),
}


def shown_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return a deal's facts that are no words yet, as a reader wants them."""
    return {
        "until": _day(facts["until"]),
        "due": date_format(timezone.localtime(datetime.fromisoformat(facts["due"])), "DATETIME_FORMAT"),
        "fields": ", ".join(facts["fields"]),
        "days": str(facts["days"]),
        "review": _("It needs review: something looks alike.") if facts["review"] else _("Nothing looks alike."),
    }


def _day(text: str | None) -> str:
    if not text:
        return ""
    day: date = timezone.localtime(datetime.fromisoformat(text)).date()
    return date_format(day, "DATE_FORMAT")


def why_line(facts: Mapping[str, Any]) -> str:
    """Return why somebody at the partner gets a mail about a deal."""
    return _("You get this because you work on deals between %(partner)s and %(vendor)s.") % facts


@mail_template(
    "deal_submitted",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**PLACEHOLDERS, "review": gettext_lazy("whether something looks alike")},
)
def deal_submitted(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers that a registration waits for them."""
    return Letter(
        subject=_("%(partner)s registered %(customer)s") % facts,
        heading=_("%(customer)s waits for your decision") % facts,
        paragraphs=(_("%(who)s at %(partner)s registered this deal.") % facts, facts["review"]),
        facts=(
            (_("Value"), facts["value"]),
            (_("Reference"), facts["reference"]),
            (_("Decide by"), facts["due"]),
        ),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template(
    "deal_information_requested",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**PLACEHOLDERS, "fields": gettext_lazy("what is asked for")},
)
def deal_information_requested(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner what is asked."""
    return Letter(
        subject=_("%(vendor)s asks about %(customer)s") % facts,
        heading=_("%(vendor)s needs an answer from you") % facts,
        paragraphs=(_("The clock has stopped until you answer; your place in line is kept."),),
        said=facts["message"],
        facts=((_("Asked for"), facts["fields"]), (_("Reference"), facts["reference"])),
        button=(_("Answer"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_answered", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_answered(facts: Mapping[str, Any]) -> Letter:
    """Tell the approver that the answer is there."""
    return Letter(
        subject=_("%(partner)s answered about %(customer)s") % facts,
        heading=_("%(partner)s answered") % facts,
        paragraphs=(_("The clock runs again."),),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]), (_("Decide by"), facts["due"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_approved", sample=SAMPLE, words=shown_words, placeholders={**DECIDED, "until": PROTECTED["until"]})
def deal_approved(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it is protected, and until when."""
    return Letter(
        subject=_("Approved: %(customer)s") % facts,
        heading=_("%(customer)s is approved") % facts,
        paragraphs=(_("%(decider)s at %(vendor)s approved your registration.") % facts,),
        said=facts["message"],
        facts=(
            (_("Protected until") if facts["exclusive"] else _("Registered until"), facts["until"]),
            (_("Reference"), facts["reference"]),
            (_("Rules of engagement"), facts["policy"]),
        ),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template(
    "deal_declined",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**DECIDED, "reason": gettext_lazy("the reason")},
)
def deal_declined(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it was declined, and why."""
    return Letter(
        subject=_("Declined: %(customer)s") % facts,
        heading=_("%(customer)s was declined") % facts,
        paragraphs=(
            _("%(decider)s at %(vendor)s declined your registration: %(reason)s.") % facts,
            _("You can still win the deal; it just isn't protected."),
        ),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]), (_("Rules of engagement"), facts["policy"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_expiring", sample=SAMPLE, words=shown_words, placeholders=PROTECTED)
def deal_expiring(facts: Mapping[str, Any]) -> Letter:
    """Remind the partner that the protection ends soon."""
    return Letter(
        subject=_("The protection of %(customer)s ends soon") % facts,
        heading=_("%(customer)s is protected for %(days)s days more") % facts,
        paragraphs=(_("After that, another partner can register this customer. Record how the deal stands."),),
        facts=((_("Protected until"), facts["until"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_expired", sample=SAMPLE, words=shown_words, placeholders=PROTECTED)
def deal_expired(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that the protection has ended."""
    return Letter(
        subject=_("The protection of %(customer)s has ended") % facts,
        heading=_("%(customer)s is no longer protected") % facts,
        paragraphs=(_("The deal can still be won. Register it again if it is alive."),),
        facts=((_("Ended"), facts["until"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_overdue", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_overdue(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner manager that a decision is late."""
    return Letter(
        subject=_("Late: %(customer)s waits for a decision") % facts,
        heading=_("%(customer)s waits beyond the service level") % facts,
        paragraphs=(_("%(partner)s was promised a decision by %(due)s.") % facts,),
        facts=((_("Value"), facts["value"]), (_("Reference"), facts["reference"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you look after partners for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_commented", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_commented(facts: Mapping[str, Any]) -> Letter:
    """Tell the other side about a comment."""
    return Letter(
        subject=_("%(who)s commented on %(customer)s") % facts,
        heading=_("%(who)s wrote about %(customer)s") % facts,
        paragraphs=(),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("Answer"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )
