"""The jobs of accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.crm import fetching
from accounts.crm.services import FETCH
from accounts.permissions import CONNECT_CRM
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
