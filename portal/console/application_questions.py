"""The builder of a form's questions: a row each, and every button keeps what was typed in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.form_fields import ASKS, OFFERED, is_own, label_of, own_name
from onboarding.models import ApplicationForm
from onboarding.services import change_application_form
from portal.console.application_forms import FormBase, revision_in
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

MOST_ROWS = 60


class ItemForm(forms.Form):
    """A row of the list: what is asked, whether it is wanted, and the words beside it. Checked by the service."""

    use_required_attribute = False

    field = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(label=gettext_lazy("Question"), required=False)
    required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    help = forms.CharField(label=gettext_lazy("Help beside it"), required=False)
    choices = forms.CharField(
        label=gettext_lazy("Choices, one per line"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def item(self) -> dict[str, Any]:
        """Return the entry as it was typed; any text is a valid row."""
        given = self.cleaned_data if self.is_valid() else {}
        return {**given, "choices": given.get("choices", "").splitlines()}


class OwnForm(forms.Form):
    """A question of the vendor's own to add."""

    use_required_attribute = False

    own_label = forms.CharField(label=gettext_lazy("Question"), required=False)
    own_kind = forms.ChoiceField(label=gettext_lazy("Answer"), choices=list(OFFERED.items()), required=False)
    own_choices = forms.CharField(
        label=gettext_lazy("Choices, one per line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only where the answer is one or any of several."),
    )

    def item(self, taken: Sequence[str]) -> dict[str, Any]:
        """Return it as an entry."""
        given = self.cleaned_data if self.is_valid() else {}
        label = given.get("own_label", "")
        choices = given.get("own_choices", "").splitlines()
        return {
            "field": own_name(label, taken),
            "label": label,
            "kind": given.get("own_kind", ""),
            "choices": choices,
            "required": False,
            "help": "",
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the page shows it."""

    form: ItemForm
    name: str
    kind: str
    usual_help: str
    always: bool
    own: bool


def rows_of(items: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of a list of fields, each with a form that holds it."""
    found = []
    for at, item in enumerate(items):
        own, ask = is_own(item), ASKS.get(item["field"])
        start = {**item, "choices": "\n".join(item.get("choices", ()))}
        name = label_of(item) if own or ask else item["field"]
        kind = str(OFFERED.get(item.get("kind", ""), "")) if own else ""
        row = ItemForm(initial=start, prefix=f"i{at}")
        found.append(
            Row(
                row,
                name,
                kind,
                str((ask and ask.help) or _("Help beside it, if you like")),
                ask.always if ask else False,
                own,
            )
        )
    return found


class FormQuestions(FormBase):
    """What a form asks. Every button saves what was typed in all rows, and then does what it says."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the list."""
        form = self.find(pk)
        return self._page(form, form.fields)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save, move, take out or add; 422 or 409 with all that was typed."""
        form, typed, own = self.find(pk), self._typed(), OwnForm(request.POST)
        deed, _space, place = request.POST.get("do", "save").partition(" ")
        items = self._changed(typed, deed, int(place) if place.isascii() and place.isdigit() else 0, own)
        try:
            change_application_form(
                actor=self.actor, form=form, changes={"fields": items}, revision=revision_in(request)
            )
        except Conflict as conflict:
            fresh = self.find(pk)
            return self._page(fresh, typed, 409, refusal=conflict, own=own)
        except Forbidden:
            raise
        except RuleViolation as refusal:
            return self._page(form, typed, 422, refusal=refusal, own=own, revision=request.POST.get("revision"))
        messages.success(request, _("Saved."))
        anchor = {"own": "add-own", "add": "add-field"}.get(deed, f"row-{place}" if place else "")
        return redirect(reverse("console:application-form", args=[pk]) + (f"#{anchor}" if anchor else ""))

    def _typed(self) -> list[dict[str, Any]]:
        sent = self.request.POST.get("rows", "")
        count = min(int(sent), MOST_ROWS) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
        return [ItemForm(self.request.POST, prefix=f"i{at}").item() for at in range(count)]

    def _changed(self, typed: list[dict[str, Any]], deed: str, at: int, own: OwnForm) -> list[dict[str, Any]]:
        items = list(typed)
        if deed == "own":
            return [*items, own.item([item["field"] for item in items])]
        if deed == "add":
            added = self.request.POST.get("add", "")
            return [*items, {"field": added, "required": False, "help": ""}]
        if deed == "remove" and at < len(items):
            del items[at]
        to = at + {"up": -1, "down": 1}.get(deed, 0)
        if deed in {"up", "down"} and at < len(items) and 0 <= to < len(items):
            items[at], items[to] = items[to], items[at]
        return items

    def _page(
        self,
        form: ApplicationForm,
        items: Sequence[Mapping[str, Any]],
        status: int = 200,
        own: OwnForm | None = None,
        **more: Any,
    ) -> HttpResponse:
        taken = {item["field"] for item in items}
        context = {
            "rows": rows_of(items),
            "own": own if own is not None else OwnForm(),
            "unused": [ask for name, ask in ASKS.items() if name not in taken],
            "revision": form.revision,
            "added": self.request.POST.get("add", ""),
            **more,
        }
        return self.page("console/applying/questions.html", form, "application-form", status, **context)
