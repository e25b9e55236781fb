"""The approval letter: a PDF with a number, for a distributor or a purchase order. Made by workers."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dealreg.models import PriceDecision
from dealreg.rules import competes
from prm.kernel.money import shown

if TYPE_CHECKING:
    from dealreg.models import Deal

TEMPLATE = Path(__file__).parent / "letter.typ"


def approval_letter(deal: Deal) -> bytes:
    """Return the letter as PDF, in the owner's language.

    What people typed reaches the template as data, never as markup.
    """
    # Loaded by name: the typesetter is 40 MB that no web worker needs.
    typst = importlib.import_module("typst")
    with translation.override(deal.owner.language), timezone.override(deal.owner.time_zone):
        facts = json.dumps(letter_facts(deal))
    return typst.compile(TEMPLATE.read_bytes(), sys_inputs={"facts": facts})


def letter_facts(deal: Deal) -> dict[str, object]:
    """Return the letter's words and figures, in the active language."""
    until = date_format(timezone.localtime(deal.protected_until), "DATE_FORMAT") if deal.protected_until else ""
    decided = date_format(timezone.localtime(deal.decided_at), "DATE_FORMAT") if deal.decided_at else ""
    decisions = PriceDecision.objects.filter(deal_id=deal.pk, valid_until__gte=timezone.localdate())
    special = decisions.order_by("-pk").first()
    holds = date_format(special.valid_until, "DATE_FORMAT") if special and special.valid_until else ""
    words = _("up to %(discount)s%% off the list, until %(day)s")
    price = words % {"discount": f"{special.discount.normalize():f}", "day": holds} if special else ""
    rows = [
        (_("Partner"), deal.partner.legal_name or deal.partner.name),
        (_("Customer"), deal.customer_name),
        (_("Project"), deal.title),
        (_("Value"), shown(deal.value, deal.currency)),
        (_("Discount"), f"{deal.discount.normalize():f}%"),
        (_("Special price"), price),
        (_("Protected until") if competes(deal.part) else _("Registered until"), until),
        (_("Rules of engagement"), deal.policy_reference),
        (_("Decided by"), str(deal.decided_by or _("Rule"))),
    ]
    return {
        "vendor": deal.vendor.name,
        "title": _("Approval of deal registration"),
        "reference": deal.reference,
        "date": decided,
        "intro": _("%(vendor)s has approved this registration. Quote the reference on orders to receive the discount.")
        % {"vendor": deal.vendor.name},
        "rows": [[label, value] for label, value in rows if value],
        "message": deal.decision_text,
        "hue": deal.vendor.brand_hue,
        "foot": _("Made by Open PRM. Valid without a signature; the vendor confirms it by the reference."),
    }
