"""Who may import what, and the import in their sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from imports.models import Import
from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    from imports.kinds import ImportKind
    from prm.kernel.actors import Actor


def vendor_of(actor: Actor, kind: ImportKind) -> int:
    """Return the vendor for which an actor imports lists of a kind.

    Raises:
        Forbidden: the role doesn't import them, or nobody's vendor is meant.
    """
    if not actor.may(kind.permission) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't import this."))
    return actor.vendor_id


def locked(actor: Actor, run: Import) -> Import:
    """Return an import in the actor's sight, locked and read again.

    Raises:
        Http404: out of sight. Forbidden: the role doesn't import its kind.
    """
    found = Import.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=run.pk).first()
    if found is None:
        raise Http404
    fresh: Import = found
    vendor_of(actor, fresh.definition)
    return fresh
