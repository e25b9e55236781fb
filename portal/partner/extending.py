"""More time under protection: asking for it, and taking the request back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg import services
from dealreg.extending import extension_refusal
from dealreg.extension_forms import ExtendForm, TakeBackForm
from dealreg.models import Deal, Extension
from dealreg.services.extensions import room_for
from portal.partner.actions import NEVER_ON_THE_FORM, QuestionView
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


class Extend(QuestionView):
    """Ask for more time."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> ExtendForm:
        """Return the form, with what the rules give."""
        room = room_for(deal)
        return ExtendForm(request.POST, request.FILES, room=room) if request else ExtendForm(room=room)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words; where it can't be asked for, why."""
        refusal = extension_refusal(deal, room_for(deal), timezone.now())
        text = (
            _("%(vendor)s decides before the protection ends, or the request ends with it.")
            % {"vendor": deal.vendor.name}
            if refusal is None
            else refusal.message
        )
        return {"title": _("Ask for more time"), "text": text, "label": _("Ask"), "danger": False}

    def act(self, deal: Deal, form: Any) -> str:
        """Keep the files, which are proof too, then ask."""
        given = form.cleaned_data
        refusal = extension_refusal(deal, room_for(deal), timezone.now())
        if refusal is not None:
            raise refusal
        for upload in given["files"]:
            keep_proof(self.actor, deal, upload)
        wanted = services.Request(days=given["days"], reason=given["reason"], evidence=given["evidence"])
        services.ask_extension(actor=self.actor, deal=deal, request=wanted)
        return _("Asked. You hear by mail and here.")


def keep_proof(actor: Actor, deal: Deal, upload: Any) -> None:
    """Attach one file; its refusal belongs to the form's files."""
    try:
        services.add_file(actor=actor, deal=deal, upload=upload)
    except NEVER_ON_THE_FORM:
        raise
    except RuleViolation as violation:
        raise RuleViolation(violation.code, violation.message, "files") from None


class TakeBack(QuestionView):
    """Take the request back."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> TakeBackForm:
        """Return the form, which asks nothing."""
        return TakeBackForm(request.POST if request else None)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        text = _("The protection stays as it is. You can ask again.")
        return {"title": _("Take the request back?"), "text": text, "label": _("Take it back"), "danger": True}

    def act(self, deal: Deal, form: Any) -> str:
        """Take it back."""
        newest = Extension.objects.visible_to(self.actor).filter(deal=deal).order_by("-pk").first()
        if newest is None:
            raise Http404
        services.withdraw_extension(actor=self.actor, extension=newest)
        return _("The request is taken back.")
