"""View sets whose actions each call one service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dealreg.permissions import VIEW_DEALS
from prm.kernel.api import ScopedViewSet
from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    from prm.kernel.actors import Permission


class Deeds(ScopedViewSet):
    """A view set whose actions each call one service."""

    def need(self, permission: Permission) -> None:
        """Refuse who lacks the right.

        Raises:
            Forbidden: so it is.
        """
        if not self.actor.may(permission):
            raise Forbidden("not_allowed", _("Your role doesn’t allow this."))


class OfDealsViewSet(Deeds):
    """What belongs to deals and has a key of its own, newest first, for whoever reads deals."""

    order = ("-id",)
    read_scope = "deals:read"
    write_scope = "deals:write"
    read_permission = VIEW_DEALS
    lookup_field = "key"
    lookup_url_kwarg = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
