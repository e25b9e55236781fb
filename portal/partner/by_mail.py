"""Registering by forwarded mail: one's own address, how to use it, and what became of the last mails."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.inbound.addresses import is_on
from dealreg.inbound.emails import missing_words
from dealreg.models import InboundMail, MailAddress
from dealreg.permissions import REGISTER_DEALS
from dealreg.services import make_address
from prm.kernel.actors import Kind
from prm.kernel.errors import Forbidden
from prm.kernel.pages import ActorView

MOST_SHOWN = 10


class ByMail(ActorView):
    """GET shows the address; POST replaces it."""

    kinds = frozenset({Kind.PARTNER})
    permission = REGISTER_DEALS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        mails = InboundMail.objects.visible_to(self.actor).select_related("draft").order_by("-pk")[:MOST_SHOWN]
        address = MailAddress.objects.visible_to(self.actor).filter(revoked_at=None).first()
        context: dict[str, Any] = {
            "address": address.address if address and is_on() else "",
            "is_on": is_on(),
            "mails": [(mail, missing_words({"missing": mail.missing})) for mail in mails],
            "crumbs": [{"label": _("Deals"), "url": reverse("portal:deal-list")}, {"label": _("By mail")}],
        }
        response = render(request, "partner/by_mail.html", context)
        response["Cache-Control"] = "private, no-store"
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a new address; the old one is nothing from now on."""
        if not is_on():
            raise Forbidden("not_allowed", _("This installation takes no mails in."))
        make_address(actor=self.actor)
        messages.success(request, _("This is your address. Mails to an older one are passed over from now on."))
        return redirect("portal:by-mail")
