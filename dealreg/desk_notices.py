"""What the vendor's deciders are told of each other: reviews that change hands, and days away."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.registry import notice
from dealreg.emails import DEALS, DECIDERS, MANAGERS

REASSIGNED = notice(
    "deal.reassigned",
    gettext_lazy("{who} gave you the review of {customer}"),
    icon="user",
    group=DEALS,
    label=gettext_lazy("A review is yours now"),
    default=Cadence.IMMEDIATE,
    roles=DECIDERS | MANAGERS,
)
UNCOVERED = notice(
    "deal.uncovered",
    gettext_lazy("{absent} can’t decide {customer}, and nobody stands in"),
    icon="warn",
    tone="warn",
    group=DEALS,
    label=gettext_lazy("Nobody is there who decides a deal"),
    default=Cadence.IMMEDIATE,
    roles=MANAGERS,
)
STANDING_IN = notice(
    "absence.planned",
    gettext_lazy("You stand in for {absent} from {first} to {last}"),
    icon="user",
    group=DEALS,
    label=gettext_lazy("You stand in for a colleague"),
    default=Cadence.IMMEDIATE,
    roles=DECIDERS | MANAGERS,
)
