"""The mail about an application that waits beyond the service level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.mailing import Letter, mail_template
from activity.registry import notice
from onboarding.emails.applications import APPLICATIONS, PLACEHOLDERS, SAMPLE, shown_words
from prm.kernel.actors import Role

OVERDUE = notice(
    "application.overdue",
    gettext_lazy("{company} waits beyond the service level"),
    icon="warn",
    tone="bad",
    group=APPLICATIONS,
    label=gettext_lazy("A decision about an application is late"),
    mail="application_overdue",
    roles=frozenset({Role.MANAGER}),
)


@mail_template(
    "application_overdue",
    sample={**SAMPLE, "path": "/desk/applications/NW-AP-4K7Q2M/"},
    words=shown_words,
    placeholders=PLACEHOLDERS,
)
def application_overdue(facts: Mapping[str, Any]) -> Letter:
    """Tell partner managers, once, that a decision is late."""
    return Letter(
        subject=_("%(company)s waits beyond the service level") % facts,
        heading=_("%(company)s still waits for a decision") % facts,
        paragraphs=(_("It applied to %(program)s and was promised an answer by %(due)s.") % facts,),
        facts=((_("Reference"), facts["reference"]), (_("Decide by"), facts["due"])),
        button=(_("Open it on the desk"), facts["path"]),
        why=_("You get this because you are a partner manager at %(vendor)s. You are told once.") % facts,
        brand=facts["brand"],
    )
