"""Protection that is released, offered or lost: what a partner answers, and its appeal."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg import services
from dealreg.appealing import appeal_refusal, contest_of
from dealreg.extension_forms import TakeBackForm
from dealreg.models import Appeal, Deal, ProtectionOffer
from dealreg.protection_forms import AcceptForm, AppealForm, RefuseOfferForm
from dealreg.rulings import policy_of
from portal.formats import day_text
from portal.partner.actions import DialogView, QuestionView
from portal.partner.extending import keep_proof


class Relinquish(DialogView):
    """Release the protection."""

    name = "relinquish"

    def act(self, deal: Deal, form: Any) -> str:
        """Give it up."""
        services.relinquish_protection(actor=self.actor, deal=deal, reason=form.cleaned_data["reason"])
        return _("The protection is released. The deal can still be won.")


class OfferView(QuestionView):
    """Answers the offer of protection."""

    def offer(self, deal: Deal) -> ProtectionOffer:
        """Return the newest offer.

        Raises:
            Http404: there is none.
        """
        newest = ProtectionOffer.objects.visible_to(self.actor).filter(deal=deal).order_by("-pk").first()
        if newest is None:
            raise Http404
        return newest


class AcceptOffer(OfferView):
    """Accept it."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> AcceptForm:
        """Return the form, which asks nothing."""
        return AcceptForm(request.POST if request else None)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        until = day_text(self.offer(deal).until)
        text = _("The offer holds until %(day)s. The rules judge your registration again, before anybody else’s.")
        return {"title": _("Accept protection?"), "text": text % {"day": until}, "label": _("Accept"), "danger": False}

    def act(self, deal: Deal, form: Any) -> str:
        """Accept."""
        services.accept_offer(actor=self.actor, offer=self.offer(deal))
        return _("Accepted. Your registration is judged now.")


class RefuseOffer(OfferView):
    """Don't accept it."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> RefuseOfferForm:
        """Return the form."""
        return RefuseOfferForm(request.POST if request else None)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        self.offer(deal)
        text = _("Your registration is withdrawn, and the next in line has the offer.")
        return {"title": _("Don’t accept protection?"), "text": text, "label": _("Don’t accept"), "danger": True}

    def act(self, deal: Deal, form: Any) -> str:
        """Refuse."""
        services.refuse_offer(actor=self.actor, offer=self.offer(deal), reason=form.cleaned_data["reason"])
        return _("Not accepted: the registration is withdrawn.")


class AppealAgainst(QuestionView):
    """Appeal against the newest decision."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> AppealForm:
        """Return the form."""
        return AppealForm(request.POST, request.FILES) if request else AppealForm()

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words; where it can't be appealed against, why."""
        refusal = appeal_refusal(deal, contest_of(deal), policy_of(deal), timezone.now())
        text = (
            _("Somebody else at %(vendor)s than the first decider looks at it. Until then nobody else is protected.")
            % {"vendor": deal.vendor.name}
            if refusal is None
            else refusal.message
        )
        return {"title": _("Appeal against the decision"), "text": text, "label": _("Appeal"), "danger": False}

    def act(self, deal: Deal, form: Any) -> str:
        """Keep the files, which are proof, then appeal."""
        refusal = appeal_refusal(deal, contest_of(deal), policy_of(deal), timezone.now())
        if refusal is not None:
            raise refusal
        for upload in form.cleaned_data["files"]:
            keep_proof(self.actor, deal, upload)
        services.appeal_decision(actor=self.actor, deal=deal, reason=form.cleaned_data["reason"])
        return _("Appealed. Somebody else decides; you hear by mail and here.")


class TakeBackAppeal(QuestionView):
    """Take the appeal back."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> TakeBackForm:
        """Return the form, which asks nothing."""
        return TakeBackForm(request.POST if request else None)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        text = _("The decision stands, and a clock that stood still runs again.")
        return {"title": _("Take the appeal back?"), "text": text, "label": _("Take it back"), "danger": True}

    def act(self, deal: Deal, form: Any) -> str:
        """Take it back."""
        newest = Appeal.objects.visible_to(self.actor).filter(deal=deal).order_by("-pk").first()
        if newest is None:
            raise Http404
        services.withdraw_appeal(actor=self.actor, appeal=newest)
        return _("The appeal is taken back.")
