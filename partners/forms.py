"""Forms of partners and their teams."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from prm.kernel.actors import PARTNER_ROLES, Reach, Role

ROLES = [(role, role.label) for role in Role if role in PARTNER_ROLES]


class SeatForm(forms.Form):
    """A team member's role, what it sees, and whether it has access."""

    use_required_attribute = False

    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLES,
        help_text=_(
            "Administrators manage the team; they and sales register and work on deals; others read and comment."
        ),
    )
    reach = forms.ChoiceField(label=_("Sees"), choices=Reach)
    is_active = forms.BooleanField(
        label=_("Has access"), required=False, help_text=_("Without it this person can’t act for your company.")
    )
