"""Forms of decisions over applications. They parse and never save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onboarding.deciding import form_of, missing_of
from onboarding.enums import DeclineReason
from onboarding.form_fields import label_of
from partners.models import Seat
from partners.permissions import ASSIGN_MANAGERS
from prm.kernel.actors import Role
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from onboarding.models import Application
    from prm.kernel.actors import Actor

LONGEST = 2000
USUAL = ("name", "country", "email")


def text_area(rows: int = 3) -> forms.Textarea:
    """Return the widget of a message."""
    return forms.Textarea(attrs={"rows": rows})


class ApproveForm(forms.Form):
    """Approve, with a message, and a partner manager where one is chosen by hand."""

    message = forms.CharField(
        label=_("Message"), help_text=_("Stands in the mail that invites them."), max_length=LONGEST, required=False,
        widget=text_area(),
    )  # fmt: skip
    manager = forms.ChoiceField(
        label=_("Partner manager"),
        help_text=_("Empty: a step of the journey assigns one."),
        required=False,
        widget=PlainSelect,
    )

    def __init__(self, data: Any = None, *, actor: Actor, application: Application, **options: Any) -> None:
        super().__init__(data, **options)
        self.managers: dict[str, Any] = {}
        if not actor.may(ASSIGN_MANAGERS):
            del self.fields["manager"]
            return
        seats = Seat.objects.visible_to(actor).active().filter(vendor_id=actor.vendor_id, role=Role.MANAGER)
        people = seats.select_related("person").order_by("person__name", "person_id")
        self.managers = {str(seat.person_id): seat.person for seat in people[:200]}
        choice: Any = self.fields["manager"]
        choice.choices = [("", _("Nobody yet")), *((key, str(person)) for key, person in self.managers.items())]


class DeclineForm(forms.Form):
    """Decline, with a reason and a message that the applicant reads."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *DeclineReason.choices],
        widget=PlainSelect,
        help_text=_("The applicant reads it, with your message."),
    )
    message = forms.CharField(
        label=_("Message to the applicant"),
        help_text=_("Say whether and when they may apply again. Never name another company."),
        max_length=LONGEST,
        widget=text_area(),
    )

    def __init__(
        self, data: Any = None, *, actor: Actor, application: Application | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)


class AskForm(forms.Form):
    """Ask for named fields of the program's form, in words of one's own."""

    # The service's word. Django takes declared fields off the class, so it doesn't hide the form's own `fields`.
    fields = forms.MultipleChoiceField(  # type: ignore[assignment]
        label=_("What is missing?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(label=_("Question to the applicant"), max_length=LONGEST, widget=text_area())

    def __init__(self, data: Any = None, *, actor: Actor, application: Application, **options: Any) -> None:
        super().__init__(data, **options)
        form = form_of(application)
        items = form.fields if form else []
        asked: Any = self.fields["fields"]  # type: ignore[index]
        asked.choices = [(item["field"], label_of(item)) for item in items if item["field"] not in USUAL]
        asked.initial = [part["field"] for part in missing_of(application, items)]


class WaitlistForm(forms.Form):
    """Put an application on the waiting list, with a message."""

    message = forms.CharField(
        label=_("Message to the applicant"),
        help_text=_("Say until when they can expect an answer, if you know it."),
        max_length=LONGEST,
        required=False,
        widget=text_area(),
    )

    def __init__(
        self, data: Any = None, *, actor: Actor, application: Application | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
