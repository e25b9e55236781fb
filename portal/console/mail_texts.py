"""The vendor's own words for its mails: listed by kind and language, edited beside a live preview, tested, reset."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from activity.mailing.letters import TEMPLATES, Letter, MailTemplate
from activity.mailing.letters import render as drawn
from activity.mailing.texts import Wording, own_wording, unresolved, worded_letter
from activity.models import MailText
from activity.permissions import EDIT_MAILS
from activity.registry import NOTICES
from activity.services import change_mail_text, reset_mail_text, send_test_mail
from activity.services.texts import FIELDS, unresolved_words
from partners.emails import brand_of
from partners.models import Vendor
from portal.public.outbox import mail_frame
from portal.public.sending import test_context
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import ActorView, show_violation

PREVIEW_SECONDS = 600
TEXT_TEST = "text_test"


class WordingForm(forms.Form):
    """A mail's words as typed. The service checks the placeholders."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    heading = forms.CharField(label=gettext_lazy("Heading"), max_length=200)
    paragraphs = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("An empty line starts a new paragraph."),
    )
    button = forms.CharField(label=gettext_lazy("Button"), max_length=80, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, has_button: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_button:
            del self.fields["button"]

    def wording(self) -> Wording:
        """Return what was typed."""
        return Wording(**{name: self.cleaned_data.get(name, "") for name in FIELDS})


class MailTextPage(ActorView):
    """A page about the vendor's words."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_MAILS

    def template(self) -> MailTemplate:
        """Return the kind of mail that the address names, or 404."""
        found = TEMPLATES.get(self.kwargs["template"])
        if found is None or not found.placeholders:
            raise Http404
        return found

    def language(self) -> str:
        """Return the language that the address names, or 404."""
        code: str = self.kwargs["language"]
        if code not in dict(settings.LANGUAGES):
            raise Http404
        return code

    def text(self) -> MailText | None:
        """Return the vendor's words, if there are any."""
        found = MailText.objects.visible_to(self.actor).filter(template=self.template().name, language=self.language())
        text: MailText | None = found.first()
        return text

    def sample_letter(self, wording: Wording | MailText | None) -> Letter:
        """Return the letter with those words, filled with the sample, in the vendor's look."""
        vendor = Vendor.objects.visible_to(self.actor).get()
        facts = {**self.template().sample, "vendor": vendor.name, "brand": brand_of(vendor)}
        with translation.override(self.language()):
            return worded_letter(self.template(), facts, wording)


def label_of(name: str) -> Any:
    """Return what a kind of mail is called: as the notification that it goes with, else by its own label."""
    return next((kind.label for kind in NOTICES.values() if kind.mail == name), TEMPLATES[name].label or name)


class MailTexts(MailTextPage):
    """Every kind of mail that can be worded, with the languages that the vendor has words for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        own = {(text.template, text.language): text for text in MailText.objects.visible_to(self.actor)}
        rows = [
            (
                label_of(name),
                [
                    (
                        get_language_info(code)["name_local"],
                        reverse("console:mail-text", args=[name, code]),
                        (name, code) in own,
                    )
                    for code, _name in settings.LANGUAGES
                ],
            )
            for name, template in sorted(TEMPLATES.items())
            if template.placeholders
        ]
        return render(request, "console/mail_texts.html", {"rows": rows, "count": len(own)})


class MailTextEdit(MailTextPage):
    """One kind of mail in one language."""

    def get(self, request: HttpRequest, template: str, language: str) -> HttpResponse:
        """Show the words that hold."""
        text = self.text()
        return self._page(self._form(text), text, self._words(text))

    def post(self, request: HttpRequest, template: str, language: str) -> HttpResponse:
        """Keep the words; or, without JavaScript, only draw the preview."""
        text = self.text()
        form = self._form(text, request.POST)
        if not form.is_valid():
            return self._page(form, text, self._words(text), status=422)
        if "preview" in request.POST:
            return self._page(form, text, form.wording())
        try:
            change_mail_text(
                actor=self.actor,
                template=template,
                language=language,
                wording=form.wording(),
                revision=form.cleaned_data["revision"],
            )
        except Conflict as conflict:
            return self._stale(form, conflict)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, text, form.wording(), status=violation.status)
        messages.success(request, _("Mails of this kind say it your way from now on."))
        return redirect("console:mail-text", template, language)

    def _stale(self, form: WordingForm, conflict: Conflict) -> HttpResponse:
        """Show what was typed beside what somebody else saved; the next save counts."""
        fresh = self.text()
        form.add_error(None, str(conflict.message))
        form.data = {**form.data.dict(), "revision": str(fresh.revision if fresh else 0)}  # type: ignore[attr-defined]
        return self._page(form, fresh, form.wording(), status=409, theirs=self._words(fresh))

    def _words(self, text: MailText | None) -> Wording:
        if text is not None:
            return Wording(**{name: getattr(text, name) for name in FIELDS})
        with translation.override(self.language()):
            return own_wording(self.template())

    def _form(self, text: MailText | None, data: Any = None) -> WordingForm:
        words = self._words(text)
        initial = {**asdict(words), "revision": text.revision if text else 0}
        has_button = bool(self.sample_letter(None).button)
        return WordingForm(data, initial=initial, has_button=has_button)

    def _page(self, form: WordingForm, text: MailText | None, words: Wording, **more: Any) -> HttpResponse:
        name, language, status = self.template().name, self.language(), more.pop("status", 200)
        context = {
            "form": form,
            "text": text,
            "label": label_of(name),
            "name": name,
            "language": language,
            "language_name": get_language_info(language)["name_local"],
            "languages": [
                {"label": get_language_info(code)["name_local"], "url": reverse("console:mail-text", args=[name, code]),
                 "current": code == language}
                for code, _name in settings.LANGUAGES
            ],
            "placeholders": [(f"{{{key}}}", says) for key, says in self.template().placeholders.items()],
            **preview_of(self, words),
            **test_context(self.request),
            **more,
        }  # fmt: skip
        return render(self.request, "console/mail_text.html", context, status=status)


def preview_of(page: MailTextPage, words: Wording) -> dict[str, Any]:
    """Return what the preview shows of typed words; they are kept for ten minutes, for the frame to fetch.

    The frame needs an address of its own: its policy allows a mail's inlined styles, which the page's does not.
    """
    key = secrets.token_urlsafe(12)
    cache.set(_key(page, key), asdict(words), PREVIEW_SECONDS)
    wrong = unresolved(page.template(), words.parts)
    return {
        "subject": page.sample_letter(words).subject,
        "frame_url": reverse("console:mail-text-frame", args=[page.template().name, page.language(), key]),
        "wrong": unresolved_words(page.template(), wrong) if wrong else "",
    }


def _key(page: MailTextPage, key: str) -> str:
    return f"mail-text:{page.actor.seat_id}:{key}"


class MailTextPreview(MailTextPage):
    """The preview of what is being typed, for htmx."""

    def post(self, request: HttpRequest, template: str, language: str) -> HttpResponse:
        """Draw it; nothing is kept but for the frame."""
        words = Wording(**{name: request.POST.get(name, "")[:5000] for name in FIELDS})
        return render(request, "console/mail_text_preview.html", preview_of(self, words))


class MailTextFrame(MailTextPage):
    """A previewed mail's HTML, for the frame."""

    def get(self, request: HttpRequest, template: str, language: str, key: str) -> HttpResponse:
        """Serve it; without kept words, those that hold."""
        kept = cache.get(_key(self, key))
        letter = self.sample_letter(Wording(**kept) if kept else self.text())
        with translation.override(self.language()):
            return mail_frame(drawn(letter)[1])


class MailTextReset(MailTextPage):
    """Goes back to the product's own words."""

    def post(self, request: HttpRequest, template: str, language: str) -> HttpResponse:
        """Reset."""
        revision = request.POST.get("revision", "")
        seen = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0
        reset_mail_text(actor=self.actor, template=self.template().name, language=self.language(), revision=seen)
        messages.success(request, _("Mails of this kind have the product’s own words again."))
        return redirect("console:mail-text", template, language)


class MailTextTest(MailTextPage):
    """Sends the mail, filled with the sample, to the person itself."""

    def post(self, request: HttpRequest, template: str, language: str) -> HttpResponse:
        """Queue it, in the words that are saved."""
        letter = self.sample_letter(self.text())
        with translation.override(self.language()):
            mail = send_test_mail(actor=self.actor, letter=letter, template=TEXT_TEST)
        return redirect(f"{reverse('console:mail-text', args=[template, language])}?test={mail.pk}#test")
