"""Publishing a draft, taking a version back before its day, putting a draft away, and giving it another name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.fields import DayField
from portal.console.schemes.base import SchemeBase, anchor, faults_of, revision_in
from portal.console.schemes.listing import type_words
from portal.formats import day_text
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import show_violation
from standing.models import Scheme, Standing, Tier
from standing.scheme.faults import SchemeRefused
from standing.services import change_scheme, discard_scheme, publish_scheme, withdraw_scheme


class PublishForm(forms.Form):
    """From when it is in force."""

    valid_from = DayField(label=gettext_lazy("In force from"))
    counts_from = DayField(
        label=gettext_lazy("Points count from"),
        required=False,
        help_text=gettext_lazy(
            "This is the ladder’s first version: it may give points for what happened before, up to three years back. "
            "Empty: only from the day on which it comes into force."
        ),
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_first:
            del self.fields["counts_from"]


class SchemePublish(SchemeBase):
    """Says what will happen, and publishes."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the day."""
        scheme = self.draft(pk)
        form = PublishForm(initial={"valid_from": scheme.program.vendor.today()}, is_first=self._before(scheme) is None)
        return self._page(scheme, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish."""
        scheme = self.draft(pk)
        form = PublishForm(request.POST, is_first=self._before(scheme) is None)
        if not form.is_valid():
            return self._page(scheme, form, 422)
        try:
            publish_scheme(
                actor=self.actor,
                scheme=scheme,
                valid_from=form.cleaned_data["valid_from"],
                counts_from=form.cleaned_data.get("counts_from"),
                revision=revision_in(request),
            )
        except SchemeRefused:
            return self._page(scheme, form, 422)
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(scheme, form, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(scheme, form, 422)
        words = _("Published: in force from %(day)s.") % {"day": day_text(form.cleaned_data["valid_from"])}
        messages.success(request, words)
        return redirect("console:scheme", pk)

    def _before(self, scheme: Scheme) -> Scheme | None:
        published = Scheme.objects.visible_to(self.actor).published()
        found: Scheme | None = (
            published.filter(program_id=scheme.program_id, partner_type=scheme.partner_type)
            .order_by("-valid_from")
            .first()
        )
        return found

    def _page(self, scheme: Scheme, form: PublishForm, status: int = 200) -> HttpResponse:
        before = self._before(scheme)
        ladder = Tier.objects.visible_to(self.actor).filter(
            program_id=scheme.program_id, partner_type=scheme.partner_type, rank__isnull=False
        )
        slugs = {each.get("slug") for each in scheme.definition.get("tiers", [])}
        gone = [tier for tier in ladder if tier.slug not in slugs]
        holders = Standing.objects.visible_to(self.actor).filter(tier__in=gone)[:1000].count() if gone else 0
        title = _("Publish")
        context = {
            "scheme": scheme,
            "form": form,
            "before": before,
            "gone": gone,
            "holders": holders,
            "whom": type_words(scheme.partner_type),
            "faults": [(fault, anchor(fault.place)) for fault in faults_of(scheme.definition)],
            "revision": scheme.revision if status != 409 else revision_in(self.request),
            "title": title,
            "crumbs": self.crumbs(scheme, title),
        }
        return render(self.request, "console/schemes/publish.html", context, status=status)


class SchemeWithdraw(SchemeBase):
    """Takes a published version back before its day."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make it a draft again."""
        withdraw_scheme(actor=self.actor, scheme=self.find(pk))
        messages.success(request, _("It is a draft again."))
        return redirect("console:scheme", pk)


class SchemeDiscard(SchemeBase):
    """Puts a draft away."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Discard it."""
        discard_scheme(actor=self.actor, scheme=self.find(pk))
        messages.success(request, _("The draft is put away."))
        return redirect("console:schemes")


class SchemeRename(SchemeBase):
    """Gives a draft another name."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write it."""
        scheme = self.draft(pk)
        change_scheme(
            actor=self.actor,
            scheme=scheme,
            definition=scheme.definition,
            revision=revision_in(request),
            name=request.POST.get("name", ""),
        )
        return redirect("console:scheme", pk)
