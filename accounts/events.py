"""What happens to accounts."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event

SALES_BOOKED = event(
    "sales.booked", _("recorded sales lines ({count})"), alone=_("Sales lines were recorded ({count})"), icon="money"
)
USAGE_BOOKED = event(
    "usage.booked", _("recorded usage ({count})"), alone=_("Usage was recorded ({count})"), icon="money"
)
SATISFACTION_BOOKED = event(
    "satisfaction.booked",
    _("recorded customers’ satisfaction ({count})"),
    alone=_("Customers’ satisfaction was recorded ({count})"),
    icon="star",
)
