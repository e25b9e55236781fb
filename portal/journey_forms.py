"""What a step asks whoever works on it, and what was given: for the partner's page and the desk's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.form_fields import OWN, control_name, form_class_of, label_of
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from onboarding.progress import StepLine
    from people.models import Person

LONGEST_NOTE = 2000
LONGEST_REASON = 500
LENGTHS = (15, 30, 45, 60, 90, 120, 240, 480)


class StepForm(forms.Form):
    """A form about a step."""

    use_required_attribute = False


class NoteForm(StepForm):
    """A remark on what was done."""

    note = forms.CharField(
        label=gettext_lazy("Anything to add"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReasonForm(StepForm):
    """Why something is done that isn't the usual."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_REASON)


class RetryForm(StepForm):
    """Nothing is asked."""


class UploadForm(StepForm):
    """A document."""

    file = forms.FileField(label=gettext_lazy("Document"))


class OwnerForm(StepForm):
    """Who does it."""

    owner = forms.ChoiceField(label=gettext_lazy("Who does it"), required=False, widget=PlainSelect)

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        owner: Any = self.fields["owner"]
        owner.choices = [("", _("Whoever may")), *((key, person.name) for key, person in self.people.items())]


class MeetingForm(StepForm):
    """When and where a meeting is, in the reader's time zone."""

    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": gettext_lazy("Write day and time like 2027-02-26 14:30.")},
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Minutes"), coerce=int, choices=[(each, str(each)) for each in LENGTHS], widget=PlainSelect
    )
    place = forms.CharField(
        label=gettext_lazy("Where"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("An address, or the link of a call."),
    )


def end_form(line: StepLine, data: QueryDict | None = None) -> forms.Form:
    """Return the form that ends a step: its questions, or a remark."""
    if line.row.kind == "form" and line.shape is not None:
        return form_class_of(line.shape.settings.get("fields", []))(data)
    return NoteForm(data)


def meeting_form(line: StepLine, data: QueryDict | None = None) -> MeetingForm:
    """Return the form of a meeting, with what is planned."""
    planned = (line.row.result or {}).get("meeting") or {}
    initial: dict[str, Any] = {"minutes": planned.get("minutes", 60), "place": planned.get("place", "")}
    if planned.get("at"):
        initial["at"] = timezone.localtime(datetime.fromisoformat(planned["at"]))
    return MeetingForm(data, initial=initial, prefix="plan")


def answers_of(line: StepLine) -> list[tuple[str, str]]:
    """Return what was given at a step, each with what it was asked as."""
    result: Mapping[str, Any] = line.row.result or {}
    given: Mapping[str, Any] = result.get("answers") or {}
    items = line.shape.settings.get("fields", []) if line.shape and line.row.kind == "form" else []
    labels = {str(item["field"]).removeprefix(OWN): label_of(item) for item in items}
    found = [(labels.get(slug, slug), _words(value)) for slug, value in given.items()]
    if result.get("note"):
        found.append((_("Note"), str(result["note"])))
    return found


def field_of(form: forms.Form, name: str) -> str | None:
    """Return the form's field that a refusal names, None for the whole form."""
    control = control_name(name) if name else ""
    return control if control in form.fields else None


def _words(value: Any) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
