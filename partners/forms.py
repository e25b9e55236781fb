"""Forms of partners, their teams and vendors' staff. They parse and never save."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.guest_list import MOST_LINES
from partners.models import Invitation
from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Reach, Role

PARTNER_CHOICES = [(role, role.label) for role in Role if role in PARTNER_ROLES]
VENDOR_CHOICES = [(role, role.label) for role in Role if role in VENDOR_ROLES]
TEAM_HELP = _("Administrators manage the team; they and sales register and work on deals; others read and comment.")
STAFF_HELP = _(
    "Partner managers set up the program, its people and its sign-in; they and approvers decide deals; others read."
)
MOST_BYTES = 200_000


class SideForm(forms.Form):
    """A form about a seat: a partner's seats have other roles than a vendor's, and may reach less."""

    use_required_attribute = False

    def __init__(self, *args: Any, is_partner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = cast("forms.ChoiceField", self.fields["role"])
        role.choices = PARTNER_CHOICES if is_partner else VENDOR_CHOICES
        role.help_text = TEAM_HELP if is_partner else STAFF_HELP
        # Not the first of the list: who is invited in a hurry shall not manage everybody else.
        role.initial = Role.SALES if is_partner else Role.APPROVER
        if not is_partner:
            del self.fields["reach"]

    @property
    def seat(self) -> tuple[Role, Reach]:
        """The role and reach of a valid form."""
        return Role(self.cleaned_data["role"]), Reach(self.cleaned_data.get("reach") or Reach.ALL)


class SeatForm(SideForm):
    """A colleague's role, what it sees, and whether it has access."""

    role = forms.ChoiceField(label=_("Role"))
    reach = forms.ChoiceField(label=_("Sees"), choices=Reach)
    is_active = forms.BooleanField(
        label=_("Has access"), required=False, help_text=_("Without it this person can’t act for your company.")
    )


class InviteForm(SideForm):
    """One person to invite."""

    email = forms.EmailField(label=_("E-mail"), max_length=Invitation._meta.get_field("email").max_length)
    role = forms.ChoiceField(label=_("Role"))
    reach = forms.ChoiceField(label=_("Sees"), choices=Reach, initial=Reach.ALL)


class GuestListForm(SideForm):
    """Many people to invite, pasted or in a file."""

    text = forms.CharField(
        label=_("People"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One per line: the address, then the role if it isn’t the one below."),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False, help_text=_("The same, out of a spreadsheet."))
    role = forms.ChoiceField(label=_("Role, where a line names none"))
    reach = forms.ChoiceField(label=_("Sees"), choices=Reach, initial=Reach.ALL)

    def clean(self) -> dict[str, Any]:
        """Want a text or a file, and a file of a list's size."""
        given = super().clean() or {}
        file = given.get("file")
        if file is not None and file.size > MOST_BYTES:
            self.add_error("file", _("This file is too large for a list of 200 people."))
        elif file is None and not (given.get("text") or "").strip():
            self.add_error("text", _("Paste the addresses here, or choose a file."))
        return given


class GuestForm(SideForm):
    """A line of the list, to be put right in place."""

    email = forms.EmailField(label=_("E-mail"), max_length=Invitation._meta.get_field("email").max_length)
    role = forms.ChoiceField(label=_("Role"))
    reach = forms.ChoiceField(label=_("Sees"), choices=Reach, initial=Reach.ALL)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = ""
        for name in {"role", "reach"} & set(self.fields):
            choice = cast("forms.ChoiceField", self.fields[name])
            if not choice.valid_value(self[name].value() or ""):
                # What can't be read must not turn into the list's first entry, which is the administrator.
                choice.choices = [("", _("Choose one")), *list(choice.choices)]  # type: ignore[arg-type]


class BaseGuestFormSet(forms.BaseFormSet):
    """The lines of a list. An address may stand in one line only; a line is told who has a seat already."""

    taken: set[str] = set()

    def clean(self) -> None:
        """Say in the line itself what is wrong."""
        seen: set[str] = set()
        for form in self.forms:
            address = (form.cleaned_data.get("email") or "").casefold() if hasattr(form, "cleaned_data") else ""
            if not address:
                continue
            if address in seen:
                form.add_error("email", _("This address stands in the list twice."))
            elif address in self.taken:
                form.add_error("email", _("This person has a seat here already."))
            seen.add(address)

    @property
    def addresses(self) -> list[str]:
        """What stands in the address fields."""
        return [str(form["email"].value() or "").strip() for form in self.forms]


GuestFormSet = forms.formset_factory(
    GuestForm, formset=BaseGuestFormSet, extra=0, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)
