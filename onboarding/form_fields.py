"""What an application form asks: the vendor's list as data, checked, and the Django form that is made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from onboarding.fields import ColleaguesField, NumberField, WebsiteField
from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage
from partners.profile_forms import LinesField
from prm.kernel.errors import RuleViolation
from prm.kernel.questions import (
    CHOSEN,
    LONGEST,
    MOST_CHOICES,
    Kind,
    area_field,
    is_empty,
    kept,
    maker_of,
    one_field,
    several_field,
    slug_of,
    text_field,
    tidied,
    tidied_choices,
)

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from onboarding.models import Application

OWN = "own:"
MOST_FIELDS = 40
MOST_COLLEAGUES = 10
OFFERED = {
    str(kind): kind.label
    for kind in (Kind.TEXT, Kind.LONG, Kind.NUMBER, Kind.YES_NO, Kind.CHOICE, Kind.CHOICES, Kind.DATE)
} | {str(Kind.NUMBER): gettext_lazy("A whole number")}
"""The kinds of answers that applications take, in words."""
_SLUG = re.compile(r"^own:[a-z0-9][a-z0-9-]{0,39}$")


class Part(TextChoices):
    """The parts of the form."""

    COMPANY = "company", gettext_lazy("Your company")
    PROFILE = "profile", gettext_lazy("What you do")
    CONTACT = "contact", gettext_lazy("You")
    OWN = "own", gettext_lazy("A few more questions")


@dataclass(frozen=True, slots=True)
class Ask:
    """A column of an application that a form can ask for; always: every form does, and wants it."""

    name: str
    part: Part
    label: str | Promise
    make: Callable[..., forms.Field]
    help: str | Promise = ""
    always: bool = False


_CHOOSE = gettext_lazy("Choose…")
ASKS: dict[str, Ask] = {
    ask.name: ask
    for ask in (
        Ask(
            "name",
            Part.COMPANY,
            gettext_lazy("Company"),
            text_field(160, autocomplete="organization"),
            gettext_lazy("As customers know it."),
            always=True,
        ),
        Ask(
            "legal_name",
            Part.COMPANY,
            gettext_lazy("Legal name"),
            text_field(200),
            gettext_lazy("As in the commercial register; it stands on agreements."),
        ),
        Ask(
            "website",
            Part.COMPANY,
            gettext_lazy("Website"),
            text_field(200, WebsiteField, autocomplete="url", inputmode="url"),
        ),
        Ask(
            "country",
            Part.COMPANY,
            gettext_lazy("Country"),
            lambda **given: forms.ChoiceField(choices=[("", _CHOOSE), *countries], **given),
            always=True,
        ),
        Ask("city", Part.COMPANY, gettext_lazy("City"), text_field(100, autocomplete="address-level2")),
        Ask("headcount", Part.COMPANY, gettext_lazy("People"), one_field(Headcount.choices, gettext_lazy("Not said"))),
        Ask("type", Part.PROFILE, gettext_lazy("Kind of partner"), one_field(PartnerType.choices, _CHOOSE)),
        Ask("description", Part.PROFILE, gettext_lazy("About the company"), area_field(2000)),
        Ask("regions", Part.PROFILE, gettext_lazy("Regions served"), several_field(Region.choices)),
        Ask("languages", Part.PROFILE, gettext_lazy("Languages"), several_field(SpokenLanguage.choices)),
        Ask("industries", Part.PROFILE, gettext_lazy("Industries"), several_field(Industry.choices)),
        Ask("services", Part.PROFILE, gettext_lazy("Services"), several_field(Service.choices)),
        Ask(
            "product_lines",
            Part.PROFILE,
            gettext_lazy("Products"),
            lambda **given: LinesField(most=30, longest=60, **given),
            gettext_lazy("One per line, or divided by commas."),
        ),
        Ask(
            "certifications",
            Part.PROFILE,
            gettext_lazy("Certifications"),
            lambda **given: LinesField(most=30, longest=80, **given),
            gettext_lazy("One per line, or divided by commas."),
        ),
        Ask(
            "customers",
            Part.PROFILE,
            gettext_lazy("Customers and references"),
            area_field(2000),
            gettext_lazy("Those whom you may name."),
        ),
        Ask("contact_name", Part.CONTACT, gettext_lazy("Your name"), text_field(120, autocomplete="name")),
        Ask(
            "email",
            Part.CONTACT,
            gettext_lazy("Work e-mail"),
            lambda **given: forms.EmailField(
                max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}), **given
            ),
            gettext_lazy("An address at your company. We send a link there to confirm it."),
            always=True,
        ),
        Ask("phone", Part.CONTACT, gettext_lazy("Phone"), text_field(40, autocomplete="tel", inputmode="tel")),
        Ask(
            "colleagues",
            Part.CONTACT,
            gettext_lazy("Colleagues"),
            lambda **given: ColleaguesField(most=MOST_COLLEAGUES, longest=254, **given),
            gettext_lazy("E-mail addresses, one per line. They are invited once you are approved."),
        ),
    )
}
ALWAYS = tuple(name for name, ask in ASKS.items() if ask.always)


def _make(item: Mapping[str, Any]) -> Callable[..., forms.Field]:
    # An application counts people and offices: whole numbers.
    return NumberField if item["kind"] == Kind.NUMBER else maker_of(item["kind"], item.get("choices", ()))


def default_fields() -> list[dict[str, Any]]:
    """Return what a new form asks: enough to judge the fit, done in three minutes."""
    wanted = ("name", "website", "country", "type", "contact_name", "email")
    offered = ("headcount", "regions", "industries", "services", "customers", "phone")
    order = [name for name in ASKS if name in {*wanted, *offered}]
    return [{"field": name, "required": name in wanted, "help": ""} for name in order]


def check_fields(given: Any) -> list[dict[str, Any]]:
    """Return a form's list of fields, tidied: every entry whole, what every form asks for in it and wanted.

    Raises:
        RuleViolation: with the sentence that says which field is wrong and how to put it right.
    """
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise _refusal("not_a_list", _("The fields are a list of entries, each with “field”."))
    if len(given) > MOST_FIELDS:
        raise _refusal("too_many", _("A form has at most %(most)d fields.") % {"most": MOST_FIELDS})
    found = [checked_item(item) for item in given]
    names = [item["field"] for item in found]
    for name in names:
        if names.count(name) > 1:
            raise _refusal(
                "twice", _("“%(field)s” is in the form twice.") % {"field": label_of(found[names.index(name)])}
            )
    for name in ALWAYS:
        if name not in names:
            raise _refusal("always", _("Every form asks for “%(field)s”.") % {"field": ASKS[name].label})
    return found


def _refusal(code: str, message: str) -> RuleViolation:
    return RuleViolation(code, message, field="fields")


def _words(item: Mapping[str, Any], key: str) -> str:
    text = tidied(item.get(key))
    if len(text) > LONGEST[key]:
        words = {"text": text[:30], "most": LONGEST[key]}
        raise _refusal("too_long", _("“%(text)s…” is longer than %(most)d characters.") % words)
    return text


def checked_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return one entry of a list of fields, tidied.

    Raises:
        RuleViolation: with the sentence that says what is wrong and how to put it right.
    """
    name = str(item.get("field") or "")
    required = item.get("required") is True
    if name in ASKS:
        return {"field": name, "required": required or ASKS[name].always, "help": _words(item, "help")}
    if not _SLUG.match(name):
        raise _refusal("unknown", _("There is no field “%(field)s”.") % {"field": name[:60]})
    label = _words(item, "label")
    if not label:
        raise _refusal("no_label", _("Write what a question of your own asks."))
    if item.get("kind") not in OFFERED:
        raise _refusal("no_kind", _("Choose what kind of answer “%(label)s” takes.") % {"label": label})
    own = {"field": name, "required": required, "help": _words(item, "help"), "kind": item["kind"], "label": label}
    if own["kind"] in CHOSEN:
        own["choices"] = _choices(item.get("choices"), label)
    return own


def _choices(given: Any, label: str) -> list[str]:
    parts = tidied_choices(given)
    words = {"label": label, "most": MOST_CHOICES, "longest": LONGEST["choice"]}
    if len(parts) < 2:
        raise _refusal("no_choices", _("“%(label)s” needs at least two choices, one per line.") % words)
    if len(parts) > MOST_CHOICES:
        raise _refusal("too_many_choices", _("“%(label)s” has more than %(most)d choices.") % words)
    if any(len(part) > LONGEST["choice"] for part in parts):
        raise _refusal("too_long", _("“%(label)s”: a choice is longer than %(longest)d characters.") % words)
    return parts


def own_name(label: str, taken: Sequence[str]) -> str:
    """Return a name for a new question, out of its words and unlike those taken."""
    return OWN + slug_of(label, [name.removeprefix(OWN) for name in taken])


def is_own(item: Mapping[str, Any]) -> bool:
    """Whether an entry is a question of the vendor's own."""
    return str(item["field"]).startswith(OWN)


def label_of(item: Mapping[str, Any]) -> str:
    """Return what an entry is called."""
    return str(item["label"] if is_own(item) else ASKS[item["field"]].label)


def control_name(name: str) -> str:
    """Return an entry's name in the form: a colon has no place in an element's id."""
    return name.replace(":", "_").replace("-", "_") if name.startswith(OWN) else name


class ApplicationFields(forms.Form):
    """What a program's form asks. `form_class_of` gives the subclass with the fields; it parses and never saves."""

    use_required_attribute = False
    items: Sequence[Mapping[str, Any]] = ()

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The parts with their fields, for the page."""
        found: dict[str, list[forms.BoundField]] = {}
        for item in self.items:
            part = Part.OWN if is_own(item) else ASKS[item["field"]].part
            found.setdefault(str(part.label), []).append(self[control_name(item["field"])])
        return list(found.items())

    def columns(self) -> dict[str, Any]:
        """Return the parsed columns of the application, its e-mail in lower case."""
        found = {item["field"]: self.cleaned_data[item["field"]] for item in self.items if not is_own(item)}
        return found | {"email": found["email"].lower()} if "email" in found else found

    def answers(self) -> dict[str, Any]:
        """Return the answers to the vendor's own questions, by slug and as JSON keeps them, without empty ones."""
        found = {
            item["field"].removeprefix(OWN): kept(self.cleaned_data[control_name(item["field"])])
            for item in self.items
            if is_own(item)
        }
        return {slug: value for slug, value in found.items() if not is_empty(value)}


def form_class_of(items: Sequence[Mapping[str, Any]], only: Sequence[str] = ()) -> type[ApplicationFields]:
    """Return the form of a list of fields, in its order; `only` keeps the entries named: what the vendor asks back."""
    kept = [item for item in items if not only or item["field"] in only]
    fields: dict[str, Any] = {control_name(item["field"]): _field(item) for item in kept}
    return type("ApplicationForm", (ApplicationFields,), {**fields, "items": tuple(kept)})


def _field(item: Mapping[str, Any]) -> forms.Field:
    own = is_own(item)
    make = _make(item) if own else ASKS[item["field"]].make
    usual = "" if own else ASKS[item["field"]].help
    return make(label=label_of(item), help_text=item.get("help") or usual, required=item["required"])


def start_of(items: Sequence[Mapping[str, Any]], application: Application) -> dict[str, Any]:
    """Return what an application says, as the form's start."""
    return {
        control_name(item["field"]): application.answers.get(item["field"].removeprefix(OWN))
        if is_own(item)
        else getattr(application, item["field"])
        for item in items
    }
