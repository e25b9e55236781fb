"""Fetches from a connection: page by page, as rows of the two kinds of list, so that each page is written once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.crm.hubspot import HubSpot
from accounts.crm.ports import Crm, CrmFault, What
from accounts.crm.salesforce import Salesforce
from accounts.crm.services import note_fault, note_fetched, secret_of
from accounts.enums import CrmSystem
from accounts.models import CrmConnection
from imports.enums import Outcome
from imports.registry import KINDS
from imports.services import import_rows
from partners.models import Vendor
from prm.kernel.errors import RuleViolation
from prm.kernel.outbound import GuardedSession

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imports.services.rows import RowOutcome
    from jobs.work import Work

CONNECTORS: dict[str, type[Salesforce | HubSpot]] = {
    CrmSystem.SALESFORCE: Salesforce,
    CrmSystem.HUBSPOT: HubSpot,
}
TRIES = 5
COUNTED = {Outcome.NEW: "created", Outcome.CHANGED: "updated", Outcome.REFUSED: "refused"}


def fetch(work: Work) -> None:
    """Write what changed in the CRM since the last fetch: accounts, then opportunities.

    A page is read outside the transaction that writes it; a worker that dies reads the same page again, and writing it
    again changes nothing. Where the CRM does not answer, the job waits and tries again, five times.

    Raises:
        RuleViolation: the CRM can't be read; its words say why.
    """
    found = CrmConnection.objects.visible_to(work.actor).filter(pk=work.job.arguments["connection"])
    connection = found.select_related("vendor").first()
    if connection is None:
        raise RuleViolation("connection_gone", _("The connection was removed."))
    work.total(None)
    began = datetime.fromisoformat(work.checkpoint.setdefault("began", timezone.now().isoformat()))
    try:
        crm = sign_in(connection)
        while _page(work, connection, crm):
            pass
    except CrmFault as fault:
        _failed(work, connection, fault)
    note_fetched(connection, began=began)


def sign_in(connection: CrmConnection) -> Crm:
    """Return the connection's CRM, signed in.

    Raises:
        CrmFault: it refuses us, or does not answer.
    """
    vendor: Vendor = connection.vendor
    return CONNECTORS[connection.system](
        GuardedSession(settings.CRM_PRIVATE_NETWORKS),
        address=connection.address,
        client_id=connection.client_id,
        secret=secret_of(connection),
        currency=vendor.currency,
    )


def _page(work: Work, connection: CrmConnection, crm: Crm) -> bool:
    """Fetch and write the next page; returns whether there is another."""
    what = What(work.checkpoint.get("what", What.ACCOUNTS))
    batch = crm.fetch(what, since=connection.since, cursor=work.checkpoint.get("cursor", ""))
    with work.chunk():
        rows = [_row(what, connection, row) for row in batch.rows]
        if rows:
            _count(work, rows, import_rows(actor=work.actor, kind=KINDS[what], rows=rows))
        work.checkpoint |= {"what": what, "cursor": batch.cursor, "tries": 0}
        if not batch.cursor:
            work.checkpoint["what"] = What.OPPORTUNITIES
            work.checkpoint["ended"] = what == What.OPPORTUNITIES
        work.advance(len(rows))
    return not work.checkpoint.get("ended")


def _row(what: What, connection: CrmConnection, row: Any) -> dict[str, Any]:
    cleaned = {name: value for name, value in row.items() if value not in {None, ""}}
    return cleaned | ({"source": connection.system} if what == What.OPPORTUNITIES else {})


def _count(work: Work, rows: Sequence[Any], outcomes: Sequence[RowOutcome]) -> None:
    for outcome in outcomes:
        name = COUNTED.get(outcome.outcome)
        if name:
            work.figures[name] = work.figures.get(name, 0) + 1
        if outcome.outcome == Outcome.REFUSED:
            row = rows[outcome.index]
            work.refuse(
                work.done + outcome.index + 1, str(row.get("name") or row.get("external_id", "")), outcome.reason
            )


def _failed(work: Work, connection: CrmConnection, fault: CrmFault) -> None:
    tries = work.checkpoint.get("tries", 0) + 1
    if not fault.is_final and tries < TRIES:
        with work.chunk():
            work.checkpoint["tries"] = tries
        work.wait(30 * 2**tries, _("Waiting for %(system)s. %(fault)s") % {"system": connection, "fault": fault})
    note_fault(connection, str(fault))
    raise RuleViolation("crm_fault", str(fault))
