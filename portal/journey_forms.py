"""What a step asks whoever ends it, and what was given: for the partner's page and the desk's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from onboarding.form_fields import OWN, control_name, form_class_of, label_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from onboarding.progress import StepLine

LONGEST_NOTE = 2000


class NoteForm(forms.Form):
    """A remark on what was done."""

    use_required_attribute = False

    note = forms.CharField(
        label=gettext_lazy("Anything to add"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def form_for(line: StepLine, data: QueryDict | None = None) -> forms.Form:
    """Return the form of a step: its questions, or a remark."""
    if line.row.kind == "form" and line.shape is not None:
        return form_class_of(line.shape.settings.get("fields", []))(data)
    return NoteForm(data)


def answers_of(line: StepLine) -> list[tuple[str, str]]:
    """Return what was given at a step, each with what it was asked as."""
    result: Mapping[str, Any] = line.row.result or {}
    given: Mapping[str, Any] = result.get("answers") or {}
    items = line.shape.settings.get("fields", []) if line.shape else []
    labels = {str(item["field"]).removeprefix(OWN): label_of(item) for item in items}
    found = [(labels.get(slug, slug), _words(value)) for slug, value in given.items()]
    if result.get("note"):
        found.append((str(gettext_lazy("Note")), str(result["note"])))
    return found


def field_of(form: forms.Form, name: str) -> str | None:
    """Return the form's field that a refusal names, None for the whole form."""
    control = control_name(name) if name else ""
    return control if control in form.fields else None


def _words(value: Any) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
