"""The public form of a program: what its vendor asks, consent, and what keeps robots out without third parties."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from onboarding.form_fields import ApplicationFields, default_fields, form_class_of, start_of
from onboarding.mail_domains import business_address
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from onboarding.models import Application, ApplicationForm, Prospect
    from partners.models import Partner

SALT = "application.opened"
QUICKEST = 3.0
"""Seconds that a person takes at least."""
LONGEST = 7 * 86_400
"""Seconds after which a page is too old."""
OURS = ("started", "middle_name", "consent", "p")


def fresh_stamp() -> str:
    """Return the moment at which a form was opened, signed."""
    return signing.dumps(time.time(), salt=SALT)


class Safeguards(forms.Form):
    """What stands beside the vendor's questions. A robot fills in all it finds, at once; a person does neither."""

    started = forms.CharField(widget=forms.HiddenInput, required=False)
    middle_name = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    consent = forms.BooleanField(required=False)
    p = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def clean_middle_name(self) -> str:
        """Refuse what robots fill in.

        Raises:
            ValidationError: it isn't empty.
        """
        if self.cleaned_data["middle_name"]:
            raise forms.ValidationError(_("Leave this field empty, then send again: it is there to stop robots."))
        return ""

    def clean_email(self) -> str:
        """Refuse what is no business address together with all else, not in a second round.

        Raises:
            ValidationError: so it is.
        """
        text: str = self.cleaned_data["email"]
        try:
            business_address(text)
        except RuleViolation as violation:
            raise forms.ValidationError(str(violation)) from violation
        return text

    def clean_consent(self) -> bool:
        """Refuse a form without consent where there is something to agree to.

        Raises:
            ValidationError: it is missing.
        """
        given: bool = self.cleaned_data["consent"]
        if self.fields["consent"].label and not given:
            raise forms.ValidationError(_("Without this we can’t take your application."))
        return given

    def clean_started(self) -> str:
        """Refuse what was sent faster than anybody types, or from a page without a stamp.

        Raises:
            ValidationError: so it is.
        """
        text: str = self.cleaned_data["started"]
        try:
            seconds = time.time() - float(signing.loads(text, salt=SALT))
        except (signing.BadSignature, TypeError, ValueError):
            seconds = LONGEST + 1.0
        if seconds > LONGEST:
            self._renew_stamp()
            raise forms.ValidationError(_("This page was open for very long. Please send it once more."))
        if seconds < QUICKEST:
            raise forms.ValidationError(_("That was quicker than people type. Please send it once more."))
        return text

    def _renew_stamp(self) -> None:
        fresh: Any = self.data.copy()  # type: ignore[attr-defined]
        fresh["started"] = fresh_stamp()
        self.data = fresh


class PublicFields(Safeguards, ApplicationFields):
    """A program's form with its safeguards."""


def public_form(
    form: ApplicationForm, *, data: QueryDict | None = None, initial: Mapping[str, Any] | None = None, only: Any = ()
) -> Any:
    """Return a program's form, bound to what was sent or starting from what is known.

    only: the entries to show, for whoever has a profile already.
    """
    fields = form_class_of(form.fields or default_fields(), only)
    made: Any = type("PublicForm", (PublicFields, fields), {})
    start = {"started": fresh_stamp(), **(initial or {})}
    filled = made(data, initial=start)
    filled.fields["consent"].label = form.consent
    if not form.consent:
        del filled.fields["consent"]
    return filled


def entries_of(form: ApplicationForm) -> list[dict[str, Any]]:
    """Return what a form asks."""
    return list(form.fields or default_fields())


def start_from(form: ApplicationForm, application: Application) -> dict[str, Any]:
    """Return what a draft says, as the form's start: what was typed goes before what was read from it."""
    return {**start_of(entries_of(form), application), **application.typed}


def start_from_prospect(form: ApplicationForm, prospect: Prospect) -> dict[str, Any]:
    """Return what an invitation prefills: what the invited one told or everybody can read, and nothing else."""
    known = {
        "name": prospect.name,
        "website": prospect.website,
        "country": str(prospect.country or ""),
        "city": prospect.city,
        "type": prospect.type,
        "contact_name": prospect.contact_name,
        "email": prospect.contact_email,
    }
    asked = {entry["field"] for entry in entries_of(form)}
    return {name: value for name, value in known.items() if name in asked and value}


def entries_beside_profile(form: ApplicationForm, partner: Partner) -> list[str]:
    """Return what a partner with a profile is still asked: the vendor's own questions, and what its profile lacks."""
    unknown = {"colleagues", "certifications", "phone"}
    return [
        entry["field"]
        for entry in entries_of(form)
        if entry["field"].startswith("own:")
        or entry["field"] in unknown
        or (entry["required"] and hasattr(partner, entry["field"]) and not getattr(partner, entry["field"]))
    ]


def typed_in(form: Any, data: QueryDict) -> dict[str, Any]:
    """Return everything as typed, by the form's own fields: lists where a field takes several."""
    found: dict[str, Any] = {}
    for name, field in form.fields.items():
        if name in OURS or name not in data:
            continue
        several = isinstance(field, forms.MultipleChoiceField)
        found[name] = data.getlist(name) if several else data[name]
    return found


MANY = 8
"""Choices that stand open; more are folded away until somebody wants them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field on the page. folded: how many choices are folded away, 0 where none are. is_open: they show."""

    field: Any
    folded: int = 0
    is_open: bool = False


def shown_parts(form: Any) -> list[tuple[str, list[Shown]]]:
    """Return a form's parts with how each field is shown: nobody reads twenty choices to get to the next question."""
    return [(label, [_shown(bound) for bound in fields]) for label, fields in form.parts]


def _shown(bound: Any) -> Shown:
    choices: Any = bound.field.choices if isinstance(bound.field, forms.MultipleChoiceField) else ()
    folded = len(choices) if len(choices) > MANY else 0
    return Shown(bound, folded, is_open=bool(folded and (bound.errors or bound.value())))
