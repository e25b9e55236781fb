"""Mails about deals, and the lines behind the bell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.mailing import Letter, mail_template
from activity.notices import notice

SUBMITTED = notice("deal.submitted", gettext_lazy("{partner} registered {customer}"), icon="deal")
ASKED = notice("deal.asked", gettext_lazy("{vendor} asks about {customer}"), icon="ask", tone="warn")
ANSWERED = notice("deal.answered", gettext_lazy("{partner} answered about {customer}"), icon="pen")
APPROVED = notice("deal.approved", gettext_lazy("{customer} is approved"), icon="shield", tone="good")
DECLINED = notice("deal.declined", gettext_lazy("{customer} was declined"), icon="no", tone="bad")
WITHDRAWN = notice("deal.withdrawn", gettext_lazy("{partner} withdrew {customer}"), icon="undo")
EXPIRED = notice("deal.expired", gettext_lazy("The protection of {customer} has ended"), icon="clock")
EXPIRING = notice("deal.expiring", gettext_lazy("The protection of {customer} ends soon"), icon="clock", tone="warn")
OVERDUE = notice(
    "deal.overdue", gettext_lazy("{customer} is waiting beyond the service level"), icon="warn", tone="bad"
)
COMMENTED = notice("deal.commented", gettext_lazy("{who} commented on {customer}"), icon="ask")
WON = notice("deal.won", gettext_lazy("{partner} won {customer}"), icon="ok", tone="good")
LOST = notice("deal.lost", gettext_lazy("{partner} lost {customer}"), icon="x")
FREED = notice("deal.freed", gettext_lazy("{customer} is free: another registration is next in line"), icon="queue")

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


def _day(text: str | None) -> str:
    if not text:
        return ""
    moment = datetime.fromisoformat(text)
    day: date = timezone.localtime(moment).date()
    return date_format(day, "DATE_FORMAT")


def _moment(text: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(text)), "DATETIME_FORMAT")


def _why(facts: Mapping[str, Any]) -> str:
    return _("You get this because you work on deals between %(partner)s and %(vendor)s.") % facts


@mail_template("deal_submitted", sample=SAMPLE)
def deal_submitted(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers that a registration waits for them."""
    review = _("It needs review: something looks alike.") if facts["review"] else _("Nothing looks alike.")
    return Letter(
        subject=_("%(partner)s registered %(customer)s") % facts,
        heading=_("%(customer)s waits for your decision") % facts,
        paragraphs=(_("%(who)s at %(partner)s registered this deal.") % facts, review),
        facts=(
            (_("Value"), facts["value"]),
            (_("Reference"), facts["reference"]),
            (_("Decide by"), _moment(facts["due"])),
        ),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_information_requested", sample=SAMPLE)
def deal_information_requested(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner what is asked."""
    return Letter(
        subject=_("%(vendor)s asks about %(customer)s") % facts,
        heading=_("%(vendor)s needs an answer from you") % facts,
        paragraphs=(_("The clock has stopped until you answer; your place in line is kept."),),
        said=facts["message"],
        facts=((_("Asked for"), ", ".join(facts["fields"])), (_("Reference"), facts["reference"])),
        button=(_("Answer"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("deal_answered", sample=SAMPLE)
def deal_answered(facts: Mapping[str, Any]) -> Letter:
    """Tell the approver that the answer is there."""
    return Letter(
        subject=_("%(partner)s answered about %(customer)s") % facts,
        heading=_("%(partner)s answered") % facts,
        paragraphs=(_("The clock runs again."),),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]), (_("Decide by"), _moment(facts["due"]))),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_approved", sample=SAMPLE)
def deal_approved(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it is protected, and until when."""
    return Letter(
        subject=_("Approved: %(customer)s") % facts,
        heading=_("%(customer)s is approved") % facts,
        paragraphs=(_("%(decider)s at %(vendor)s approved your registration.") % facts,),
        said=facts["message"],
        facts=(
            (_("Protected until") if facts["exclusive"] else _("Registered until"), _day(facts["until"])),
            (_("Reference"), facts["reference"]),
            (_("Rules of engagement"), facts["policy"]),
        ),
        button=(_("Open the deal"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("deal_declined", sample=SAMPLE)
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
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("deal_expiring", sample=SAMPLE)
def deal_expiring(facts: Mapping[str, Any]) -> Letter:
    """Remind the partner that the protection ends soon."""
    return Letter(
        subject=_("The protection of %(customer)s ends soon") % facts,
        heading=_("%(customer)s is protected for %(days)s days more") % facts,
        paragraphs=(_("After that, another partner can register this customer. Record how the deal stands."),),
        facts=((_("Protected until"), _day(facts["until"])), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("deal_expired", sample=SAMPLE)
def deal_expired(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that the protection has ended."""
    return Letter(
        subject=_("The protection of %(customer)s has ended") % facts,
        heading=_("%(customer)s is no longer protected") % facts,
        paragraphs=(_("The deal can still be won. Register it again if it is alive."),),
        facts=((_("Ended"), _day(facts["until"])), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("deal_overdue", sample=SAMPLE)
def deal_overdue(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner manager that a decision is late."""
    return Letter(
        subject=_("Late: %(customer)s waits for a decision") % facts,
        heading=_("%(customer)s waits beyond the service level") % facts,
        paragraphs=(_("%(partner)s was promised a decision by %(by)s.") % {**facts, "by": _moment(facts["due"])},),
        facts=((_("Value"), facts["value"]), (_("Reference"), facts["reference"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you look after partners for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_commented", sample=SAMPLE)
def deal_commented(facts: Mapping[str, Any]) -> Letter:
    """Tell the other side about a comment."""
    return Letter(
        subject=_("%(who)s commented on %(customer)s") % facts,
        heading=_("%(who)s wrote about %(customer)s") % facts,
        paragraphs=(),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("Answer"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )
