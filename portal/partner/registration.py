"""Register a deal: one page, its draft, the check while typing, and what the registration brings."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Price, Product
from dealreg import services
from dealreg.enums import Stage, Status
from dealreg.forms import Asked, RegistrationForm, submission_in
from dealreg.line_forms import LineFormSet, ProductChoice, lines_in
from dealreg.models import Deal, DealDraft
from dealreg.own_fields import at_control
from dealreg.permissions import REGISTER_DEALS
from dealreg.reports import DecisionTimes, decision_times
from dealreg.rules import Terms
from dealreg.services.admission import known_refusal
from dealreg.terms import terms_for
from partners.middleware import focused_vendor
from partners.models import Partner
from portal.formats import moment_text, relative_text, span_text, time_text
from portal.partner.drafting import (
    attach,
    count_check,
    own_deal,
    own_draft,
    own_duplicates,
    raw_text,
    revision_in,
    uploads_in,
)
from portal.sections import sections_of
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation, TooMany
from prm.kernel.money import CURRENCIES, shown
from prm.kernel.pages import ActorView, show_violation


@dataclass
class Sheet:
    """The form as it is filled in at the moment: fields, lines, files, and what they bring."""

    form: RegistrationForm
    lines: Any
    terms: Terms
    draft: DealDraft | None = None
    conflict: str = ""


class RegistrationView(ActorView):
    """What the pages around a registration share."""

    kinds = frozenset({Kind.PARTNER})
    permission = REGISTER_DEALS

    @cached_property
    def all_terms(self) -> list[Terms]:
        """What a registration brings in each program that is open to the actor."""
        return terms_for(self.actor)

    def chosen_terms(self, typed: Mapping[str, Any]) -> Terms:
        """Return the terms of the enrollment that was chosen, else of the vendor in focus, else the first."""
        focus = focused_vendor(self.request)
        asked = [held for held in self.all_terms if str(held.enrollment_id) == str(typed.get("enrollment", ""))]
        near = [held for held in self.all_terms if held.vendor_id == focus]
        return (asked or near or self.all_terms)[0]

    def products(self, terms: Terms, typed: Mapping[str, Any]) -> dict[str, ProductChoice]:
        """Return the vendor's products with today's list prices in the currency chosen. One query."""
        currency = currency_of(terms, typed)
        prices = Price.objects.visible_to(self.actor).filter(
            product=OuterRef("pk"), currency=currency, valid_from__lte=timezone.localdate()
        )
        rows = (
            Product.objects.visible_to(self.actor)
            .filter(vendor_id=terms.vendor_id, is_active=True)
            .annotate(price=Subquery(prices.order_by("-valid_from").values("amount")[:1]))
            .order_by("name", "pk")
            .values_list("pk", "name", "price", "family__code", "family__name")
        )
        return {
            str(pk): ProductChoice(
                pk, f"{name} ({shown(price, currency)})" if price is not None else name, price, tuple(family)
            )
            for pk, name, price, *family in rows
        }

    def filled_in(self, content: Mapping[str, Any], submission: uuid.UUID, draft: DealDraft | None = None) -> Sheet:
        """Return the form with raw text in it, not judged yet."""
        terms = self.chosen_terms(content)
        start = {
            "stage": Stage.QUALIFIED,
            "part": sections_of(self.request.place.partner_type).part,  # type: ignore[attr-defined]
            "currency": terms.currency,
            "enrollment": terms.enrollment_id,
        }
        initial = {**start, **content, "submission": submission, "draft_revision": draft.revision if draft else ""}
        products = self.products(terms, content)
        lines = LineFormSet(initial=lines_in(content), prefix="lines", form_kwargs={"products": products})
        asked = Asked(self.all_terms, terms, families_of(products))
        return Sheet(RegistrationForm(initial=initial, asked=asked), lines, terms, draft)

    def sent(self, request: HttpRequest) -> Sheet:
        """Return the form as it was sent, to be judged."""
        terms = self.chosen_terms(request.POST)
        products = self.products(terms, request.POST)
        lines = LineFormSet(request.POST, prefix="lines", form_kwargs={"products": products})
        asked = Asked(self.all_terms, terms, families_of(products))
        return Sheet(RegistrationForm(request.POST, request.FILES, asked=asked), lines, terms)

    def page(self, sheet: Sheet, status: int = 200) -> HttpResponse:
        """Render the whole page."""
        form = sheet.form
        typed = {name: form[name].value() for name in ("customer_name", "customer_domain", "customer_country")}
        context = {
            "sheet": sheet,
            "form": form,
            "formset": sheet.lines,
            "files": list(sheet.draft.files.all()) if sheet.draft else [],
            "submission": form["submission"].value(),
            "duplicates": own_duplicates(self.actor, sheet.terms.vendor_id, typed),
            "saved_at": time_text(sheet.draft.updated_at) if sheet.draft else "",
            **self.brings(sheet.terms),
        }
        return render(self.request, "partner/register.html", context, status=status)

    def brings(self, terms: Terms) -> dict[str, Any]:
        """Return what the panels beside the form show. One query."""
        times = decision_times(frozenset({terms.vendor_id})).get(terms.vendor_id, DecisionTimes(0, None, None))
        median = span_text(times.median_hours * 3600) if times.median_hours is not None else ""
        return {"terms": terms, "times": times, "median": median, "several": len(self.all_terms) > 1}

    def registered(self, deal: Deal) -> HttpResponse:
        """Lead to the deal that the form has become; say so where it was sent again, filled in for another customer."""
        if self.request.POST.get("customer_name", "").strip() == deal.customer_name:
            messages.success(self.request, what_now(deal))
        else:
            text = _(
                "This form had become %(reference)s already. Nothing was submitted again: start a new registration."
            )
            messages.warning(self.request, text % {"reference": deal.reference})
        return redirect(deal)

    def stale(self, conflict: Conflict, submission: uuid.UUID) -> HttpResponse:
        """Answer a form that was overtaken: by its own submission, or by another window."""
        deal = own_deal(self.actor, submission)
        if deal is not None:
            return self.registered(deal)
        draft = own_draft(self.actor, submission)
        refused = attach(self.actor, draft, uploads_in(self.request)) if draft else []
        sheet = self.filled_in(raw_text(self.request), submission, own_draft(self.actor, submission))
        for refusal in refused:
            messages.error(self.request, str(refusal.message))
        sheet.conflict = str(conflict.message)
        return self.page(sheet, status=409)


def families_of(products: Mapping[str, ProductChoice]) -> dict[str, str]:
    """Return the names of the products' families, by code."""
    return {product.family[0]: product.family[1] for product in products.values() if product.family}


def currency_of(terms: Terms, typed: Mapping[str, Any]) -> str:
    """Return the currency that was chosen, the vendor's where none or an unknown one was."""
    asked = str(typed.get("currency", ""))
    return asked if asked in CURRENCIES else terms.currency


def typed_in(request: HttpRequest) -> dict[str, str]:
    """Return what was typed; where another vendor was just chosen, its currency takes the place of the last one's."""
    content = raw_text(request)
    if "choose" in request.POST or "fresh" in request.GET:
        content.pop("currency", None)
    return content


class RegisterView(RegistrationView):
    """The page: a fresh form, and what is done with it when it is sent."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show an empty form. Nothing is written before something is typed."""
        if not self.all_terms:
            return render(request, "partner/register_closed.html")
        country = Partner.objects.visible_to(self.actor).values_list("country", flat=True).first()
        return self.page(self.filled_in({"customer_country": country or ""}, uuid.uuid4()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save the draft, or submit."""
        if not self.all_terms:
            raise Http404
        submission = submission_in(request.POST) or uuid.uuid4()
        if {"save", "choose", "more"} & set(request.POST):
            return self.save(request, submission)
        return self.submit(request, submission)

    def save(self, request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
        """Keep everything as it is; the way without JavaScript."""
        try:
            draft = services.save_draft(
                actor=self.actor, submission=submission, content=typed_in(request), revision=revision_in(request.POST)
            )
        except Conflict as conflict:
            return self.stale(conflict, submission)
        except RuleViolation as violation:
            return self.refused(self.sent(request), violation)
        refused = attach(self.actor, draft, uploads_in(request))
        for refusal in refused:
            messages.error(request, str(refusal.message))
        if "save" in request.POST and not refused:
            messages.success(request, _("Draft saved. You can leave and come back."))
        return redirect(draft)

    def submit(self, request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
        """Register the deal, or show what needs another look with everything kept."""
        sheet = self.sent(request)
        good = all([sheet.form.is_valid(), sheet.lines.is_valid()])
        uploads = uploads_in(request)
        try:
            if uploads or not good:
                sheet.draft = services.save_draft(actor=self.actor, submission=submission, content=raw_text(request))
            refused = attach(self.actor, sheet.draft, uploads) if sheet.draft else []
            for violation in refused:
                show_violation(sheet.form, violation)
            if not good or refused:
                return self.shown_again(sheet, submission)
            registration = sheet.form.registration(sheet.lines.inputs())
            deal = services.register_deal(actor=self.actor, registration=registration, terms=sheet.terms)
        except Conflict as conflict:
            return self.stale(conflict, submission)
        except RuleViolation as violation:
            return self.refused(sheet, violation)
        return self.registered(deal)

    def refused(self, sheet: Sheet, violation: RuleViolation) -> HttpResponse:
        """Show a service's refusal on the form; what was typed is kept as a draft where that is possible."""
        sheet.form.is_valid()  # judged, so that it takes one more error
        show_violation(sheet.form, at_control(violation))
        submission = submission_in(self.request.POST)
        if submission is not None and violation.code not in {"draft_too_large", "too_many_drafts"}:
            try:
                services.save_draft(actor=self.actor, submission=submission, content=raw_text(self.request))
            except Conflict as conflict:
                return self.stale(conflict, submission)
        answer = self.shown_again(sheet, submission or uuid.uuid4())
        if isinstance(violation, TooMany):
            answer.status_code = violation.status
            answer["Retry-After"] = str(violation.retry_after)
        return answer

    def shown_again(self, sheet: Sheet, submission: uuid.UUID) -> HttpResponse:
        """Show the form with its errors and the draft's revision as it is now."""
        sheet.draft = own_draft(self.actor, submission)
        data = self.request.POST.copy()
        data["submission"], data["draft_revision"] = str(submission), str(sheet.draft.revision) if sheet.draft else ""
        sheet.form.data = data
        return self.page(sheet, status=422)


def what_now(deal: Deal) -> str:
    """Say whether a registration needs review, and by when it is decided."""
    by = {"reference": deal.reference, "when": relative_text(deal.due_at), "exact": moment_text(deal.due_at)}
    if deal.status == Status.IN_REVIEW:
        return _("Submitted as %(reference)s. It needs review and is decided %(when)s at the latest (%(exact)s).") % by
    return _("Submitted as %(reference)s. It is decided %(when)s at the latest (%(exact)s).") % by


class DraftView(RegistrationView):
    """A draft, continued."""

    def get(self, request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
        """Show the form as it was left; a draft that was submitted leads to its deal."""
        draft = own_draft(self.actor, submission)
        if draft is None:
            deal = own_deal(self.actor, submission)
            if deal is None:
                raise Http404
            return redirect(deal)
        if not self.all_terms:
            return render(request, "partner/register_closed.html")
        return self.page(self.filled_in(draft.content, submission, draft))


class DraftSaveView(RegistrationView):
    """Saves a draft while one types; answers JSON."""

    def post(self, request: HttpRequest, submission: uuid.UUID) -> JsonResponse:
        """Keep the text as typed."""
        try:
            draft = services.save_draft(
                actor=self.actor, submission=submission, content=raw_text(request), revision=revision_in(request.POST)
            )
        except RuleViolation as violation:
            return JsonResponse({"code": violation.code, "message": str(violation.message)}, status=violation.status)
        saved = time_text(draft.updated_at)
        return JsonResponse({"revision": draft.revision, "saved_at": saved, "page": draft.get_absolute_url()})


class DraftDiscardView(RegistrationView):
    """Throws a draft away."""

    def post(self, request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
        """Put it aside with its files, and offer to undo that."""
        draft = own_draft(self.actor, submission)
        if draft is None:
            raise Http404
        services.discard_draft(actor=self.actor, draft=draft)
        undo = reverse("portal:draft-restore", args=[submission])
        messages.success(request, _("Draft discarded."), extra_tags=f"undo:{undo}")
        return redirect("portal:deal-list")


class DraftRestoreView(RegistrationView):
    """Undoes that a draft was discarded."""

    def post(self, request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
        """Take it back."""
        return redirect(services.restore_draft(actor=self.actor, submission=submission))


class CheckView(RegistrationView):
    """The check while typing: the partner's own duplicates, nobody else's."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Render the note, empty where there is nothing to say."""
        try:
            count_check(self.actor)
        except TooMany as refusal:
            answer = render(request, "partner/register_check.html", {"refusal": refusal.message}, status=429)
            answer["Retry-After"] = str(refusal.retry_after)
            return answer
        if not self.all_terms:
            raise Http404
        terms = self.chosen_terms(request.POST)
        found = own_duplicates(self.actor, terms.vendor_id, request.POST)
        refused = known_refusal(terms, request.POST.get("customer_country", ""))
        return render(request, "partner/register_check.html", {"duplicates": found, "refused": refused})


class BringsView(RegistrationView):
    """What another program or currency brings: the panels, and the products with their prices."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Render the panels and, out of band, the lines."""
        if not self.all_terms:
            raise Http404
        fresh = "fresh" in request.GET
        sheet = self.filled_in(typed_in(request), submission_in(request.POST) or uuid.uuid4())
        context = {"form": sheet.form, "formset": sheet.lines, "swap": True, "fresh": fresh, **self.brings(sheet.terms)}
        return render(request, "partner/register_brings.html", context)
