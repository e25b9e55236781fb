"""What happens to accounts."""

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience

ACCOUNTS_IMPORTED = event(
    "account.imported",
    _("imported accounts from {file}: {created} new, {updated} updated, {refused} refused"),
    alone=_("Accounts imported from {file}: {created} new, {updated} updated, {refused} refused"),
    icon="upload",
    audience=Audience.VENDOR,
)
IMPORT_UNDONE = event(
    "account.import_undone",
    _("undid the import of {file}: {removed} removed, {restored} as before, {kept} stay"),
    icon="undo",
    audience=Audience.VENDOR,
)
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
