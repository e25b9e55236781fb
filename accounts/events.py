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
