"""How a form field is rendered: label, help, error and control, tied together for screen readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.forms import (
    BaseForm,
    BaseFormSet,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
)
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

TEMPLATES = {
    CheckboxInput: "forms/tick.html",
    RadioSelect: "forms/pick.html",
    CheckboxSelectMultiple: "forms/pick.html",
    FileInput: "forms/file.html",
}


def template_for(bound: BoundField) -> str:
    """Return the template of a field by its widget; a line of text, a list or a text area by default."""
    for widget, name in TEMPLATES.items():
        if isinstance(bound.field.widget, widget):
            return name
    return "forms/field.html"


def render_field(bound: BoundField, **options: Any) -> SafeString:
    """Render one bound field.

    Options: ``label`` and ``help`` replace the form's words; ``hide_label`` leaves the label to screen readers;
    ``prefix`` and ``suffix`` stand inside the control's frame; ``optional`` says so beside the label; ``extra`` adds
    classes to the control; every other option becomes an attribute of the control, underscores as hyphens
    (``hx_get="/check/"``, ``autocomplete="off"``).
    """
    own = {"label", "help", "hide_label", "prefix", "suffix", "optional", "extra", "wide"}
    framed = bool(options.get("prefix") or options.get("suffix"))
    attrs = {name.replace("_", "-"): value for name, value in options.items() if name not in own}
    if template_for(bound) == "forms/field.html":
        classes = " ".join(filter(None, ["in", bound.field.widget.attrs.get("class"), options.get("extra")]))
        attrs["class"] = classes
    if options.get("help") and not bound.help_text:
        described = [f"{bound.auto_id}_helptext", f"{bound.auto_id}_error" if bound.errors else ""]
        attrs.setdefault("aria-describedby", " ".join(filter(None, described)))
    context = {
        "field": bound,
        "control": mark_safe(bound.as_widget(attrs=attrs)),  # noqa: S308 -- Django's own rendering
        "framed": framed,
        "label": options.get("label", bound.label),
        "help": options.get("help", bound.help_text),
        "wanted": not options.get("optional", not bound.field.required),
    } | {name: options.get(name) for name in ("hide_label", "prefix", "suffix", "wide")}
    return mark_safe(get_template(template_for(bound)).render(context))  # noqa: S308 -- a template of ours, escaped


@dataclass(frozen=True)
class Problem:
    """One error of a form: its words, the field's label, and the id of the control to jump to ("" for the form)."""

    text: str
    label: str = ""
    target: str = ""

    @property
    def lead(self) -> str:
        """What stands before the words: nothing where the label is itself a sentence that one agrees to."""
        if not self.label or self.label.endswith("."):
            return ""
        return f"{self.label} " if self.label.endswith("?") else f"{self.label}: "


def problems_of(form: BaseForm) -> list[Problem]:
    """List a form's errors in the order of its fields, those of the whole form first."""
    found = [Problem(text=str(error)) for error in form.non_field_errors()]
    for bound in form:
        target = bound.id_for_label or bound.auto_id
        found += [Problem(text=str(error), label=str(bound.label), target=target) for error in bound.errors]
    return found


def problems_of_formset(formset: BaseFormSet) -> list[Problem]:
    """List a formset's errors, row after row; a row's number stands before the field's label."""
    found = [Problem(text=str(error)) for error in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, start=1):
        for problem in problems_of(form):
            label = f"{number}. {problem.label}" if problem.label else f"{number}."
            found.append(Problem(text=problem.text, label=label, target=problem.target))
    return found
