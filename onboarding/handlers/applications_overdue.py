"""Who is told that an application waits too long. The handler only writes to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity.notices import notify
from activity.registry import handler
from onboarding.emails.applications import common_facts, desk_path
from onboarding.emails.applications_overdue import OVERDUE
from onboarding.handlers.applications import application_of
from partners.reports import vendor_staff

if TYPE_CHECKING:
    from activity.models import Event


@handler("onboarding.tell_overdue", "application.overdue")
def tell_overdue(event: Event) -> None:
    """Tell the partner managers."""
    application = application_of(event)
    if application is None:
        return
    path = desk_path(application)
    people = vendor_staff(application.vendor_id, *OVERDUE.roles)
    facts = {**common_facts(application), "path": path}
    notify(event=event, kind=OVERDUE, recipients=people, facts=facts, path=path)
