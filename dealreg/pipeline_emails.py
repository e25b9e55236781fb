"""The lines behind the bell, and in digests, about working deals: standstills, terms, teams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing import Letter, mail_template
from activity.registry import notice
from dealreg.emails import DEALS
from prm.kernel.actors import PARTNER_ROLES, Role

TEAMED = frozenset({Role.ADMINISTRATOR, Role.SALES, Role.APPROVER, Role.MANAGER})

STALLED = notice(
    "deal.stalled",
    gettext_lazy("{customer} stands still: {reason}"),
    icon="pause",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("A deal stands still"),
    default=Cadence.DAILY,
    roles=PARTNER_ROLES,
)
TERM_ENDING = notice(
    "deal.term_ending",
    gettext_lazy("What you won with {customer} ends in {days} days"),
    icon="calendar",
    group=DEALS,
    label=gettext_lazy("A won deal’s term ends"),
    default=Cadence.DAILY,
    roles=PARTNER_ROLES,
)
INVITED = notice(
    "team.invited",
    gettext_lazy("{partner} offers you {percent}% of a deal: {role}"),
    icon="team",
    group=DEALS,
    label=gettext_lazy("A partner wants you on the team of its deal"),
    mail="team_invited",
    roles=TEAMED,
)
SETTLED = notice(
    "team.settled",
    gettext_lazy("The deal team that {partner} proposed: {how}"),
    icon="team",
    group=DEALS,
    label=gettext_lazy("A deal team that you were asked for is settled"),
    default=Cadence.HOURLY,
    roles=TEAMED,
)
ANSWERED = notice(
    "team.deal",
    gettext_lazy("Deal team of {customer}: {how}"),
    icon="team",
    group=DEALS,
    label=gettext_lazy("Somebody answered on a deal team"),
    default=Cadence.HOURLY,
    roles=TEAMED,
)
SAMPLE = {
    "partner": "Brightpath",
    "vendor": "Northwind Robotics",
    "percent": "25",
    "role": "Delivering",
    "message": "You know the site: will you install it with us?",
    "path": "/portal/shared-deals/",
    "brand": {"name": "Northwind Robotics", "hue": 222, "chroma": 0.095},
}


@mail_template(
    "team_invited",
    sample=SAMPLE,
    placeholders={
        "partner": gettext_lazy("the partner whose deal it is"),
        "vendor": gettext_lazy("you, the vendor"),
        "percent": gettext_lazy("the share offered"),
        "role": gettext_lazy("the role offered"),
    },
)
def team_invited(facts: Mapping[str, Any]) -> Letter:
    """Tell a partner that it is wanted on the team of another partner's deal; no word of the deal itself."""
    return Letter(
        subject=_("%(partner)s wants you on the team of a deal") % facts,
        heading=_("%(partner)s offers you a share in a deal") % facts,
        paragraphs=(_("Look at what is offered, then agree or say why not.") % facts,),
        said=facts["message"],
        facts=((_("Role"), facts["role"]), (_("Share"), _("%(percent)s%%") % facts)),
        button=(_("Look at it"), facts["path"]),
        why=_("You get this because you work on deals with %(vendor)s.") % facts,
        brand=facts["brand"],
    )
