"""The demo's outbox, and previews of every mail."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from activity import mailing
from activity.enums import MailState
from activity.models import Mail
from activity.reports import mails_to_nobody
from partners.permissions import EDIT_PROGRAMS
from partners.reports import invitation_mails
from prm.kernel.errors import Forbidden
from prm.kernel.pages import ActorView, ListPage, Page

IN_FRAME = "default-src 'none'; style-src 'unsafe-inline'; img-src data: {site}; frame-ancestors 'self'; sandbox"
STATES = {
    MailState.QUEUED: ("info", "clock"),
    MailState.SENDING: ("info", "out"),
    MailState.SENT: ("good", "ok"),
    MailState.DEAD: ("bad", "warn"),
    MailState.WITHHELD: ("warn", "pause"),
}


def mail_frame(html: str) -> HttpResponse:
    """Answer with a mail's HTML for a frame of ours: no scripts, forms or origin; nothing loaded but our pictures."""
    response = HttpResponse(html)
    response["Content-Security-Policy"] = IN_FRAME.format(site=settings.SITE_URL)
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    return response


class OutboxPage(ActorView):
    """A page of the outbox: it exists in demo mode only, where no mail leaves the machine."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Hide the outbox outside demo mode."""
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def found(self, pk: int) -> Mail:
        """Return one of the person's mails, or 404."""
        mail: Mail = get_object_or_404(self.mails(), pk=pk)
        return mail

    def mails(self) -> QuerySet[Any]:
        """Return the person's mails, and those to people whom its organisation invited: nobody else could open them."""
        mine = Mail.objects.visible_to(self.actor) | invitation_mails(self.actor)
        # In the demo somebody has to read what applicants get: their links are nowhere else.
        return mine | mails_to_nobody() if self.actor.is_operator else mine


class Outbox(ListPage, OutboxPage):
    """The signed-in person's own mails, newest first."""

    template_name = "public/outbox.html"
    results_template = "public/outbox_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("created_at",)}
    default_order = "-date"

    def rows(self) -> QuerySet[Any]:
        """Return the person's mails, without their texts."""
        return self.mails().defer("text", "html", "error")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Give each mail its state's look."""
        return {"mails": [(mail, *STATES[MailState(mail.state)]) for mail in page.rows]}


class OutboxMail(OutboxPage):
    """One mail, as sent and as plain text."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        mail = self.found(pk)
        tone, icon = STATES[MailState(mail.state)]
        return render(request, "public/outbox_mail.html", {"mail": mail, "tone": tone, "icon": icon})


class OutboxMailBody(OutboxPage):
    """A mail's HTML, for the frame on its page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Serve it."""
        return mail_frame(self.found(pk).html)


class PreviewPage(ActorView):
    """Previews of mails: for partner managers and whoever runs the installation; for everyone in demo mode."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse others; strangers are sent to sign-in by the base."""
        known = self.actor.person_id is not None
        if known and not (settings.DEMO or self.actor.is_operator or self.actor.may(EDIT_PROGRAMS)):
            raise Forbidden("not_allowed", _("Partner managers see the previews of mails."))
        return super().dispatch(request, *args, **kwargs)

    def letter(self, name: str) -> mailing.Letter:
        """Return the template's letter, built from its sample in the reader's language, or 404."""
        template = mailing.TEMPLATES.get(name)
        if template is None:
            raise Http404
        return template.letter(template.sample)


class MailPreviews(PreviewPage):
    """Every kind of mail that is sent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them with their subjects."""
        kinds = [(name, self.letter(name).subject) for name in sorted(mailing.TEMPLATES)]
        return render(request, "public/mail_previews.html", {"kinds": kinds})


class MailPreview(PreviewPage):
    """One kind of mail, filled with its sample."""

    def get(self, request: HttpRequest, template: str) -> HttpResponse:
        """Show it as sent and as plain text."""
        letter = self.letter(template)
        text, _markup = mailing.render(letter)
        context = {"template_name": template, "letter": letter, "text": text}
        return render(request, "public/mail_preview.html", context)


class MailPreviewBody(PreviewPage):
    """A sample mail's HTML, for the frame on its page."""

    def get(self, request: HttpRequest, template: str) -> HttpResponse:
        """Serve it."""
        return mail_frame(mailing.render(self.letter(template))[1])
