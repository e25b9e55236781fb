"""Whether mails from here are believed: the sender's domain looked up, and a test mail with its result."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from activity.enums import MailState
from activity.mailing.letters import TEMPLATES, Letter
from activity.models import Mail
from activity.services import send_test_mail
from portal.public.outbox import STATES
from portal.public.system import SystemPage
from prm.kernel.lazily import lazily
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from activity.sending_domain import Finding

sending_domain = lazily("activity.sending_domain")

SELECTOR = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,60}[A-Za-z0-9])?$"
TEST = "test"
LOOKS = {"good": "ok", "warn": "warn", "bad": "no"}


class SelectorForm(forms.Form):
    """The DKIM selector to look for."""

    selector = forms.RegexField(
        SELECTOR,
        label=_("DKIM selector"),
        required=False,
        help_text=_("Your mail service names it, such as “s1” or “mail”."),
        error_messages={"invalid": _("A selector has letters, digits, dots and hyphens only.")},
    )


class Sending(ActorView):
    """What a check and a test have in common; the operator's and the vendor's page name their own addresses."""

    page_name = "system-sending"
    test_name = "system-sending-test"
    template_name = "public/sending.html"

    def findings(self, selector: str) -> list[Finding]:
        """Look the sender's domain up."""
        found: list[Finding] = sending_domain.check_sender(sender_domain(), selector, sending_domain.default_resolver())
        return found

    def letter(self) -> Letter:
        """Return the test mail."""
        return TEMPLATES[TEST].letter({"brand": {}})


class SendingPage(Sending):
    """What receivers find about the sender."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the sender and, once asked for, what receivers find; the selector is in the address."""
        asked = "selector" in request.GET
        form = SelectorForm(request.GET if asked else None, initial={"selector": settings.MAIL_DKIM_SELECTOR})
        checked = asked and form.is_valid()
        found = self.findings(form.cleaned_data["selector"]) if checked else []
        context: dict[str, Any] = {
            "form": form,
            "sender": settings.DEFAULT_FROM_EMAIL,
            "domain": sender_domain(),
            "checked": checked,
            "findings": [(finding, LOOKS[finding.tone]) for finding in found],
            "page_url": reverse(self.page_name),
            "test_url": reverse(self.test_name),
            **test_context(request),
        }
        if asked and getattr(request, "htmx", False):
            return render(request, "public/sending_findings.html", context)
        return render(request, self.template_name, context)


class SendTest(Sending):
    """Sends a test mail to the person itself."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Queue it; the page shows how it goes."""
        mail = send_test_mail(actor=self.actor, letter=self.letter(), template=TEST)
        return redirect(f"{reverse(self.page_name)}?test={mail.pk}#test")


class TestResult(ActorView):
    """How a test mail goes, for the part of a page that asks until it is settled."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        mail = get_object_or_404(Mail.objects.visible_to(self.actor), pk=pk, event=None)
        return render(request, "public/sending_result.html", result_of(mail))


def test_context(request: Any) -> dict[str, Any]:
    """Return what the page shows of the test mail that its address names, if it is the person's own."""
    number = request.GET.get("test", "")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return {}
    mail = (
        Mail.objects.visible_to(request.actor)
        .filter(pk=int(number), event=None, template__in=[TEST, "text_test"])
        .first()
    )
    return result_of(mail) if mail else {}


def result_of(mail: Mail) -> dict[str, Any]:
    """Return a test mail with its state's look, and whether its fate is still open."""
    tone, icon = STATES[MailState(mail.state)]
    pending = mail.state in {MailState.QUEUED, MailState.SENDING}
    return {"test": mail, "test_tone": tone, "test_icon": icon, "test_pending": pending}


def sender_domain() -> str:
    """Return the domain of the address that all mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2].lower()


class SystemSending(SendingPage, SystemPage):
    """The installation's sender, for whoever runs it."""


class SystemSendTest(SendTest, SystemPage):
    """A test mail to the operator."""
