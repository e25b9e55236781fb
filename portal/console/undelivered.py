"""What did not reach people, of the vendor's own: mails and reactions that gave up, with reasons and a way to retry."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.permissions import RETRY_MAILS
from activity.services import retry_all_undelivered, retry_mail, retry_own_delivery
from activity.undelivered import lost_deliveries, lost_mails, undelivered_mails
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView, ListPage, Page


class UndeliveredPage(ActorView):
    """A page about what was not delivered."""

    kinds = frozenset({Kind.VENDOR})
    permission = RETRY_MAILS


class Undelivered(ListPage, UndeliveredPage):
    """Mails that did not arrive, newest first, and reactions that gave up."""

    template_name = "console/undelivered.html"
    results_template = "console/undelivered_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("created_at",)}
    default_order = "-date"

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's mails that did not arrive."""
        return undelivered_mails(self.actor).defer("text", "html")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Put them in words, with the reactions beside them."""
        mails = lost_mails(self.actor, page.rows)
        deliveries = lost_deliveries(self.actor) if page.number == 1 else []
        return {
            "mails": mails,
            "deliveries": deliveries,
            "can_retry": any(not mail.bounces for mail in mails) or deliveries,
        }


class RetryMail(UndeliveredPage):
    """Sends one mail once more."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue it."""
        retry_mail(actor=self.actor, mail_id=pk)
        messages.success(request, _("The mail is in the queue again."))
        return redirect("console:undelivered")


class RetryDelivery(UndeliveredPage):
    """Tries one reaction once more."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Queue it."""
        retry_own_delivery(actor=self.actor, delivery_id=pk)
        messages.success(request, _("It is in the queue again."))
        return redirect("console:undelivered")


class RetryAll(UndeliveredPage):
    """Tries everything once more."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Queue all that can arrive."""
        count = retry_all_undelivered(actor=self.actor)
        words = ngettext("%(count)d is in the queue again.", "%(count)d are in the queue again.", count)
        messages.success(request, words % {"count": count})
        return redirect("console:undelivered")
