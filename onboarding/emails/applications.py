"""Mails about applications: to who applied, by the secret link, and to the vendor's people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.mailing import Letter, mail_template
from activity.registry import NoticeGroup, notice
from onboarding.application_links import path_of
from partners.emails import brand_of
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from onboarding.models import Application

APPLICATIONS = NoticeGroup("applications", gettext_lazy("Applications"))
DECIDERS = frozenset({Role.MANAGER, Role.APPROVER})

RECEIVED = notice(
    "application.submitted",
    gettext_lazy("{company} applied to {program}"),
    icon="out",
    group=APPLICATIONS,
    label=gettext_lazy("A company applied"),
    mail="application_new",
    roles=DECIDERS,
)
ANSWERED = notice(
    "application.answered",
    gettext_lazy("{company} answered your question"),
    icon="pen",
    group=APPLICATIONS,
    label=gettext_lazy("An applicant answered"),
    mail="application_answered",
    roles=DECIDERS,
)
BY_RULE = notice(
    "application.by_rule",
    gettext_lazy("{company} was decided by rule: {outcome}"),
    icon="shield",
    group=APPLICATIONS,
    label=gettext_lazy("An application was decided by rule"),
    mail="application_by_rule",
    roles=DECIDERS,
)
WITHDRAWN = notice(
    "application.withdrawn",
    gettext_lazy("{company} withdrew its application"),
    icon="undo",
    group=APPLICATIONS,
    label=gettext_lazy("An applicant withdrew"),
    roles=DECIDERS,
)

SAMPLE = {
    "reference": "NW-AP-4K7Q2M",
    "company": "Castellan Automation",
    "contact": "Ines Rothmann",
    "program": "Northwind Partners",
    "vendor": "Northwind Robotics",
    "due": "2026-12-02T12:00:00+00:00",
    "message": "In which countries do you install robots yourselves?",
    "reason": "No capacity at the moment",
    "score": 82,
    "outcome": "Approved",
    "why": "The fit is 86 of 100, by rule it takes 80; Germany is an allowed country; nothing looked suspicious.",
    "path": "/apply/a/yD3kK1r7bXb0s8J2/",
    "brand": {"name": "Northwind Robotics", "hue": 222, "chroma": 0.095},
}
PLACEHOLDERS = {
    "company": gettext_lazy("the company that applies"),
    "contact": gettext_lazy("who applies for it"),
    "program": gettext_lazy("the program"),
    "vendor": gettext_lazy("you, the vendor"),
    "reference": gettext_lazy("the application’s number"),
}
SAID = {**PLACEHOLDERS, "message": gettext_lazy("what you write")}


def letter_facts(application: Application, **more: Any) -> dict[str, Any]:
    """Return what mails to an applicant say, its secret link among it."""
    return {**common_facts(application), "path": path_of(application), **more}


def common_facts(application: Application) -> dict[str, Any]:
    """Return what all mails about an application say."""
    return {
        "reference": application.reference,
        "company": application.name or _("your company"),
        "contact": application.contact_name,
        "program": application.program.name,
        "vendor": application.vendor.name,
        "due": application.due_at.isoformat() if application.due_at else "",
        "score": application.score,
        "message": "",
        "reason": "",
        "brand": brand_of(application.vendor),
    }


def shown_words(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return an application's facts that are no words yet, as a reader wants them."""
    if not facts["due"]:
        return {"due": ""}
    return {"due": date_format(timezone.localtime(datetime.fromisoformat(facts["due"])).date(), "DATE_FORMAT")}


def _why(facts: Mapping[str, Any]) -> str:
    return _("You get this because your address was entered in an application to %(program)s.") % facts


def _staff(facts: Mapping[str, Any]) -> str:
    return _("You get this because you decide applications for %(vendor)s.") % facts


@mail_template("application_saved", sample=SAMPLE, words=shown_words)
def application_saved(facts: Mapping[str, Any]) -> Letter:
    """Give the link to go on with a form."""
    return Letter(
        subject=_("Go on with your application to %(vendor)s") % facts,
        heading=_("Your application is saved"),
        paragraphs=(
            _("What you typed for %(program)s is kept for 30 days. Nobody at %(vendor)s sees it yet.") % facts,
            _("The link opens it on any device. Keep it to yourself: whoever has it can read and send the form."),
        ),
        button=(_("Go on with it"), facts["path"]),
        why=_why(facts) + " " + _("If it wasn’t you, do nothing: it is deleted by itself."),
        brand=facts["brand"],
    )


@mail_template("application_confirm", sample=SAMPLE, words=shown_words)
def application_confirm(facts: Mapping[str, Any]) -> Letter:
    """Prove the address of who applied."""
    return Letter(
        subject=_("Confirm your application to %(vendor)s") % facts,
        heading=_("One click, then it is on its way"),
        paragraphs=(
            _("Somebody applied to %(program)s with this address. Open the link and confirm that it was you.") % facts,
            _("Until then nobody at %(vendor)s sees the application. The same link shows its state later.") % facts,
        ),
        facts=((_("Company"), facts["company"]), (_("Reference"), facts["reference"])),
        button=(_("Confirm it"), facts["path"]),
        why=_why(facts) + " " + _("If it wasn’t you, do nothing: it is deleted by itself."),
        brand=facts["brand"],
    )


@mail_template("application_link", sample=SAMPLE, words=shown_words)
def application_link(facts: Mapping[str, Any]) -> Letter:
    """Give the link to an application that is there already."""
    return Letter(
        subject=_("Your application to %(vendor)s") % facts,
        heading=_("You have applied already"),
        paragraphs=(_("One application is enough. The link shows where it stands, and takes your answers."),),
        facts=((_("Company"), facts["company"]), (_("Reference"), facts["reference"])),
        button=(_("See where it stands"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_received",
    sample=SAMPLE,
    words=shown_words,
    placeholders=PLACEHOLDERS,
    label=gettext_lazy("An application arrived"),
)
def application_received(facts: Mapping[str, Any]) -> Letter:
    """Say that it reached the vendor, and by when there will be an answer."""
    return Letter(
        subject=_("%(vendor)s has your application") % facts,
        heading=_("%(vendor)s has your application") % facts,
        paragraphs=(
            _("Your address is confirmed. You get an answer by %(due)s at the latest.") % facts,
            _("If %(vendor)s asks something, you get a mail; you answer on the page behind this link.") % facts,
        ),
        facts=((_("Company"), facts["company"]), (_("Reference"), facts["reference"]), (_("Answer by"), facts["due"])),
        button=(_("See where it stands"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_question",
    sample=SAMPLE,
    words=shown_words,
    placeholders=SAID,
    label=gettext_lazy("You ask an applicant"),
)
def application_question(facts: Mapping[str, Any]) -> Letter:
    """Ask the applicant."""
    return Letter(
        subject=_("%(vendor)s asks about your application") % facts,
        heading=_("%(vendor)s has a question") % facts,
        paragraphs=(_("The decision waits for your answer."),),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("Answer"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_reminder",
    sample=SAMPLE,
    words=shown_words,
    placeholders=SAID,
    label=gettext_lazy("Reminder of your question to an applicant"),
)
def application_reminder(facts: Mapping[str, Any]) -> Letter:
    """Remind the applicant of a question."""
    return Letter(
        subject=_("%(vendor)s still waits for your answer") % facts,
        heading=_("Your application waits for your answer"),
        paragraphs=(_("Without it nobody can decide. It takes a minute."),),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("Answer"), facts["path"]),
        why=_why(facts) + " " + _("You are reminded once."),
        brand=facts["brand"],
    )


@mail_template(
    "application_waitlisted",
    sample=SAMPLE,
    words=shown_words,
    placeholders=SAID,
    label=gettext_lazy("An application is on the waiting list"),
)
def application_waitlisted(facts: Mapping[str, Any]) -> Letter:
    """Say that it is on the waiting list."""
    return Letter(
        subject=_("You are on the waiting list of %(program)s") % facts,
        heading=_("You are on the waiting list"),
        paragraphs=(
            _("%(vendor)s would like to work with you, but not yet. Your application stays open.") % facts,
            _("You need to do nothing; you get a mail as soon as it is decided."),
        ),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("See where it stands"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_approved",
    sample=SAMPLE,
    words=shown_words,
    placeholders=SAID,
    label=gettext_lazy("An application was approved"),
)
def application_approved(facts: Mapping[str, Any]) -> Letter:
    """Say that the company is a partner now, and how to get in."""
    return Letter(
        subject=_("Welcome to %(program)s") % facts,
        heading=_("%(company)s is a partner of %(vendor)s now") % facts,
        paragraphs=(
            _("If you have no access yet, an invitation is in another mail to you: with it you are the administrator."),
            _("The page behind this link says what comes next."),
        ),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("See what comes next"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_declined",
    sample=SAMPLE,
    words=shown_words,
    placeholders={**SAID, "reason": gettext_lazy("the reason")},
    label=gettext_lazy("An application was declined"),
)
def application_declined(facts: Mapping[str, Any]) -> Letter:
    """Say that it was declined, and why."""
    why = (_("The reason: %(reason)s.") % facts,) if facts["reason"] else ()
    return Letter(
        subject=_("Your application to %(vendor)s") % facts,
        heading=_("%(vendor)s has declined your application") % facts,
        paragraphs=(_("Thank you for the time that you took."), *why),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]),),
        button=(_("Read it again"), facts["path"]),
        why=_why(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_new",
    sample={**SAMPLE, "path": "/desk/applications/NW-AP-4K7Q2M/"},
    words=shown_words,
    placeholders=PLACEHOLDERS,
)
def application_new(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers that an application waits for them."""
    fit = ((_("Fit"), _("%(score)s of 100") % facts),) if facts["score"] is not None else ()
    return Letter(
        subject=_("%(company)s applied to %(program)s") % facts,
        heading=_("%(company)s waits for your decision") % facts,
        paragraphs=(_("The address is confirmed."),),
        facts=(*fit, (_("Reference"), facts["reference"]), (_("Decide by"), facts["due"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_staff(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_answered",
    sample={**SAMPLE, "path": "/desk/applications/NW-AP-4K7Q2M/"},
    words=shown_words,
    placeholders=SAID,
)
def application_answered(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers that the answer is there."""
    return Letter(
        subject=_("%(company)s answered") % facts,
        heading=_("%(company)s answered your question") % facts,
        paragraphs=(_("The clock runs again."),),
        said=facts["message"],
        facts=((_("Reference"), facts["reference"]), (_("Decide by"), facts["due"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_staff(facts),
        brand=facts["brand"],
    )


@mail_template(
    "application_by_rule",
    sample={**SAMPLE, "path": "/desk/applications/NW-AP-4K7Q2M/"},
    words=shown_words,
    placeholders=PLACEHOLDERS,
)
def application_by_rule(facts: Mapping[str, Any]) -> Letter:
    """Tell approvers what a rule decided, and why."""
    return Letter(
        subject=_("%(company)s was decided by rule: %(outcome)s") % facts,
        heading=_("A rule decided on %(company)s: %(outcome)s") % facts,
        paragraphs=(facts["why"],),
        facts=((_("Reference"), facts["reference"]),),
        button=(_("Open it on the desk"), facts["path"]),
        why=_staff(facts),
        brand=facts["brand"],
    )


def desk_path(application: Application) -> str:
    """Return the desk's address of an application."""
    return reverse("desk:application-detail", args=[application.reference])
