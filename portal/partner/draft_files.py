"""The files of a draft of a registration."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dealreg import services
from dealreg.forms import Asked, RegistrationForm
from dealreg.models import DealDraft, DealFile
from portal.partner.drafting import attach, own_deal, own_draft, raw_text, uploads_in
from portal.partner.registration import RegistrationView
from prm.kernel.errors import RuleViolation


class DraftFilesView(RegistrationView):
    """The files of a draft: added as soon as they are chosen, removed one by one. What was typed is saved along."""

    def post(self, request: HttpRequest, submission: uuid.UUID, key: uuid.UUID | None = None) -> HttpResponse:
        """Add the uploads, or remove the file of that key."""
        draft = own_draft(self.actor, submission)
        if draft is None and own_deal(self.actor, submission) is not None:
            return redirect("portal:draft", submission=submission)
        # The form saves its text by itself where scripts run; a second writer would make its revision stale.
        if draft is None or not request.htmx:  # type: ignore[attr-defined]
            draft = services.save_draft(actor=self.actor, submission=submission, content=raw_text(request))
        if key is not None:
            self.remove(draft, key)
        refused = attach(self.actor, draft, uploads_in(request))
        if not request.htmx:  # type: ignore[attr-defined]
            for violation in refused:
                messages.error(request, str(violation.message))
            return redirect(draft)
        return self.files(draft, refused)

    def remove(self, draft: DealDraft, key: uuid.UUID) -> None:
        """Remove one file of the draft."""
        file = DealFile.objects.visible_to(self.actor).filter(key=key, draft=draft).first()
        if file is None:
            raise Http404
        services.remove_draft_file(actor=self.actor, file=file)

    def files(self, draft: DealDraft, refused: list[RuleViolation]) -> HttpResponse:
        """Render the list of files alone."""
        context = {
            "files": list(DealFile.objects.visible_to(self.actor).filter(draft=draft).order_by("pk")),
            "submission": draft.submission,
            "refused": refused,
            "form": RegistrationForm(asked=Asked(self.all_terms, self.chosen_terms(self.request.POST))),
        }
        return render(self.request, "partner/register_files.html", context, status=422 if refused else 200)
