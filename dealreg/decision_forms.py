"""Forms of the approver's decisions and remarks. They parse and never save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.enums import Askable, CommentAudience, DeclineReason
from dealreg.fields import DayField
from dealreg.permissions import COMMENT_DEALS, NOTE_DEALS
from prm.kernel.widgets import PlainRadios, PlainSelect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dealreg.models import Conflict, Deal
    from prm.kernel.actors import Actor

LONGEST = 5000


def text_area(rows: int = 3) -> forms.Textarea:
    """Return the widget of a message."""
    return forms.Textarea(attrs={"rows": rows})


def cite(form: forms.Form, clauses: Mapping[str, str], clause: str) -> None:
    """Let a decision cite a clause; the one that the desk suggests is chosen."""
    if not clauses:
        return
    offered = [("", _("None")), *((number, f"{number} {words}"[:90]) for number, words in clauses.items())]
    initial = clause if clause in clauses else ""
    form.fields["clause"] = forms.ChoiceField(
        label=_("Clause it rests on"), choices=offered, required=False, initial=initial, widget=PlainSelect
    )


class ApproveForm(forms.Form):
    """Approve, with a message and other days of protection than the rules give; a reason where it overtakes."""

    overtake_reason = forms.CharField(
        label=_("Why does it go before the earlier one?"),
        help_text=_("Kept with the decision. The partner doesn't read it."),
        max_length=LONGEST,
        required=False,
        widget=text_area(2),
    )
    message = forms.CharField(label=_("Message"), max_length=LONGEST, required=False, widget=text_area())
    days = forms.IntegerField(
        label=_("Protection, days"),
        min_value=1,
        max_value=730,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )

    def __init__(self, data: Any = None, *, deal: Deal, overtakes: bool = False, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["days"].initial = deal.protection_days
        self.fields["days"].help_text = _("The rules of engagement give %(days)d.") % {"days": deal.protection_days}
        self.fields["message"].label = _("Message to %(partner)s") % {"partner": deal.partner.name}
        if not overtakes:
            del self.fields["overtake_reason"]


class DeclineForm(forms.Form):
    """Decline, with a reason that the partner reads."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *DeclineReason.choices], widget=PlainSelect
    )
    message = forms.CharField(
        label=_("Message"),
        help_text=_("Say what the partner can do next. Never name another partner."),
        max_length=LONGEST,
        widget=text_area(),
    )

    def __init__(self, data: Any = None, *, deal: Deal, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["message"].label = _("Message to %(partner)s") % {"partner": deal.partner.name}


class AskForm(forms.Form):
    """Ask for named fields only."""

    # The service's word. Django takes declared fields off the class, so it doesn't hide the form's own `fields`.
    fields = forms.MultipleChoiceField(  # type: ignore[assignment]
        label=_("What is missing?"), choices=Askable.choices, widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(label=_("Question"), max_length=LONGEST, widget=text_area())

    def __init__(self, data: Any = None, *, deal: Deal, **options: Any) -> None:
        super().__init__(data, **options)
        question: forms.Field = self.fields["message"]  # type: ignore[index]
        question.label = _("Question to %(partner)s") % {"partner": deal.partner.name}


class SeparateForm(forms.Form):
    """Say why it is another customer."""

    reason = forms.CharField(
        label=_("Why is it another customer?"),
        help_text=_("Only your own company reads it."),
        max_length=LONGEST,
        widget=text_area(2),
    )

    def __init__(self, data: Any = None, *, deal: Deal, **options: Any) -> None:
        super().__init__(data, **options)


class ConfirmForm(forms.Form):
    """Say which account the customer is, of those that look like it."""

    account = forms.TypedChoiceField(label=_("The customer is"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, deal: Deal, conflicts: Sequence[Conflict], **options: Any) -> None:
        super().__init__(data, **options)
        found = {row.account_id: row.account.name for row in conflicts}
        account: Any = self.fields["account"]
        account.choices = list((found or {deal.account_id: deal.account.name}).items())
        account.initial = deal.account_id


class ReassignForm(forms.Form):
    """Say who reviews it from now on."""

    use_required_attribute = False

    to = forms.ChoiceField(label=_("Who decides"), widget=PlainSelect)
    message = forms.CharField(
        label=_("Note"),
        help_text=_("What your colleague should know. Only your own company reads it."),
        max_length=LONGEST,
        required=False,
        widget=text_area(2),
    )

    def __init__(self, data: Any = None, *, deciders: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(data, **options)
        to: Any = self.fields["to"]
        to.choices = [("", _("Choose a colleague")), *deciders]


class AbsenceForm(forms.Form):
    """Say who is away, from when to when, and who stands in."""

    use_required_attribute = False

    person = forms.ChoiceField(label=_("Who is away"), widget=PlainSelect)
    first = DayField(label=_("First day away"))
    last = DayField(label=_("Last day away"))
    stand_in = forms.ChoiceField(
        label=_("Who stands in"),
        required=False,
        help_text=_("Sees and decides what is waiting there. Without one, it goes to the partner manager."),
        widget=PlainSelect,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        people: Sequence[tuple[int, str]],
        deciders: Sequence[tuple[int, str]],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        person: Any = self.fields["person"]
        stand_in: Any = self.fields["stand_in"]
        person.choices = list(people)
        stand_in.choices = [("", _("Nobody: the partner manager")), *deciders]
        if len(people) == 1:
            person.initial = people[0][0]
            person.widget = forms.HiddenInput()


class RemarkForm(forms.Form):
    """Write a note that only the vendor reads, or a comment that the partner reads too."""

    text = forms.CharField(label=_("Note or comment"), max_length=LONGEST, widget=text_area(2))
    audience = forms.ChoiceField(label=_("Who reads it"), widget=PlainRadios)

    def __init__(self, data: Any = None, *, actor: Actor, deal: Deal, vendor_name: str, **options: Any) -> None:
        super().__init__(data, **options)
        note = (CommentAudience.VENDOR.value, _("Only %(vendor)s") % {"vendor": vendor_name})
        comment = (CommentAudience.SHARED.value, _("%(partner)s too") % {"partner": deal.partner.name})
        offered = ((note, NOTE_DEALS), (comment, COMMENT_DEALS))
        self.offered = [choice for choice, right in offered if actor.may(right)]
        audience: Any = self.fields["audience"]
        audience.choices = self.offered
        audience.initial = self.offered[0][0] if self.offered else None


class AttachForm(forms.Form):
    """Add a file to a deal."""

    file = forms.FileField(label=_("Add a file"), help_text=_("Partner and vendor see it."))
