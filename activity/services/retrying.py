"""What is done with what failed: by whoever runs the installation, and by a vendor with what is its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity import relay
from activity.enums import MailState
from activity.events import DELIVERY_RETRIED, MAIL_RETRIED
from activity.models import Delivery, Event, Mail
from activity.nudge import nudge_workers
from activity.permissions import RETRY_MAILS
from activity.undelivered import undelivered_deliveries, undelivered_mails
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_AT_ONCE = 500


@transaction.atomic
def retry_delivery(*, actor: Actor, delivery_id: int) -> None:
    """Put a delivery that gave up back into the queue, and ring the workers' bell on commit.

    Raises:
        Forbidden: the actor doesn't run this installation. Conflict: it isn't among those that gave up any more.
    """
    if not actor.is_operator:
        raise Forbidden("not_allowed", _("Only who runs this installation retries deliveries."))
    if not relay.revive(delivery_id):
        raise Conflict("not_dead", _("It is not among those that gave up any more: it was retried already."))
    transaction.on_commit(nudge_workers)


@transaction.atomic
def retry_mail(*, actor: Actor, mail_id: int) -> None:
    """Put a mail of the actor's vendor that did not arrive back into the queue; records `mail.retried`.

    Raises:
        Forbidden: the right is missing. Http404: not the vendor's. Conflict: it was retried already.
        RuleViolation: mails to the address come back.
    """
    _may_retry(actor)
    mail = undelivered_mails(actor).select_for_update(of=("self",)).filter(pk=mail_id).first()
    if mail is None:
        _explain_missing(Mail.objects.filter(pk=mail_id, vendor_id=actor.vendor_id).exists())
    if mail.is_bouncing:
        raise RuleViolation(
            "address_bounces",
            _("Mails to %(address)s come back. Correct the address, or let its person confirm it, then try again.")
            % {"address": mail.to},
        )
    _queue_again(actor, mail)
    transaction.on_commit(nudge_workers)


@transaction.atomic
def retry_own_delivery(*, actor: Actor, delivery_id: int) -> None:
    """Put a reaction to one of the vendor's own events back into the queue; records `delivery.retried`.

    Raises:
        Forbidden: the right is missing. Http404: not the vendor's. Conflict: it was retried already.
    """
    _may_retry(actor)
    found = undelivered_deliveries(actor).select_for_update(of=("self",)).select_related("event")
    delivery = found.filter(pk=delivery_id).first()
    if delivery is None:
        theirs = Delivery.objects.filter(pk=delivery_id, event__in=Event.objects.visible_to(actor))
        _explain_missing(theirs.exists())
    _run_again(actor, delivery)
    transaction.on_commit(nudge_workers)


@transaction.atomic
def retry_all_undelivered(*, actor: Actor) -> int:
    """Retry everything of the vendor's that did not arrive, up to 500 of each; returns how many.

    Mails to addresses that come back are left. Records an event for each.

    Raises:
        Forbidden: the right is missing.
    """
    _may_retry(actor)
    mails = (
        undelivered_mails(actor)
        .filter(is_bouncing=False)
        .order_by("id")
        .select_for_update(of=("self",), skip_locked=True)
    )
    deliveries = undelivered_deliveries(actor).order_by("id").select_for_update(of=("self",), skip_locked=True)
    chosen_mails, chosen = list(mails[:MOST_AT_ONCE]), list(deliveries.select_related("event")[:MOST_AT_ONCE])
    for mail in chosen_mails:
        _queue_again(actor, mail)
    for delivery in chosen:
        _run_again(actor, delivery)
    transaction.on_commit(nudge_workers)
    return len(chosen_mails) + len(chosen)


def _may_retry(actor: Actor) -> None:
    if not actor.may(RETRY_MAILS):
        raise Forbidden("not_allowed", _("Only partner managers retry what was not delivered."))


def _explain_missing(was_theirs: bool) -> NoReturn:  # noqa: FBT001
    if not was_theirs:
        raise Http404
    raise Conflict("not_dead", _("It is not among those that gave up any more: it was retried already."))


def _queue_again(actor: Actor, mail: Mail) -> None:
    again = {"state": MailState.QUEUED, "withheld": "", "attempts": 0, "due_at": timezone.now(), "error": ""}
    Mail.objects.filter(pk=mail.pk).update(**again)
    event = mail.event
    if event is None:  # a digest: told in the name of the vendor's own first line
        line = mail.lines.filter(event__vendor_id=actor.vendor_id).select_related("event").first()
        event = line.event if line else None
    if event is not None:
        record(MAIL_RETRIED, actor=actor, subject=event, data={"name": mail.template, "to": mail.to})


def _run_again(actor: Actor, delivery: Delivery) -> None:
    relay.revive(delivery.pk)
    record(DELIVERY_RETRIED, actor=actor, subject=delivery.event, data={"name": delivery.handler})
