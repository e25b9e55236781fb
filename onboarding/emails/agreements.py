"""Mails about agreements, and the lines behind the bell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing import Letter, mail_template
from activity.registry import NoticeGroup, notice
from prm.kernel.actors import Role

AGREEMENTS = NoticeGroup("agreements", gettext_lazy("Agreements"))
SIGNERS = frozenset({Role.ADMINISTRATOR})
MANAGERS = frozenset({Role.MANAGER})
BINDING = gettext_lazy("An agreement of your company: you need it to act in time.")

SENT = notice(
    "agreement.sent",
    gettext_lazy("{vendor} asks you to sign: {title}"),
    icon="pen",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement is to be signed"),
    mail="agreement_sent",
    always=BINDING,
    roles=SIGNERS,
)
REMINDED = notice(
    "agreement.reminded",
    gettext_lazy("Still to be signed: {title}"),
    icon="clock",
    tone="warn",
    group=AGREEMENTS,
    label=gettext_lazy("Reminder of an agreement to be signed"),
    mail="agreement_reminded",
    always=BINDING,
    roles=SIGNERS,
)
SIGNED = notice(
    "agreement.signed",
    gettext_lazy("{partner} signed {title}: countersign it"),
    icon="pen",
    group=AGREEMENTS,
    label=gettext_lazy("A partner signed an agreement, and you countersign"),
    mail="agreement_signed",
    roles=MANAGERS,
)
SEALED = notice(
    "agreement.sealed",
    gettext_lazy("{title} with {vendor} is in force"),
    icon="shield",
    tone="good",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement is in force"),
    mail="agreement_sealed",
    always=BINDING,
    roles=SIGNERS,
)
SEALED_DESK = notice(
    "agreement.sealed_desk",
    gettext_lazy("{title} with {partner} is in force"),
    icon="shield",
    tone="good",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement with a partner is in force"),
    default=Cadence.DAILY,
    roles=MANAGERS,
)
TAKEN_BACK = notice(
    "agreement.taken_back",
    gettext_lazy("{vendor} took {title} back"),
    icon="undo",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement was taken back"),
    mail="agreement_taken_back",
    always=BINDING,
    roles=SIGNERS,
)
ENDING = notice(
    "agreement.ending",
    gettext_lazy("{title} with {vendor} ends soon"),
    icon="clock",
    tone="warn",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement ends soon"),
    mail="agreement_ending",
    always=BINDING,
    roles=SIGNERS,
)
ENDING_DESK = notice(
    "agreement.ending_desk",
    gettext_lazy("{title} with {partner} ends soon"),
    icon="clock",
    tone="warn",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement with a partner ends soon"),
    default=Cadence.DAILY,
    roles=MANAGERS,
)
EXPIRED = notice(
    "agreement.expired",
    gettext_lazy("{title} with {vendor} has ended"),
    icon="x",
    tone="bad",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement has ended"),
    mail="agreement_expired",
    always=BINDING,
    roles=SIGNERS,
)
EXPIRED_DESK = notice(
    "agreement.expired_desk",
    gettext_lazy("{title} with {partner} has ended"),
    icon="x",
    tone="bad",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement with a partner has ended"),
    default=Cadence.DAILY,
    roles=MANAGERS,
)
NOT_PUT = notice(
    "agreement.not_put",
    gettext_lazy("{title} couldn’t be put to {partner}: a value is missing"),
    icon="warn",
    tone="bad",
    group=AGREEMENTS,
    label=gettext_lazy("An agreement couldn’t be put to a partner"),
    mail="agreement_not_put",
    roles=MANAGERS,
)

SAMPLE = {
    "title": "Partner agreement",
    "reference": "NW-A-4K7Q-2M9P",
    "partner": "Brightpath",
    "vendor": "Northwind Robotics",
    "who": "Mara Lindqvist",
    "occasion": "version",
    "changes": "Clause 4: protection is 120 days for Silver partners.",
    "gate": "2027-01-04",
    "until": "2027-12-31",
    "reason": "The wrong region was chosen.",
    "path": "/portal/agreements/",
    "brand": {"name": "Northwind Robotics", "hue": 222, "chroma": 0.095},
}
PLACEHOLDERS = {
    "title": gettext_lazy("the agreement’s name"),
    "reference": gettext_lazy("the agreement’s number"),
    "partner": gettext_lazy("the partner"),
    "vendor": gettext_lazy("you, the vendor"),
    "who": gettext_lazy("who did it"),
    "gate": gettext_lazy("the day from which the portal waits for it"),
    "until": gettext_lazy("its last day in force"),
}


def shown_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return an agreement's days as a reader wants them."""
    return {name: _day(facts[name]) for name in ("gate", "until")}


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""


def _why(facts: Mapping[str, Any]) -> str:
    return _("You get this because you sign for %(partner)s.") % facts


def _rows(facts: Mapping[str, Any], *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(row for row in (*more, (_("Number"), facts["reference"])) if row[1])


@mail_template(
    "agreement_sent",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**PLACEHOLDERS, "changes": gettext_lazy("what changed in a new version")},
)
def agreement_sent(facts: Mapping[str, Any]) -> Letter:
    """Ask the partner's administrator to sign."""
    said = {
        "version": _("There is a new version. The one in force holds until the new one is signed."),
        "renewal": _("The present one ends soon; this one follows it."),
    }
    return Letter(
        subject=_("%(vendor)s asks you to sign: %(title)s") % facts,
        heading=_("%(title)s is ready to be signed") % facts,
        paragraphs=(said.get(facts["occasion"], _("Read it and sign it in the portal; it takes a minute.")),),
        said=facts["changes"],
        facts=_rows(facts, (_("The portal waits for it from"), facts["gate"])),
        button=(_("Read and sign"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("agreement_reminded", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def agreement_reminded(facts: Mapping[str, Any]) -> Letter:
    """Remind the partner's administrator."""
    return Letter(
        subject=_("Still to be signed: %(title)s") % facts,
        heading=_("%(vendor)s waits for your signature") % facts,
        paragraphs=(_("Once the portal waits for it, its pages open again when you have signed."),)
        if facts["gate"]
        else (),
        facts=_rows(facts, (_("The portal waits for it from"), facts["gate"])),
        button=(_("Read and sign"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("agreement_signed", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def agreement_signed(facts: Mapping[str, Any]) -> Letter:
    """Ask the vendor's managers to countersign."""
    return Letter(
        subject=_("%(partner)s signed %(title)s") % facts,
        heading=_("%(title)s waits for your countersignature") % facts,
        paragraphs=(_("%(who)s signed for %(partner)s.") % facts,),
        facts=_rows(facts),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you countersign for %(vendor)s.") % facts,
        brand=facts["brand"],
    )


@mail_template("agreement_sealed", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def agreement_sealed(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it is in force."""
    return Letter(
        subject=_("In force: %(title)s") % facts,
        heading=_("%(title)s is signed and in force") % facts,
        paragraphs=(
            _("The sealed PDF with its evidence is ready to be downloaded."),
            _("Keep it with your papers: once a partnership has ended, only %(vendor)s can give you another copy.")
            % facts,
        ),
        facts=_rows(facts, (_("In force until"), facts["until"])),
        button=(_("Download it"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "agreement_taken_back",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**PLACEHOLDERS, "reason": gettext_lazy("the reason")},
)
def agreement_taken_back(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that there is nothing to sign any more."""
    return Letter(
        subject=_("Taken back: %(title)s") % facts,
        heading=_("%(vendor)s took %(title)s back") % facts,
        paragraphs=(_("There is nothing to sign any more."),),
        said=facts["reason"],
        facts=_rows(facts),
        button=(_("Open it"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("agreement_ending", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def agreement_ending(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it ends soon."""
    return Letter(
        subject=_("%(title)s ends soon") % facts,
        heading=_("%(title)s with %(vendor)s is in force until %(until)s") % facts,
        paragraphs=(_("Where it is renewed, the next one waits for your signature in the portal."),),
        facts=_rows(facts, (_("In force until"), facts["until"])),
        button=(_("Open it"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template("agreement_expired", sample=SAMPLE, words=shown_words, placeholders=PLACEHOLDERS)
def agreement_expired(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that it has ended."""
    return Letter(
        subject=_("%(title)s has ended") % facts,
        heading=_("%(title)s with %(vendor)s is no longer in force") % facts,
        paragraphs=(_("Ask your partner manager if you think that it should go on."),),
        facts=_rows(facts, (_("Last day"), facts["until"])),
        button=(_("Open it"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "agreement_not_put",
    sample={**SAMPLE, "reason": "the partner’s legal name: its administrator enters it in the partner’s profile."},
    placeholders={
        "title": PLACEHOLDERS["title"],
        "partner": PLACEHOLDERS["partner"],
        "vendor": PLACEHOLDERS["vendor"],
        "reason": gettext_lazy("what is missing"),
    },
)
def agreement_not_put(facts: Mapping[str, Any]) -> Letter:
    """Tell the vendor's managers for whom a value is missing."""
    return Letter(
        subject=_("%(title)s couldn’t be put to %(partner)s") % facts,
        heading=_("A value is missing for %(partner)s") % facts,
        paragraphs=(_("Enter it, then put the agreement to the partner from its page."),),
        said=facts["reason"],
        button=(_("Open the partner"), facts["path"]),
        why=_("You get this because you look after partners for %(vendor)s.") % facts,
        brand=facts["brand"],
    )
