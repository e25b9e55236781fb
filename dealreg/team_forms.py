"""Forms of a deal's team: who is on it, and a side's answer. They parse and never save."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dealreg.enums import SharedField, TeamRole
from dealreg.services.teams import Member
from prm.kernel.errors import RuleViolation
from prm.kernel.money import parse_amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dealreg.models import TeamShare

SPARE = 3
MOST_ROWS = 10
ROLES = [("", _("Choose…")), *TeamRole.choices]


class PercentField(forms.CharField):
    """A share in percent, as text, with two decimals at most."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "size": "6", "autocomplete": "off"})
        super().__init__(**{"max_length": 12, "widget": widget, **kwargs})

    def clean(self, value: Any) -> Decimal | None:
        """Return the number.

        Raises:
            ValidationError: none, or not one with two decimals at most.
        """
        text = super().clean(str(value or "").replace("%", "").strip())
        if not text:
            return None
        try:
            return parse_amount(text)
        except RuleViolation:
            raise ValidationError(_("Enter a share such as 40 or 33.34."), code="percent") from None


class MemberForm(forms.Form):
    """One side of the team. A row without name and share is skipped."""

    use_required_attribute = False

    name = forms.CharField(label=_("Partner"), required=False, max_length=160)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, required=False)
    percent = PercentField(label=_("Share, %"), required=False)
    sees = forms.MultipleChoiceField(
        label=_("Sees"), choices=SharedField, required=False, widget=forms.CheckboxSelectMultiple
    )

    @property
    def is_blank(self) -> bool:
        """Whether nothing was entered."""
        return not (self["name"].value() or self["percent"].value() or self["role"].value())

    def clean(self) -> dict[str, Any]:
        """Want role and share of a side that is named."""
        given = super().clean() or self.cleaned_data
        if not self.is_blank:
            if not given.get("role"):
                self.add_error("role", _("Choose what this side does."))
            if given.get("percent") is None and "percent" not in self.errors:
                self.add_error("percent", _("Enter its share."))
        return given


class Members(forms.BaseFormSet):
    """The sides of a team; the first is the deal's own partner."""

    def initial_form_count(self) -> int:
        """Treat all rows as new ones, so that emptying one is no error."""
        return 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.extra = min(len(self.initial or ()) + SPARE, MOST_ROWS)

    def members(self) -> list[Member]:
        """Return the sides as the service takes them; the set must be valid."""
        found = []
        for number, form in enumerate(self.forms):
            given = form.cleaned_data
            if form.is_blank:
                continue
            found.append(
                Member(
                    role=given["role"],
                    percent=given["percent"],
                    name="" if number == 0 else given["name"],
                    own=number == 0,
                    sees=() if number == 0 else tuple(given["sees"]),
                )
            )
        return found


MemberFormSet = forms.formset_factory(MemberForm, formset=Members, extra=SPARE, max_num=MOST_ROWS, absolute_max=20)


def rows_of(shares: Iterable[TeamShare], own: int) -> list[dict[str, Any]]:
    """Return a team's shares as the form's initial rows, the deal's own partner first. own: its enrollment."""
    rows = sorted(shares, key=lambda share: (share.enrollment_id != own, share.pk))
    if not rows:
        return [{"role": str(TeamRole.SELLING), "percent": ""}]
    return [
        {
            "name": "" if share.enrollment_id == own or share.direct else share.name,
            "role": share.role,
            "percent": f"{share.percent.normalize():f}",
            "sees": share.sees,
        }
        for share in rows
    ]


class ProposalForm(forms.Form):
    """What goes with a proposal."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Everyone on the team reads it."),
    )


class AnswerShareForm(forms.Form):
    """A side's answer, or its words when it leaves."""

    use_required_attribute = False

    text = forms.CharField(
        label=_("Message"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


def has_rows(data: Mapping[str, Any]) -> bool:
    """Whether a form's data has the team's rows at all."""
    return str(data.get("members-TOTAL_FORMS", "")).isdigit()
