"""What a deal's detail needs in its template: beside the queue, and as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.decision_forms import RemarkForm
from dealreg.engagement import fields_in
from dealreg.engagement.wording import AUDIENCES
from dealreg.own_fields import COLUMNS, Said, asked_of, told
from dealreg.permissions import COMMENT_DEALS, DECIDE_DEALS, NOTE_DEALS
from dealreg.services.own_answers import audiences_of
from dealreg.special_prices import priced

if TYPE_CHECKING:
    from portal.desk.dossier import Dossier
    from prm.kernel.actors import Actor


def pane_context(actor: Actor, dossier: Dossier, request: Any, queue: str = "") -> dict[str, Any]:
    """Return the template's variables. `queue` is the saved view that one came from, "" for none."""
    deal = dossier.deal
    prices = priced(deal.price_rows)
    return {
        "dossier": dossier,
        "deal": deal,
        "queue_key": queue,
        "answers": answers_of(actor, deal),
        "may_fill": may_fill(actor, deal),
        "prices": prices,
        "may_price": actor.may(DECIDE_DEALS) and any(each.waits for each in prices),
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


def answers_of(actor: Actor, deal: Any) -> list[Said]:
    """Return all answers that a person of the vendor reads; the deal carries its `definition`. No query."""
    fields = fields_in(deal.definition)
    found = told(asked_of(fields), deal.answers, deal.currency)
    for audience in audiences_of(actor):
        said = told(asked_of(fields, audience), getattr(deal, COLUMNS[audience]), deal.currency)
        words = str(AUDIENCES[audience])
        found += [Said(each.slug, each.label, each.text, each.is_long, words) for each in said]
    return found


def may_fill(actor: Actor, deal: Any) -> bool:
    """Whether there is something for the reader to fill in."""
    return actor.may(NOTE_DEALS) and bool(asked_of(fields_in(deal.definition), *audiences_of(actor)))
