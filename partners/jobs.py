"""Long work about partners: sending the invitations that lists brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from jobs.registry import job_kind
from partners.models import Invitation
from partners.permissions import EDIT_PARTNERS
from partners.services import send_held_invitation
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from jobs.work import Work

SEND_HELD = "invitations.send"
AT_ONCE = 50


@job_kind(
    SEND_HELD,
    label=_("Sending held invitations"),
    icon="mail",
    permission=EDIT_PARTNERS,
    exclusive=SEND_HELD,
    unit=_("invitations"),
    figures={"sent": _("Sent")},
    kept=_("Those that were sent until then stay sent."),
)
def send_held(work: Work) -> None:
    """Send every invitation that a list brought, 50 at a time; those that can't be sent are listed."""
    held = Invitation.objects.visible_to(work.actor).filter(issuer_id=work.job.vendor_id).held().order_by("pk")
    at = work.checkpoint.get("at", 0)
    work.total(work.done + held.filter(pk__gt=at).count())
    while rows := list(held.filter(pk__gt=work.checkpoint.get("at", 0)).select_related("partner")[:AT_ONCE]):
        with work.chunk():
            for row in rows:
                _send(work, row)
            work.checkpoint["at"] = rows[-1].pk
            work.advance(len(rows))


def _send(work: Work, invitation: Invitation) -> None:
    try:
        send_held_invitation(actor=work.actor, invitation=invitation)
    except RuleViolation as violation:
        work.refuse(invitation.pk, f"{invitation.email} ({invitation.partner})", str(violation.message))
    else:
        work.figures["sent"] = work.figures.get("sent", 0) + 1
