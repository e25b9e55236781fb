"""What ends with a deal's protection or decision: open offers and appeals, in the caller's transaction.

Below the services that decide: each of them calls these after it has moved the deal, whose lock it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from dealreg.models import Appeal, ProtectionOffer
from dealreg.reports import appeal_beside
from dealreg.workflow import APPEAL, OFFER
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from dealreg.models import Deal


def end_offer(deal: Deal) -> None:
    """End an open offer of protection: the deal was decided, or left the line. Records `deal.offer_ended`."""
    found = ProtectionOffer.objects.filter(deal=deal).open().first()
    if found is not None:
        move(OFFER, "end", row=found, actor=system(deal.vendor_id), data={"offer": found.pk}, about=deal)


def lapse_appeal(deal: Deal) -> None:
    """End an open appeal with what it was about. Records `deal.appeal_lapsed`."""
    found = Appeal.objects.filter(deal=deal).open().first()
    if found is not None:
        move(APPEAL, "lapse", row=found, actor=system(deal.vendor_id), data={"appeal": found.pk}, about=deal)


def refuse_beside_appeal(deal: Deal) -> None:
    """Refuse that a deal is protected while another one's appeal about the customer runs.

    Raises:
        RuleViolation: one runs. It names the deal: for the vendor only.
    """
    appeal = appeal_beside(deal)
    if appeal is not None:
        text = _(
            "%(reference)s appeals a decision about this customer. Decide the appeal first: nobody else is protected."
        )
        facts: dict[str, Any] = {"reference": appeal.deal.reference}
        raise RuleViolation("appeal_open", text % facts)
