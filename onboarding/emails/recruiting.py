"""The mail that invites a prospect to apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.mailing import Letter, mail_template

SAMPLE: dict[str, Any] = {
    "vendor": "Northwind Robotics",
    "program": "Northwind Partners",
    "name": "Ines Moreau",
    "company": "Atelier Cobalt",
    "inviter": "Priya Rao",
    "words": "We met at the automation fair in Lyon and would like to work with you in France.",
    "path": "/apply/northwind/partners/?invitation=eyJwIjoi",
    "brand": {},
}


@mail_template(
    "prospect_invited",
    sample=SAMPLE,
    placeholders={
        "vendor": gettext_lazy("you, the vendor"),
        "program": gettext_lazy("the program"),
        "company": gettext_lazy("the company that is invited"),
    },
    label=gettext_lazy("You invite a prospect to apply"),
)
def prospect_invited(facts: Mapping[str, Any]) -> Letter:
    """Invite a prospect to apply."""
    own = (facts["words"],) if facts["words"] else ()
    return Letter(
        subject=_("%(vendor)s invites %(company)s to its partner program") % facts,
        heading=_("Become a partner of %(vendor)s") % facts,
        paragraphs=(
            _("%(inviter)s of %(vendor)s invites %(company)s to apply for %(program)s.") % facts,
            *own,
            _("Applying takes about three minutes; what we know of your company is filled in already."),
        ),
        facts=((_("Program"), facts["program"]),),
        button=(_("Look at it and apply"), facts["path"]),
        why=_(
            "You get this because %(inviter)s entered your address. It is one mail, not a list: if you aren’t "
            "interested, do nothing, or answer it."
        )
        % facts,
        brand=facts["brand"],
    )
