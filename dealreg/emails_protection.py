"""Mails about how long a deal stays protected, and the lines behind the bell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.mailing import Letter, mail_template
from activity.registry import notice
from dealreg.emails import DEALS, DECIDERS, DECISION, PLACEHOLDERS, PROTECTED, SAMPLE, shown_words, why_line
from prm.kernel.actors import PARTNER_ROLES

EXTENSION_ASKED = notice(
    "deal.extension_asked",
    gettext_lazy("{partner} asks for more time with {customer}"),
    icon="clock",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("A partner asks that a deal stays protected for longer"),
    mail="deal_extension_asked",
    roles=DECIDERS,
)
EXTENDED = notice(
    "deal.extended",
    gettext_lazy("{customer} stays protected for longer"),
    icon="shield",
    tone="good",
    group=DEALS,
    label=gettext_lazy("A protection was extended"),
    mail="deal_extended",
    always=DECISION,
    roles=PARTNER_ROLES,
)
EXTENSION_REFUSED = notice(
    "deal.extension_refused",
    gettext_lazy("The protection of {customer} is not extended"),
    icon="no",
    tone="bad",
    group=DEALS,
    label=gettext_lazy("A protection was not extended"),
    mail="deal_extension_refused",
    always=DECISION,
    roles=PARTNER_ROLES,
)


@mail_template(
    "deal_extension_asked",
    sample={**SAMPLE, "reason": "The board meets on the 14th.", "days": 30},
    words=shown_words,
    placeholders={**PLACEHOLDERS, "reason": gettext_lazy("why more time is needed")},
)
def deal_extension_asked(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers that a request for more time waits."""
    return Letter(
        subject=_("%(partner)s asks for more time with %(customer)s") % facts,
        heading=_("%(partner)s asks for %(days)s more days") % facts,
        paragraphs=(_("If nobody decides before the protection ends, the request ends with it."),),
        said=facts["reason"],
        facts=(
            (_("Customer"), facts["customer"]),
            (_("Protected until"), facts["until"]),
            (_("Reference"), facts["reference"]),
        ),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_extended", sample=SAMPLE, words=shown_words, placeholders=PROTECTED)
def deal_extended(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner until when it is protected now."""
    return Letter(
        subject=_("%(customer)s is protected until %(until)s") % facts,
        heading=_("%(customer)s stays protected") % facts,
        paragraphs=(_("Your request for more time was granted."),),
        said=facts["message"],
        facts=((_("Protected until"), facts["until"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_extension_refused", sample=SAMPLE, words=shown_words, placeholders=PROTECTED)
def deal_extension_refused(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it isn't extended, why, and until when it is protected."""
    return Letter(
        subject=_("The protection of %(customer)s is not extended") % facts,
        heading=_("%(customer)s is protected until %(until)s, not longer") % facts,
        paragraphs=(_("%(vendor)s did not extend it. The deal can be won before and after that day.") % facts,),
        said=facts["message"],
        facts=((_("Protected until"), facts["until"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )
