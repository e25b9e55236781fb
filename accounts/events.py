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
ACCOUNTS_RELATED = event("account.related", _("said that {one} and {other} are related"), icon="link")
ACCOUNTS_SET_APART = event("account.set_apart", _("said that {one} and {other} are not the same"), icon="split")
ACCOUNTS_ASKED_AGAIN = event("account.asked_again", _("took back what was decided of {one} and {other}"), icon="undo")
ACCOUNTS_MERGED = event("account.merged", _("merged {absorbed} into {kept}"), icon="link")
ACCOUNTS_PARTED = event("account.parted", _("undid the merge of {absorbed} into {kept}"), icon="undo")
ACCOUNT_SPLIT = event("account.split", _("took {name} out of {account} as a customer of its own"), icon="split")
MATCHING_CHANGED = event(
    "matching.changed",
    _("set matching to same from {same_from}, review from {review_from}"),
    alone=_("Matching was set to same from {same_from}, review from {review_from}"),
    icon="pen",
)
CRM_CONNECTED = event("crm.connected", _("connected {system}"), icon="link")
CRM_CHANGED = event("crm.changed", _("changed the connection to {system}: {changed}"), icon="pen")
CRM_SWITCHED = event("crm.switched", _("switched the connection to {system} {state}"), icon="link")
CRM_REMOVED = event("crm.removed", _("removed the connection to {system}"), icon="x")
CRM_FAILED = event(
    "crm.failed",
    _("could not fetch from {system}: {fault}"),
    alone=_("{system} could not be read: {fault}"),
    icon="warn",
    tone="bad",
)
