"""What a deal's detail needs in its template: beside the queue, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dealreg.decision_forms import ApproveForm, AskForm, AttachForm, ConfirmForm, DeclineForm, RemarkForm, SeparateForm
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
        "only_us": _("Only %(vendor)s") % {"vendor": vendor_name(request)},
        "forms": decision_forms(dossier),
        "remark": remark_form(actor, dossier, request) if actor.may(NOTE_DEALS) else None,
        "attach": AttachForm(auto_id="attach_%s") if actor.may(COMMENT_DEALS) else None,
    }


def decision_forms(dossier: Dossier) -> dict[str, Any]:
    """Return an empty form for each decision that is offered, by the decision's name."""
    deal = dossier.deal
    names = {action.name for action in dossier.actions}
    found: dict[str, Any] = {}
    if "approve" in names:
        found["approve"] = ApproveForm(deal=deal, overtakes=dossier.overtakes, auto_id="approve_%s")
    if "decline" in names:
        found["decline"] = DeclineForm(deal=deal, auto_id="decline_%s")
    if "ask" in names:
        found["ask"] = AskForm(deal=deal, auto_id="ask_%s")
    if dossier.may_name_customer:
        found["separate"] = SeparateForm(deal=deal, auto_id="separate_%s")
        found["confirm"] = ConfirmForm(deal=deal, conflicts=dossier.conflicts, auto_id="confirm_%s")
    return found


def remark_form(actor: Actor, dossier: Dossier, request: Any, data: Any = None) -> RemarkForm:
    """Return the form of a note or comment."""
    return RemarkForm(data, actor=actor, deal=dossier.deal, vendor_name=vendor_name(request), auto_id="remark_%s")


def vendor_name(request: Any) -> str:
    """Return the name of the vendor whose desk it is."""
    return request.place.organisation if request.place else ""
