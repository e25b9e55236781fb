"""What the vendor keeps on a deal in the program's own fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.engagement import fields_in
from dealreg.engagement.shape import OwnField
from dealreg.models import Deal
from dealreg.own_fields import COLUMNS, asked_of, at_control, control_name, form_field, read_from, start_of
from dealreg.permissions import NOTE_DEALS
from dealreg.rulings import definition_of_deal
from dealreg.services import fill_in_answers
from dealreg.services.own_answers import audiences_of
from portal.desk.decisions import DealView, form_page
from prm.kernel import errors
from prm.kernel.pages import show_violation


class AnswersForm(forms.Form):
    """The vendor's own fields of a deal. `own`: those that the reader may fill in."""

    use_required_attribute = False

    def __init__(self, *args: Any, own: tuple[OwnField, ...], deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields |= {control_name(each.slug): form_field(each, deal.currency) for each in own}
        for audience, column in COLUMNS.items():
            self.initial.update(start_of(asked_of(own, audience), getattr(deal, column)))


class Fill(DealView):
    """Fill in the vendor's own fields."""

    title: ClassVar[Any] = gettext_lazy("Fill in our own fields")
    label: ClassVar[Any] = gettext_lazy("Save")
    danger: ClassVar[bool] = False

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form."""
        deal = self._open()
        return form_page(self, deal, self._form(deal))

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Keep the answers; 422 with the reason at the field where one is refused."""
        deal = self._open()
        form = self._form(deal, request.POST)
        if form.is_valid():
            try:
                fill_in_answers(actor=self.actor, deal=deal, answers=read_from(form.own, form.cleaned_data))
            except errors.Forbidden:
                raise
            except errors.RuleViolation as refusal:
                show_violation(form, at_control(refusal))
            else:
                messages.success(request, _("Saved."))
                return redirect(self.back(deal))
        return form_page(self, deal, form, 422)

    def _open(self) -> Any:
        deal: Any = self.deal()
        if not self.actor.may(NOTE_DEALS):
            raise errors.Forbidden("not_allowed", _("Your role doesn't write here."))
        return deal

    def _form(self, deal: Any, data: Any = None) -> AnswersForm:
        found = Deal.objects.visible_to(self.actor).filter(pk=deal.pk).annotate(definition=definition_of_deal())
        definition = found.values_list("definition", flat=True).first()
        own = asked_of(fields_in(definition), *audiences_of(self.actor))
        if not own:
            raise Http404
        return AnswersForm(data, own=own, deal=deal)
