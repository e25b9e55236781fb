"""Forms of deals: they parse what was typed and never save."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from dealreg.company_fields import CompanyFields
from dealreg.enums import Askable, Part, Stage
from dealreg.fields import (
    AmountField,
    CountryChoice,
    CurrencyChoice,
    DayField,
    SeveralFiles,
    WebsiteField,
)
from dealreg.models import Deal
from dealreg.own_fields import asked_of, control_name, form_field, read_from
from dealreg.registrations import ADDRESS, LineInput, Registration
from dealreg.rules import Terms, check_close_date
from partners.enums import Headcount, Industry
from prm.kernel.errors import RuleViolation
from prm.kernel.questions import Kind

LONGEST_NOTES = 10_000
ASKED_BY: dict[str, type[forms.Field]] = {
    Askable.VALUE: AmountField,
    Askable.CLOSE_DATE: DayField,
    Askable.CONTACT_EMAIL: forms.EmailField,
    Askable.FILES: SeveralFiles,
}
CHOSEN: dict[str, type[Headcount | Industry]] = {
    Askable.CUSTOMER_INDUSTRY: Industry,
    Askable.CUSTOMER_EMPLOYEES: Headcount,
}
PARTS = {
    Part.SELL: (_("Sell"), _("Quote, order and invoice")),
    Part.REFER: (_("Refer"), _("Introduce; the vendor sells")),
    Part.INSTALL: (_("Install"), _("Someone else sells")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a registration's form hangs on: the programs to choose from, the one chosen, names of product families."""

    terms: Sequence[Terms]
    chosen: Terms
    families: Mapping[str, str] = field(default_factory=dict)


class RegistrationForm(CompanyFields):
    """A registration without its product lines. `initial` may hold raw text of a draft."""

    use_required_attribute = False

    submission = forms.UUIDField(widget=forms.HiddenInput)
    draft_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    enrollment = forms.ChoiceField(label=_("Program"))
    customer_name = forms.CharField(
        label=_("Customer"),
        max_length=200,
        help_text=_("As on its letterhead."),
        error_messages={"required": _("Enter the customer's name, as on its letterhead.")},
    )
    customer_domain = WebsiteField(label=_("Website"), max_length=200, required=False)
    customer_country = CountryChoice(label=_("Country"))
    customer_city = forms.CharField(label=_("Town"), max_length=100, required=False)
    customer_industry = forms.ChoiceField(
        label=_("Industry"), required=False, choices=[("", _("Not known")), *Industry.choices]
    )
    customer_employees = forms.ChoiceField(
        label=_("People"),
        required=False,
        choices=[("", _("Not known")), *Headcount.choices],
        help_text=_("How many work there."),
    )
    contact_name = forms.CharField(label=_("Contact at the customer"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("Contact's e-mail"), required=False)
    title = forms.CharField(
        label=_("Project"),
        max_length=160,
        required=False,
        help_text=_("Tells this deal from others with the same customer."),
    )
    value = AmountField(
        label=_("Value"), required=False, help_text=_("Leave it empty to take the sum of the list prices.")
    )
    currency = CurrencyChoice(label=_("Currency"))
    close_date = DayField(
        label=_("Expected close"),
        help_text=_("When you expect the order."),
        error_messages={"required": _("Enter when you expect the order.")},
    )
    stage = forms.ChoiceField(label=_("Sales stage"), choices=Stage)
    part = forms.ChoiceField(label=_("What you do"), choices=Part, widget=forms.RadioSelect)
    notes = forms.CharField(
        label=_("What has happened so far?"),
        required=False,
        max_length=LONGEST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A visit, a demo or a written request helps the approver decide."),
    )
    files = SeveralFiles(label=_("Files"), required=False)  # type: ignore[assignment]  # Django takes it off the class

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms, chosen = asked.terms, asked.chosen
        self.own = asked_of(chosen.engagement.fields)
        self.fields |= {control_name(own.slug): form_field(own, chosen.currency, asked.families) for own in self.own}
        for own in self.own:
            ticked = self.initial.get(control_name(own.slug))
            if own.kind is Kind.CHOICES and isinstance(ticked, str):  # one tick in a draft's raw text
                self.initial[control_name(own.slug)] = [ticked]
        vendors = [held.vendor_name for held in terms]
        names = [
            (str(held.enrollment_id), held.vendor_name if vendors.count(held.vendor_name) == 1 else held.program_name)
            for held in terms
        ]
        self.fields["enrollment"].choices = names  # type: ignore[attr-defined]
        if len(terms) == 1:
            self.fields["enrollment"].widget = forms.HiddenInput()
            self.initial["enrollment"] = names[0][0]
        self.fields["part"].choices = [  # type: ignore[attr-defined]
            (part, format_html("<b>{}</b>{}", *words)) for part, words in PARTS.items()
        ]

    def clean_close_date(self) -> Any:
        """Refuse a day that the service would refuse, together with the form's other errors."""
        return checked_close(self.cleaned_data["close_date"])

    def registration(self, lines: Sequence[LineInput]) -> Registration:
        """Return what the service takes; the form must be valid."""
        given = self.cleaned_data
        same = (
            "customer_name", "customer_country", "customer_domain", "customer_city", *ADDRESS, "customer_industry",
            "customer_employees", "contact_name", "contact_email", "title", "value", "currency", "close_date", "stage",
            "part", "notes", "submission",
        )  # fmt: skip
        return Registration(
            enrollment_id=int(given["enrollment"]),
            lines=tuple(lines),
            answers=read_from(self.own, given),
            **{name: given[name] for name in same},
        )

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The program's own fields, for the page; files stand among the files."""
        return [self[control_name(own.slug)] for own in self.own if own.kind is not Kind.FILE]

    @property
    def own_files(self) -> list[forms.BoundField]:
        """Those of them that a file answers."""
        return [self[control_name(own.slug)] for own in self.own if own.kind is Kind.FILE]


def checked_close(day: Any) -> Any:
    """Return an expected close that isn't past.

    Raises:
        ValidationError: it is, or more than five years away.
    """
    try:
        check_close_date(day, timezone.localdate())
    except RuleViolation as violation:
        raise ValidationError(str(violation.message), code=violation.code) from None
    return day


def submission_in(data: Mapping[str, Any]) -> uuid.UUID | None:
    """Return the number of the attempt that a form carries, or None where it is missing or damaged."""
    try:
        return uuid.UUID(str(data.get("submission", "")))
    except ValueError:
        return None


class AnswerForm(forms.Form):
    """The answer to an approver's question: the fields that were asked for, no others."""

    use_required_attribute = False

    message = forms.CharField(
        label=_("Message"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {name: self._field(name) for name in deal.asked_fields if name in Askable.values}
        self.fields = {**asked, "message": self.fields["message"]}
        self.asked = [name for name in asked if name != Askable.FILES]
        for name in self.asked:
            self.initial.setdefault(name, getattr(deal, name))
        if Askable.VALUE in asked:
            self.fields["value"].help_text = _("In %(currency)s.") % {"currency": deal.currency}

    @staticmethod
    def _field(name: str) -> forms.Field:
        label = Askable(name).label
        plain = ASKED_BY.get(name)
        if plain is not None:
            return plain(label=label, required=False)
        if name in CHOSEN:
            return forms.ChoiceField(label=label, required=False, choices=[("", _("Choose…")), *CHOSEN[name].choices])
        if name == Askable.CUSTOMER_DOMAIN:
            return WebsiteField(label=label, required=False, max_length=200)
        longest = getattr(Deal._meta.get_field(name), "max_length", None)
        widget = forms.Textarea(attrs={"rows": 3}) if name == Askable.NOTES else None
        return forms.CharField(label=label, required=False, max_length=longest or LONGEST_NOTES, widget=widget)

    def clean(self) -> dict[str, Any]:
        """Refuse a close date that was changed to a day that has passed."""
        given = super().clean() or self.cleaned_data
        if given.get("close_date") and "close_date" in self.changed_data:
            try:
                checked_close(given["close_date"])
            except ValidationError as error:
                self.add_error("close_date", error)
        return given

    def answers(self) -> dict[str, Any]:
        """Return what was answered: asked for, changed and not left empty."""
        given = self.cleaned_data
        return {name: given[name] for name in self.asked if name in self.changed_data and given[name] not in ("", None)}


class WithdrawForm(forms.Form):
    """A registration that is withdrawn."""

    use_required_attribute = False

    message = forms.CharField(
        label=_("Message to the vendor"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class CommentForm(forms.Form):
    """A comment."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("Comment"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write something first.")},
    )


class FileForm(forms.Form):
    """Files for a deal."""

    use_required_attribute = False

    files = SeveralFiles(label=_("Add files"))  # type: ignore[assignment]  # Django takes it off the class
