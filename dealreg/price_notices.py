"""The lines behind the bell about special prices."""

from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.registry import notice
from dealreg.emails import DEALS, DECIDERS
from prm.kernel.actors import PARTNER_ROLES

ASKED = notice(
    "deal.price_asked",
    gettext_lazy("{partner} asks for a special price for {customer}"),
    icon="money",
    group=DEALS,
    label=gettext_lazy("A partner asks for a special price"),
    default=Cadence.DAILY,
    roles=DECIDERS,
)
DECIDED = notice(
    "deal.price_decided",
    gettext_lazy("{vendor} decided on the special price for {customer}"),
    icon="money",
    tone="good",
    group=DEALS,
    label=gettext_lazy("A special price was decided on"),
    default=Cadence.DAILY,
    roles=PARTNER_ROLES,
)
