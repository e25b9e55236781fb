"""Mails of journeys, and the lines behind the bell about their steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing import Letter, mail_template
from activity.registry import NoticeGroup, notice
from partners.emails import brand_of
from prm.kernel.actors import PARTNER_ROLES, Role

if TYPE_CHECKING:
    from onboarding.models import Journey

ONBOARDING = NoticeGroup("onboarding", gettext_lazy("Onboarding"))
DESK = frozenset({Role.MANAGER, Role.APPROVER})
SAMPLE = {
    "step": "Bank details",
    "partner": "Brightpath",
    "vendor": "Northwind Robotics",
    "program": "Partner program",
    "due": "2026-12-06T12:00:00+00:00",
    "error": "The receiver answered 500.",
    "path": "/portal/",
    "brand": {},
}


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    due = facts.get("due")
    day = date_format(timezone.localtime(datetime.fromisoformat(due)).date(), "DATE_FORMAT") if due else ""
    return {"due": day}


@mail_template("step_opened", sample=SAMPLE, words=_words)
def step_opened(facts: Mapping[str, Any]) -> Letter:
    """Tell whose turn it is that a step is to be done."""
    return Letter(
        subject=_("Your turn: %(step)s") % facts,
        heading=_("%(step)s is next") % facts,
        paragraphs=(_("The onboarding of %(partner)s in %(program)s goes on with this step.") % facts,),
        facts=_facts(facts),
        button=(_("Do it"), facts["path"]),
        why=_("You get this because it is your side’s turn in the onboarding."),
        brand=facts["brand"],
    )


@mail_template("step_reminder", sample=SAMPLE, words=_words)
def step_reminder(facts: Mapping[str, Any]) -> Letter:
    """Remind whose turn it is."""
    return Letter(
        subject=_("Reminder: %(step)s") % facts,
        heading=_("%(step)s still waits for you") % facts,
        paragraphs=(_("The onboarding of %(partner)s in %(program)s goes on once it is done.") % facts,),
        facts=_facts(facts),
        button=(_("Do it"), facts["path"]),
        why=_("You get this because it is your side’s turn in the onboarding."),
        brand=facts["brand"],
    )


@mail_template("step_stuck", sample=SAMPLE, words=_words)
def step_stuck(facts: Mapping[str, Any]) -> Letter:
    """Tell the vendor that a step takes too long."""
    return Letter(
        subject=_("%(partner)s is stuck at “%(step)s”") % facts,
        heading=_("%(step)s takes too long") % facts,
        paragraphs=(_("The onboarding of %(partner)s waits for it. Help, give it to somebody, or skip it.") % facts,),
        facts=_facts(facts),
        button=(_("Look at it"), facts["path"]),
        why=_("You get this because you look after partners’ onboarding."),
        brand={},
    )


@mail_template("step_failed", sample=SAMPLE, words=_words)
def step_failed(facts: Mapping[str, Any]) -> Letter:
    """Tell the vendor that a step failed, with its error."""
    return Letter(
        subject=_("“%(step)s” failed for %(partner)s") % facts,
        heading=_("%(step)s failed") % facts,
        paragraphs=(_("The onboarding of %(partner)s stands still until it is tried again or skipped.") % facts,),
        said=str(facts.get("error", "")),
        button=(_("Look at it"), facts["path"]),
        why=_("You get this because you look after partners’ onboarding."),
        brand={},
    )


@mail_template("onboarded", sample=SAMPLE)
def onboarded(facts: Mapping[str, Any]) -> Letter:
    """Tell the partner that its onboarding is finished."""
    return Letter(
        subject=_("You are a partner of %(vendor)s") % facts,
        heading=_("Your onboarding is finished"),
        paragraphs=(_("%(partner)s is active in %(program)s. Register your first deal.") % facts,),
        button=(_("Go to the portal"), facts["path"]),
        why=_("You get this because you are an administrator of %(partner)s.") % facts,
        brand=facts["brand"],
    )


@mail_template(
    "journey_mail", sample={**SAMPLE, "subject": "Welcome to the program", "text": "We are glad to have you."}
)
def journey_mail(facts: Mapping[str, Any]) -> Letter:
    """Say what the vendor wrote for a step of its journey."""
    return Letter(
        subject=facts["subject"],
        heading=facts["subject"],
        paragraphs=tuple(part.strip() for part in str(facts["text"]).split("\n\n") if part.strip()),
        button=(_("Go to the portal"), facts["path"]),
        why=_("You get this because %(partner)s is joining %(program)s.") % facts,
        brand=facts["brand"],
    )


def letter_facts(journey: Journey, subject: str, text: str) -> dict[str, Any]:
    """Return what the mail of a step says."""
    enrollment = journey.enrollment
    return {
        "subject": subject,
        "text": text,
        "partner": enrollment.partner.name,
        "program": enrollment.program.name,
        "path": reverse("portal:journey", args=[journey.key]),
        "brand": brand_of(enrollment.vendor),
    }


def _facts(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return ((_("Due"), facts["due"]),) if facts.get("due") else ()


YOUR_TURN = notice(
    "step.your_turn",
    gettext_lazy("Your turn: {step}"),
    icon="flag",
    group=ONBOARDING,
    label=gettext_lazy("A step of the onboarding is yours"),
    mail="step_opened",
    roles=PARTNER_ROLES,
)
DESK_TURN = notice(
    "step.desk_turn",
    gettext_lazy("{partner}: {step} is yours"),
    icon="flag",
    group=ONBOARDING,
    label=gettext_lazy("A step of a partner’s onboarding is yours"),
    mail="step_opened",
    default=Cadence.DAILY,
    roles=DESK,
)
REMINDED = notice(
    "step.reminder",
    gettext_lazy("Reminder: {step} waits for you"),
    icon="clock",
    group=ONBOARDING,
    label=gettext_lazy("A step of the onboarding waits for you"),
    mail="step_reminder",
)
STUCK = notice(
    "step.stuck",
    gettext_lazy("{partner} is stuck at “{step}”"),
    icon="warn",
    tone="warn",
    group=ONBOARDING,
    label=gettext_lazy("A partner’s onboarding is stuck"),
    mail="step_stuck",
    roles=DESK,
)
FAILED = notice(
    "step.failed",
    gettext_lazy("“{step}” failed for {partner}"),
    icon="warn",
    tone="bad",
    group=ONBOARDING,
    label=gettext_lazy("A step of a partner’s onboarding failed"),
    mail="step_failed",
    roles=DESK,
)
ONBOARDED = notice(
    "journey.onboarded",
    gettext_lazy("Your onboarding with {vendor} is finished"),
    icon="ok",
    tone="good",
    group=ONBOARDING,
    label=gettext_lazy("Your onboarding is finished"),
    mail="onboarded",
    roles=frozenset({Role.ADMINISTRATOR}),
)
