"""Mails about offers of protection, protection that moved, and appeals, and the lines behind the bell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.mailing import Letter, mail_template
from activity.registry import notice
from dealreg.emails import DEALS, DECIDERS, DECISION, MANAGERS, PLACEHOLDERS, SAMPLE, shown_words, why_line
from prm.kernel.actors import PARTNER_ROLES

MESSAGE = {**PLACEHOLDERS, "message": gettext_lazy("the message")}

OFFERED = notice(
    "deal.offered",
    gettext_lazy("Protection is offered to you for {customer}: accept within {days} days"),
    icon="shield",
    tone="good",
    group=DEALS,
    label=gettext_lazy("Protection that has become free is offered to you"),
    mail="deal_offered",
    always=DECISION,
    roles=PARTNER_ROLES,
)
OFFER_LAPSED = notice(
    "deal.offer_lapsed",
    gettext_lazy("The offer of protection for {customer} has lapsed"),
    icon="clock",
    group=DEALS,
    label=gettext_lazy("An offer of protection lapsed"),
    mail="deal_offer_lapsed",
    always=DECISION,
    roles=PARTNER_ROLES,
)
OFFER_ACCEPTED = notice(
    "deal.offer_accepted",
    gettext_lazy("{partner} accepted protection for {customer}: decide it"),
    icon="shield",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("The next in line accepted an offer that the rules leave to you"),
    mail="deal_offer_accepted",
    roles=DECIDERS,
)
DISPLACED = notice(
    "deal.displaced",
    gettext_lazy("The protection of {customer} has ended"),
    icon="split",
    tone="bad",
    group=DEALS,
    label=gettext_lazy("A protection ended on the customer’s wish"),
    mail="deal_displaced",
    always=DECISION,
    roles=PARTNER_ROLES,
)
APPEALED = notice(
    "deal.appealed",
    gettext_lazy("{partner} appeals the decision on {customer}"),
    icon="split",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("A partner appeals a decision that somebody else took"),
    mail="deal_appealed",
    roles=DECIDERS | MANAGERS,
)
OVERDUE = notice(
    "deal.appeal_overdue",
    gettext_lazy("The appeal on {customer} is late"),
    icon="warn",
    tone="bad",
    group=DEALS,
    label=gettext_lazy("An appeal is late"),
    mail="deal_appeal_overdue",
    roles=DECIDERS | MANAGERS,
)
DECIDED = {
    name: notice(
        name,
        line,
        icon=icon,
        tone=tone,
        group=DEALS,
        label=label,
        mail=name.replace(".", "_"),
        always=DECISION,
        roles=PARTNER_ROLES,
    )
    for name, line, icon, tone, label in (
        (
            "deal.appeal_upheld",
            gettext_lazy("Your appeal on {customer}: the decision stands"),
            "no",
            "bad",
            gettext_lazy("An appeal was decided: the decision stands"),
        ),
        (
            "deal.appeal_overturned",
            gettext_lazy("Your appeal on {customer}: the decision is overturned"),
            "ok",
            "good",
            gettext_lazy("An appeal was decided: the decision is overturned"),
        ),
        (
            "deal.appeal_partly",
            gettext_lazy("Your appeal on {customer}: granted in part"),
            "ok",
            "good",
            gettext_lazy("An appeal was decided: granted in part"),
        ),
    )
}


@mail_template("deal_offered", sample={**SAMPLE, "days": 5}, words=shown_words, placeholders=PLACEHOLDERS)
def deal_offered(facts: Mapping[str, Any]) -> Letter:
    """Tell the next in line that protection is offered. It says nothing of who held it."""
    return Letter(
        subject=_("Protection is offered to you for %(customer)s") % facts,
        heading=_("%(customer)s can be protected for you") % facts,
        paragraphs=(
            _("You are next in line for this customer. Accept within %(days)s days; then it goes to the next.") % facts,
            _("Once you accept, %(vendor)s’s rules judge your registration again, before anybody else’s.") % facts,
        ),
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Accept or not"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_offer_lapsed", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_offer_lapsed(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that its offer has lapsed."""
    return Letter(
        subject=_("The offer of protection for %(customer)s has lapsed") % facts,
        heading=_("The offer has lapsed") % facts,
        paragraphs=(
            _("Nobody accepted in time, so your registration was set aside. You can register the deal again."),
        ),
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_offer_accepted", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_offer_accepted(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers that the next in line accepted, and waits for a person."""
    return Letter(
        subject=_("%(partner)s accepted protection for %(customer)s") % facts,
        heading=_("%(partner)s is next in line, and accepted") % facts,
        paragraphs=(_("The rules of engagement leave this registration to a person. Its clock has started anew."),),
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_displaced", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_displaced(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that its protection ended, why, and that it can appeal; never for whom."""
    return Letter(
        subject=_("The protection of %(customer)s has ended") % facts,
        heading=_("The protection of %(customer)s has ended") % facts,
        paragraphs=(_("The deal can still be won. If you think that this is wrong, you can appeal on its page."),),
        said=facts["message"],
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template(
    "deal_appealed",
    sample={**SAMPLE, "reason": "The customer confirms our visit of May."},
    words=shown_words,
    placeholders={**PLACEHOLDERS, "reason": gettext_lazy("why the decision is contested")},
)
def deal_appealed(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers, but the first decider, that an appeal waits."""
    return Letter(
        subject=_("%(partner)s appeals the decision on %(customer)s") % facts,
        heading=_("%(partner)s appeals") % facts,
        paragraphs=(_("Somebody else than the first decider decides. Nobody else is protected meanwhile."),),
        said=facts["reason"],
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("deal_appeal_overdue", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def deal_appeal_overdue(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers and partner managers that an appeal is late."""
    return Letter(
        subject=_("The appeal on %(customer)s is late") % facts,
        heading=_("%(partner)s waits for an answer") % facts,
        paragraphs=(_("The service level for appeals has passed. Until it is decided nobody else is protected."),),
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you decide registrations for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


def _decided(facts: Mapping[str, Any], heading: str, text: str) -> Letter:
    return Letter(
        subject=_("Your appeal on %(customer)s") % facts,
        heading=heading,
        paragraphs=(text,),
        said=facts["message"],
        facts=((_("Customer"), facts["customer"]), (_("Reference"), facts["reference"])),
        button=(_("Open the deal"), facts["path"]),
        why=why_line(facts),
        brand=facts["brand"],
    )


@mail_template("deal_appeal_upheld", sample=SAMPLE, words=shown_words, placeholders=MESSAGE)
def deal_appeal_upheld(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that the decision stands, and why."""
    text = _("Somebody else than the first decider looked at it again. This is final; the deal can still be won.")
    return _decided(facts, _("The decision stands"), text)


@mail_template("deal_appeal_overturned", sample=SAMPLE, words=shown_words, placeholders=MESSAGE)
def deal_appeal_overturned(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that the decision is overturned."""
    return _decided(facts, _("The decision is overturned"), _("The deal’s page shows until when it is protected."))


@mail_template("deal_appeal_partly", sample=SAMPLE, words=shown_words, placeholders=MESSAGE)
def deal_appeal_partly(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner what it was given."""
    text = _("The deal’s page shows where it stands: reviewed again in its old place in line, or protected for longer.")
    return _decided(facts, _("Your appeal is granted in part"), text)
