"""What the pages of both sides about agreements have in common: how they look, the form that signs, the files."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.models import Event
from onboarding.agreements.papers import svg_of
from onboarding.agreements.rules import LONGEST_NAME, Signing, document_of, strokes_of
from onboarding.agreements.texts import blocks_of
from onboarding.enums import AgreementState, SignatureWay
from onboarding.models import Agreement, Signature
from onboarding.permissions import VIEW_AGREEMENTS
from onboarding.services.agreements import authority_words, consent_words
from people.limits import address_of
from portal.public.files import inert, stored_pieces
from portal.statuses import AGREEMENT_LOOK
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.actors import Actor

RELATED = ("vendor", "partner", "template", "version", "enrollment__program", "sent_by")
LONGEST_DRAWING = 60_000


class SignForm(forms.Form):
    """Name, position, how, and the two ticks. The drawing comes as JSON from sign.js; without it one types."""

    use_required_attribute = False

    document_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = forms.CharField(label=gettext_lazy("Your full name"), max_length=LONGEST_NAME)
    position = forms.CharField(label=gettext_lazy("Your position"), max_length=LONGEST_NAME)
    way = forms.ChoiceField(
        label=gettext_lazy("Sign by"),
        choices=[
            (SignatureWay.TYPED.value, gettext_lazy("typing your name")),
            (SignatureWay.DRAWN.value, gettext_lazy("drawing it")),
        ],
        widget=forms.RadioSelect,
        initial=SignatureWay.TYPED.value,
        required=False,
    )
    drawing = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_DRAWING)
    authority = forms.BooleanField(error_messages={"required": gettext_lazy("Confirm that you are entitled to sign.")})
    consent = forms.BooleanField(error_messages={"required": gettext_lazy("Agree to sign electronically.")})

    def __init__(self, *args: Any, agreement: Agreement, party: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The sentences are the document's, in its language: they are kept with the signature.
        with translation.override(agreement.template.language):
            self.fields["authority"].label = authority_words(party)
            self.fields["consent"].label = consent_words()

    def clean_way(self) -> str:
        """Take typing for granted."""
        return self.cleaned_data["way"] or SignatureWay.TYPED.value

    def clean_drawing(self) -> tuple[Any, ...]:
        """Return the strokes.

        Raises:
            ValidationError: not a drawing.
        """
        text = self.cleaned_data["drawing"]
        try:
            return strokes_of(json.loads(text)) if text else ()
        except ValueError:
            raise forms.ValidationError(_("The drawing can’t be read. Draw it again, or type your name.")) from None

    def signing(self, request: HttpRequest) -> Signing:
        """Return what the service takes."""
        given = self.cleaned_data
        drawn = given["way"] == SignatureWay.DRAWN
        return Signing(
            name=given["name"],
            position=given["position"],
            way=SignatureWay(given["way"]),
            drawing=given["drawing"] if drawn else (),
            authority=given["authority"],
            consent=given["consent"],
            document_hash=given["document_hash"],
            address=address_of(request),
            browser=request.headers.get("User-Agent", ""),
        )


def sign_form(request: HttpRequest, agreement: Agreement, party: str) -> SignForm:
    """Return the form as sent, or a fresh one with what is known of the person."""
    if request.method == "POST":
        return SignForm(request.POST, agreement=agreement, party=party)
    person: Any = request.user
    initial = {"document_hash": agreement.document_hash, "name": person.name, "position": person.job_title}
    return SignForm(initial=initial, agreement=agreement, party=party)


class AgreementView(ActorView):
    """A page about an agreement in the actor's sight."""

    permission = VIEW_AGREEMENTS

    def agreement(self, key: UUID) -> Agreement:
        """Return it.

        Raises:
            Http404: out of sight.
        """
        found: Agreement = get_object_or_404(Agreement.objects.visible_to(self.actor).select_related(*RELATED), key=key)
        return found

    def shown(self, agreement: Agreement) -> dict[str, Any]:
        """Return what both sides' pages show: the text, who signed, what happened. Two queries."""
        signatures = list(Signature.objects.visible_to(self.actor).filter(agreement=agreement).order_by("is_vendor"))
        return {
            "agreement": agreement,
            "look": AGREEMENT_LOOK[AgreementState(agreement.state)],
            "blocks": blocks_of(agreement.text),
            "being_sealed": not agreement.sealed and _is_fresh(agreement),
            "signatures": [(each, drawn(each)) for each in signatures],
            "entries": history_of(self.actor, agreement),
        }


def drawn(signature: Signature) -> SafeString | str:
    """Return a drawn signature as SVG, which holds nothing but numbers of its strokes; "" for a typed one."""
    return mark_safe(svg_of(signature.drawing)) if signature.drawing else ""  # noqa: S308


def _is_fresh(agreement: Agreement) -> bool:
    return agreement.completed_at is not None and timezone.now() - agreement.completed_at < timedelta(hours=1)


def history_of(actor: Actor, agreement: Agreement) -> Sequence[dict[str, Any]]:
    """Return what happened to an agreement, as a timeline takes it. One query."""
    happened = Event.objects.visible_to(actor).about(agreement).select_related("person")
    return [
        {
            "icon": event.definition.icon,
            "tone": event.definition.tone,
            "who": str(event.person or ""),
            "text": event.sentence,
            "at": event.occurred_at,
        }
        for event in happened[:50]
    ]


class AgreementFile(AgreementView):
    """A download: the sealed PDF, the document as put to be signed, or the very text that is hashed."""

    which: ClassVar[str] = "sealed"

    def get(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """Send it.

        Raises:
            Http404: it isn't made yet.
        """
        agreement = self.agreement(key)
        if self.which == "text":
            text = document_of(agreement.reference, agreement.title, agreement.text)
            return inert(HttpResponse(text.encode()), f"{agreement.reference}.txt", "text/plain; charset=utf-8")
        stored = agreement.sealed if self.which == "sealed" else agreement.document
        if not stored:
            raise Http404
        try:
            opened = stored.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = StreamingHttpResponse(stored_pieces(opened, opened.size))
        response["Content-Length"] = str(opened.size)
        ending = "" if self.which == "sealed" else f"-{_('unsigned')}"
        return inert(response, f"{agreement.reference}{ending}.pdf", "application/pdf")
