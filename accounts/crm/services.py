"""Writes to connections: setting up, changing, switching, removing, and what a fetch brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import events
from accounts.enums import CrmSystem
from accounts.models import CrmConnection
from accounts.permissions import CONNECT_CRM
from jobs.actors import holder_of
from jobs.services import start_job
from prm.kernel.actors import system as as_system
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.outbound import NotAllowed, check_address
from prm.kernel.recording import record
from prm.kernel.sealing import seal, unseal
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from datetime import datetime

    from jobs.models import Job
    from prm.kernel.actors import Actor

PURPOSE = "crm connections"
FETCH = "accounts.crm_fetch"
AGAIN_AFTER = timedelta(hours=1)
OVERLAP = timedelta(minutes=10)
"""What changed this long before the last fetch began is asked for again: clocks differ, and rows appear late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFacts:
    """How a CRM is reached. secret: None keeps the one that is there."""

    address: str
    client_id: str
    secret: str | None
    every_hours: int


@transaction.atomic
def connect_crm(*, actor: Actor, system: str, facts: ConnectionFacts) -> CrmConnection:
    """Set a connection up; it is off until it is switched on. Records `crm.connected`.

    Raises:
        Forbidden: no right. RuleViolation: connected already, or a field is off; `field` names it.
    """
    _may(actor)
    if system not in CrmSystem.values:
        raise RuleViolation("unknown_system", _("Choose one of the systems."), "system")
    if CrmConnection.objects.visible_to(actor).filter(system=system).exists():
        raise RuleViolation("connected_already", _("It is connected already: change that connection."), "system")
    connection = CrmConnection(vendor_id=actor.vendor_id, system=system)
    _set(connection, actor, facts)
    connection.save()
    record(events.CRM_CONNECTED, actor=actor, subject=connection, data={"system": str(connection)})
    return connection


@transaction.atomic
def change_connection(*, actor: Actor, connection: CrmConnection, facts: ConnectionFacts) -> CrmConnection:
    """Change how a CRM is reached. Another address is fetched from the beginning. Records `crm.changed`.

    Raises:
        Http404, Forbidden: not the actor's. RuleViolation: a field is off; `field` names it.
    """
    fresh: CrmConnection = locked(connection, actor)
    _may(actor)
    before = {name: getattr(fresh, name) for name in ("address", "client_id", "secret", "every_hours")}
    _set(fresh, actor, facts)
    changed = [name for name, value in before.items() if getattr(fresh, name) != value]
    if "address" in changed:
        fresh.since = None
    fresh.fault = ""
    fresh.save()
    labels = ", ".join(str(CrmConnection._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
    if changed:
        record(events.CRM_CHANGED, actor=actor, subject=fresh, data={"system": str(fresh), "changed": labels})
    return fresh


@transaction.atomic
def switch_connection(*, actor: Actor, connection: CrmConnection, is_active: bool) -> CrmConnection:
    """Take a connection into use, fetching soon, or out of it. Records `crm.switched`.

    Raises:
        Http404, Forbidden: not the actor's. RuleViolation: it has no secret.
    """
    fresh: CrmConnection = locked(connection, actor)
    _may(actor)
    if is_active and not fresh.secret:
        raise RuleViolation("secret_missing", _("Enter its secret first."), "secret")
    fresh.is_active, fresh.seat_id, fresh.fault = is_active, actor.seat_id, ""
    fresh.next_at = timezone.now() if is_active else None
    fresh.save()
    word = _("on") if is_active else _("off")
    record(events.CRM_SWITCHED, actor=actor, subject=fresh, data={"system": str(fresh), "state": word})
    return fresh


@transaction.atomic
def remove_connection(*, actor: Actor, connection: CrmConnection) -> None:
    """Forget a connection with its secret. What it brought stays. Records `crm.removed`.

    Raises:
        Http404, Forbidden: not the actor's.
    """
    fresh: CrmConnection = locked(connection, actor)
    _may(actor)
    record(events.CRM_REMOVED, actor=actor, subject=fresh, data={"system": str(fresh)})
    fresh.delete()


@transaction.atomic
def start_fetch(*, actor: Actor, connection: CrmConnection) -> Job:
    """Fetch now, as a job; the next one is due after the connection's hours.

    Raises:
        Http404, Forbidden: not the actor's. RuleViolation: it has no secret.
    """
    fresh: CrmConnection = locked(connection, actor)
    _may(actor)
    if not fresh.secret:
        raise RuleViolation("secret_missing", _("Enter its secret first."), "secret")
    fresh.next_at = timezone.now() + timedelta(hours=fresh.every_hours) if fresh.is_active else None
    fresh.save(update_fields=["next_at"])
    title = _("Fetch from %(system)s") % {"system": fresh}
    return start_job(actor=actor, kind=FETCH, title=title, arguments={"connection": fresh.pk})


def fetch_due() -> int:
    """Start a fetch for each connection that is due. Returns how many.

    It works for the partner manager who switched it on; where that seat has ended, the connection shows it.
    """
    started = 0
    for connection in CrmConnection.objects.due(timezone.now()).select_related("seat").order_by("pk"):
        seat = connection.seat
        holder = holder_of(seat.person_id, seat.pk) if seat is not None else None
        if holder is None or not holder.actor.may(CONNECT_CRM):
            note_fault(connection, _("Who switched it on has left. Switch it off and on again."))
            continue
        start_fetch(actor=holder.actor, connection=connection)
        started += 1
    return started


@transaction.atomic
def note_fetched(connection: CrmConnection, *, began: datetime) -> None:
    """Note that all was fetched that had changed before a fetch began."""
    CrmConnection.objects.filter(pk=connection.pk).update(fetched_at=timezone.now(), since=began - OVERLAP, fault="")


@transaction.atomic
def note_fault(connection: CrmConnection, message: str) -> None:
    """Note why a CRM could not be read, and try again in an hour. Records `crm.failed` once per message."""
    fresh = CrmConnection.objects.select_for_update().filter(pk=connection.pk).first()
    if fresh is None:
        return
    if fresh.fault != message[:300]:
        facts = {"system": str(fresh), "fault": message}
        record(events.CRM_FAILED, actor=as_system(fresh.vendor_id), subject=fresh, data=facts)
    fresh.fault = message[:300]
    fresh.next_at = timezone.now() + AGAIN_AFTER if fresh.is_active else None
    fresh.save(update_fields=["fault", "next_at"])


def secret_of(connection: CrmConnection) -> str:
    """Return the secret in plain text, for signing in."""
    return unseal(connection.secret, purpose=PURPOSE)


def _may(actor: Actor) -> None:
    if not actor.may(CONNECT_CRM):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))


def _set(connection: CrmConnection, actor: Actor, facts: ConnectionFacts) -> None:
    if connection.system == CrmSystem.SALESFORCE:
        _require(
            facts.address, "address", _("Enter the address of your Salesforce, like https://acme.my.salesforce.com.")
        )
        _require(facts.client_id, "client_id", _("Enter the consumer key of the connected app."))
    if facts.address:
        try:
            check_address(facts.address)
        except NotAllowed:
            raise RuleViolation("address_not_https", _("The address begins with https://."), "address") from None
    if not 1 <= facts.every_hours <= 168:
        raise RuleViolation("hours_out_of_range", _("Between 1 and 168 hours."), "every_hours")
    values: dict[str, Any] = {"address": facts.address.strip(), "client_id": facts.client_id.strip()}
    for name, value in values.items():
        setattr(connection, name, value)
    connection.every_hours = facts.every_hours
    connection.seat_id = actor.seat_id
    if facts.secret:
        connection.secret = seal(facts.secret.strip(), purpose=PURPOSE)
    _require(connection.secret, "secret", _("Enter the secret or token."))


def _require(value: str, field: str, message: str) -> None:
    if not value.strip():
        raise RuleViolation("required", message, field)
