"""The lines behind the bell about partners."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from activity.enums import Cadence
from activity.registry import NoticeGroup, notice
from prm.kernel.actors import Role

PARTNERS = NoticeGroup("partners", _("Partners and teams"))

MANAGER = notice(
    "enrollment.manager",
    _("{manager} now looks after {partner}"),
    icon="user",
    group=PARTNERS,
    label=_("Another partner manager looks after a partner"),
    default=Cadence.DAILY,
    roles=frozenset({Role.MANAGER, Role.APPROVER, Role.FINANCE, Role.EXECUTIVE}),
)
JOIN_ASKED = notice(
    "join.asked",
    _("{name} asks to join {partner}"),
    icon="user",
    group=PARTNERS,
    label=_("Somebody asks to join your team"),
    mail="join_asked",
    roles=frozenset({Role.ADMINISTRATOR}),
)
MERGE_PROPOSED = notice(
    "merge.proposed",
    _("{vendor} proposes to merge {absorbed} into {kept}"),
    icon="split",
    group=PARTNERS,
    label=_("A vendor proposes to merge two records of your organisation"),
    mail="merge_proposed",
    roles=frozenset({Role.ADMINISTRATOR}),
)
TYPE_PROPOSED = notice(
    "type.proposed",
    _("{vendor} proposes that {name} is of another kind: {after}"),
    icon="swatch",
    group=PARTNERS,
    label=_("A vendor proposes that your organisation is of another kind"),
    mail="type_proposed",
    roles=frozenset({Role.ADMINISTRATOR}),
)
YOUR_MANAGER = notice(
    "enrollment.your_manager",
    _("{manager} is your partner manager at {vendor} now"),
    icon="user",
    group=PARTNERS,
    label=_("Your partner manager changed"),
    default=Cadence.DAILY,
    roles=frozenset({Role.ADMINISTRATOR}),
)
