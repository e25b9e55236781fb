"""What a partner does with a deal: answer, change, close, withdraw, comment, attach. Each also works as a page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dealreg import services
from dealreg.enums import Askable
from dealreg.forms import AnswerForm, CommentForm, FileForm
from dealreg.models import Deal
from dealreg.own_fields import at_control
from dealreg.permissions import COMMENT_DEALS, REGISTER_DEALS, WORK_DEALS
from dealreg.pipeline_forms import EditForm
from portal.partner.closing import DIALOGS
from portal.partner.deals import DealView, own_of
from portal.partner.timeline import written
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation

NEVER_ON_THE_FORM = (Conflict, Forbidden)


class QuestionView(DealView):
    """Asks with a form, then acts: 422 with the form where the form or the service refuses."""

    needs = WORK_DEALS
    template_name: ClassVar[str] = "partner/deal_form.html"

    def form(self, deal: Deal, request: HttpRequest | None = None) -> Any:
        """Return the form, filled with the request's data where there is one."""
        raise NotImplementedError

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return title, text, label and danger of the page."""
        raise NotImplementedError

    def act(self, deal: Deal, form: Any) -> str:
        """Do it; returns what to tell."""
        raise NotImplementedError

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show the question."""
        deal = self.deal(reference)
        return self.page(deal, self.form(deal))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Do what was asked."""
        deal = self.deal(reference)
        form = self.form(deal, request)
        if form.is_valid():
            try:
                done = self.act(deal, form)
            except NEVER_ON_THE_FORM:
                raise
            except RuleViolation as violation:
                show_violation(form, at_control(violation))
            else:
                messages.success(request, done)
                return redirect(deal)
        return self.page(deal, form, status=422)

    def page(self, deal: Deal, form: BaseForm, status: int = 200, **further: Any) -> HttpResponse:
        """Render the question."""
        context = {"deal": deal, "form": form, "crumbs": self.crumbs(deal), **self.words(deal), **further}
        return render(self.request, self.template_name, context, status=status)


class DialogView(QuestionView):
    """The page of a dialog."""

    name: ClassVar[str]

    def form(self, deal: Deal, request: HttpRequest | None = None) -> Any:
        """Return the dialog's form."""
        return DIALOGS[self.name](deal, request.POST if request else None).form

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the dialog's words."""
        dialog = DIALOGS[self.name](deal)
        return {"title": dialog.title, "text": dialog.text, "label": dialog.label, "danger": dialog.danger}


class Withdraw(DialogView):
    """Withdraw the registration."""

    name = "withdraw"

    def act(self, deal: Deal, form: Any) -> str:
        """Withdraw."""
        services.withdraw_deal(actor=self.actor, deal=deal, message=form.cleaned_data["message"])
        return _("The registration is withdrawn.")


class Win(DialogView):
    """Mark as won."""

    name = "win"

    def act(self, deal: Deal, form: Any) -> str:
        """Record the order."""
        services.win_deal(actor=self.actor, deal=deal, **form.order())
        return _("Won. Congratulations.")


class Lose(DialogView):
    """Mark as lost."""

    name = "lose"

    def act(self, deal: Deal, form: Any) -> str:
        """Record the loss."""
        services.lose_deal(actor=self.actor, deal=deal, **form.cleaned_data)
        return _("Marked as lost.")


class Reopen(DialogView):
    """Open a closed deal again."""

    name = "reopen"

    def act(self, deal: Deal, form: Any) -> str:
        """Open it."""
        services.reopen_deal(actor=self.actor, deal=deal)
        return _("The deal is open again.")


class Answer(QuestionView):
    """Answer what the approver asked for."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> AnswerForm:
        """Return a form of the fields that were asked for."""
        return AnswerForm(request.POST, request.FILES, deal=deal) if request else AnswerForm(deal=deal)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the question."""
        title = _("%(vendor)s needs an answer from you") % {"vendor": deal.vendor.name}
        return {"title": title, "text": deal.asked_text, "label": _("Send the answer"), "danger": False}

    def act(self, deal: Deal, form: Any) -> str:
        """Keep the files, then send the answer; a file alone is an answer too."""
        message = form.cleaned_data["message"]
        uploads = form.cleaned_data.get(Askable.FILES) or []
        for upload in uploads:
            self.keep(deal, upload)
        if uploads and not message:
            message = _("Attached: %(names)s") % {"names": ", ".join(upload.name for upload in uploads)}
        services.answer_request(actor=self.actor, deal=deal, answers=form.answers(), message=message)
        return _("Answer sent. %(vendor)s’s clock runs again.") % {"vendor": deal.vendor.name}

    def keep(self, deal: Deal, upload: Any) -> None:
        """Attach one file; its refusal belongs to the files' field."""
        try:
            services.add_file(actor=self.actor, deal=deal, upload=upload)
        except NEVER_ON_THE_FORM:
            raise
        except RuleViolation as violation:
            raise RuleViolation(violation.code, violation.message, str(Askable.FILES)) from None


class Edit(QuestionView):
    """Record the next step, and change what the partner may change."""

    template_name = "partner/deal_edit.html"

    def form(self, deal: Deal, request: HttpRequest | None = None) -> EditForm:
        """Return the form with the deal's revision in it."""
        own = own_of(deal)
        return EditForm(request.POST if request else None, instance=deal, initial={"revision": deal.revision}, own=own)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        return {"title": _("Record the next step"), "label": _("Save"), "danger": False}

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Save; a stale form comes back with both versions side by side."""
        try:
            return super().post(request, reference)
        except Conflict as conflict:
            if conflict.code != "changed_meanwhile":
                raise
            return self.stale(conflict, self.deal(reference))

    def act(self, deal: Deal, form: Any) -> str:
        """Change the deal."""
        services.change_deal(
            actor=self.actor,
            deal=deal,
            changes=form.changes(),
            revision=form.cleaned_data["revision"],
            reason=form.cleaned_data["reason"],
        )
        return _("Saved.")

    def stale(self, conflict: Conflict, deal: Deal) -> HttpResponse:
        """Show what was typed, what stands there now, and let the reader decide."""
        data = self.request.POST.copy()
        data["revision"] = str(deal.revision)
        form = EditForm(data, instance=deal, own=own_of(deal))
        form.is_valid()
        both = [
            (
                form[name].label,
                written(deal, name, getattr(deal, name)),
                written(deal, name, form.cleaned_data.get(name)),
            )
            for name in form.Meta.fields
            if name in form.cleaned_data and form.cleaned_data[name] != getattr(deal, name)
        ]
        return self.page(deal, form, status=409, conflict=conflict.message, both=both)


class Comment(QuestionView):
    """Write a comment that both sides read."""

    needs = COMMENT_DEALS

    def form(self, deal: Deal, request: HttpRequest | None = None) -> CommentForm:
        """Return the form."""
        return CommentForm(request.POST if request else None)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        text = _("%(vendor)s and your team read it.") % {"vendor": deal.vendor.name}
        return {"title": _("Write a comment"), "text": text, "label": _("Comment"), "danger": False}

    def act(self, deal: Deal, form: Any) -> str:
        """Write it."""
        services.add_comment(actor=self.actor, deal=deal, text=form.cleaned_data["text"])
        return _("Comment sent.")


class Attach(QuestionView):
    """Add files that both sides see."""

    needs = COMMENT_DEALS

    def form(self, deal: Deal, request: HttpRequest | None = None) -> FileForm:
        """Return the form."""
        return FileForm(request.POST, request.FILES) if request else FileForm()

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        text = _("%(vendor)s and your team see them. They stay for the record.") % {"vendor": deal.vendor.name}
        return {"title": _("Add files"), "text": text, "label": _("Add"), "danger": False}

    def act(self, deal: Deal, form: Any) -> str:
        """Keep the uploads that can be taken; the first that can't is told at the field."""
        refusals = []
        for upload in form.cleaned_data["files"]:
            try:
                services.add_file(actor=self.actor, deal=deal, upload=upload)
            except NEVER_ON_THE_FORM:
                raise
            except RuleViolation as violation:
                refusals.append(violation)
        if refusals:
            raise RuleViolation(refusals[0].code, " ".join(str(refusal.message) for refusal in refusals), "files")
        return _("Added.")


class Follow(DealView):
    """Begins a renewal or an upsell: a draft that is filled in as far as the won deal tells."""

    needs = REGISTER_DEALS

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Begin it, and lead to the draft."""
        deal = self.deal(reference)
        draft = services.begin_follow_up(actor=self.actor, deal=deal, kind=request.POST.get("kind", ""))
        return redirect(draft)
