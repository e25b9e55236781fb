"""The jobs of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.crm import fetching
from accounts.crm.services import FETCH
from accounts.pairs import SELF_CHECK
from accounts.permissions import CONNECT_CRM, MERGE_ACCOUNTS
from accounts.selfchecking import check_accounts, forget_candidates
from jobs.registry import job_kind

if TYPE_CHECKING:
    from jobs.models import Job
    from jobs.work import Work


def _page_of(job: Job) -> tuple[str, str]:
    return _("See the connection"), reverse("console:crm")


@job_kind(
    FETCH,
    label=gettext_lazy("Fetch from the CRM"),
    icon="link",
    permission=CONNECT_CRM,
    exclusive=FETCH,
    figures={
        "created": gettext_lazy("New"),
        "updated": gettext_lazy("Changed"),
        "refused": gettext_lazy("Refused"),
    },
    link=_page_of,
)
def fetch(work: Work) -> None:
    """Fetch accounts and opportunities from a connection."""
    fetching.fetch(work)


def _pairs_page(_job: Job) -> tuple[str, str]:
    return _("See the pairs"), reverse("console:account-pairs")


@job_kind(
    SELF_CHECK,
    label=gettext_lazy("Accounts that look alike"),
    icon="find",
    permission=MERGE_ACCOUNTS,
    exclusive=SELF_CHECK,
    unit=gettext_lazy("pairs"),
    figures={"accounts": gettext_lazy("Accounts"), "alike": gettext_lazy("Pairs to decide")},
    kept=gettext_lazy("Pairs that were found until then stay."),
    ended=forget_candidates,
    link=_pairs_page,
)
def self_check(work: Work) -> None:
    """Find accounts of the vendor that look alike."""
    check_accounts(work)
