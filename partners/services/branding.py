"""A vendor's logo and colour."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from partners.events import VENDOR_BRANDED
from partners.models import Vendor
from partners.permissions import EDIT_BRANDING
from partners.pictures import Picture, rebuilt
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_CHROMA = Decimal("0.16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branding:
    """How a vendor looks: hue in degrees (0 to 359), chroma (0 to 0.16), the logo's bytes where it changes.

    `logo` None keeps what is there, empty bytes take it away.
    """

    hue: int
    chroma: Decimal
    logo: bytes | None = None


@transaction.atomic
def change_branding(*, actor: Actor, branding: Branding) -> Vendor:
    """Change the logo and colour of the actor's vendor; pages and mails follow from the next one on.

    A logo that is replaced stays where it is: mails that went out show it.

    Raises:
        Http404: not at a vendor. Forbidden: the role doesn't change how the vendor looks.
        RuleViolation: a hue or chroma out of range, or a picture that isn't taken; `field` names it.
    """
    vendor = _own(actor)
    if not 0 <= branding.hue < 360:
        raise RuleViolation("hue_out_of_range", _("Between 0 and 359."), "hue")
    if not 0 <= branding.chroma <= MOST_CHROMA:
        raise RuleViolation("chroma_out_of_range", _("Between 0 and 0.16."), "chroma")
    before = _facts(vendor)
    vendor.brand_hue, vendor.brand_chroma = branding.hue, branding.chroma
    if branding.logo:
        store_logo(vendor, rebuilt(branding.logo))
    elif branding.logo is not None:
        vendor.logo = ""
    return _saved(actor, vendor, before)


@transaction.atomic
def reset_branding(*, actor: Actor) -> Vendor:
    """Take the logo away and go back to the product's own colour.

    Raises:
        Http404: not at a vendor. Forbidden: the role doesn't change how the vendor looks.
    """
    vendor = _own(actor)
    before = _facts(vendor)
    plain = Vendor()
    vendor.brand_hue, vendor.brand_chroma, vendor.logo = plain.brand_hue, Decimal(plain.brand_chroma), ""
    return _saved(actor, vendor, before)


def store_logo(vendor: Vendor, picture: Picture) -> None:
    """Keep a picture as the vendor's logo, under a name that nobody can guess; the row is saved by the caller."""
    vendor.logo.save(f"logo.{picture.extension}", ContentFile(picture.content), save=False)


def _own(actor: Actor) -> Vendor:
    if not actor.is_vendor:
        raise Http404
    vendor: Vendor = Vendor.objects.visible_to(actor).select_for_update().get()
    if not actor.may(EDIT_BRANDING):
        raise Forbidden("not_allowed", _("Partner managers change how their vendor looks."))
    return vendor


def _facts(vendor: Vendor) -> dict[str, Any]:
    return {"hue": vendor.brand_hue, "chroma": f"{vendor.brand_chroma:.3f}", "logo": vendor.logo.name or ""}


def _saved(actor: Actor, vendor: Vendor, before: dict[str, Any]) -> Vendor:
    after = _facts(vendor)
    if after != before:
        vendor.save(update_fields=["brand_hue", "brand_chroma", "logo"])
        record(VENDOR_BRANDED, actor=actor, subject=vendor, before=before, after=after)
    return vendor
