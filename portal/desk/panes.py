"""What a deal's detail needs in its template: beside the queue, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.decision_forms import RemarkForm
from dealreg.permissions import COMMENT_DEALS, NOTE_DEALS

if TYPE_CHECKING:
    from portal.desk.dossier import Dossier
    from prm.kernel.actors import Actor


def pane_context(actor: Actor, dossier: Dossier, request: Any, queue: str = "") -> dict[str, Any]:
    """Return the template's variables. `queue` is the saved view that one came from, "" for none."""
    deal = dossier.deal
    return {
        "dossier": dossier,
        "deal": deal,
        "queue_key": queue,
        "asked": f"?queue={queue}" if queue else "",
        "only_us": _("Only %(vendor)s") % {"vendor": vendor_name(request)},
        "remark": remark_form(actor, dossier, request) if actor.may(NOTE_DEALS) else None,
        "attach_url": reverse("desk:deal-file-add", args=[deal.reference]) if actor.may(COMMENT_DEALS) else "",
    }


def remark_form(actor: Actor, dossier: Dossier, request: Any, data: Any = None) -> RemarkForm:
    """Return the form of a note or comment."""
    return RemarkForm(data, actor=actor, deal=dossier.deal, vendor_name=vendor_name(request), auto_id="remark_%s")


def vendor_name(request: Any) -> str:
    """Return the name of the vendor whose desk it is."""
    return request.place.organisation if request.place else ""
