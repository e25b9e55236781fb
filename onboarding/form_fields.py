"""What an application form asks: the vendor's list as data, checked, and the Django form that is made from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import TextChoices
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from onboarding.fields import ColleaguesField, DayField, NumberField, WebsiteField
from partners.enums import Headcount, Industry, PartnerType, Region, Service, SpokenLanguage
from partners.profile_forms import LinesField
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from onboarding.models import Application

OWN = "own:"
MOST_FIELDS = 40
MOST_CHOICES = 30
MOST_COLLEAGUES = 10
LONGEST = {"label": 160, "help": 400, "choice": 80, "text": 200, "long": 4000}
_SLUG = re.compile(r"^own:[a-z0-9][a-z0-9-]{0,39}$")


class Kind(TextChoices):
    """What a question of the vendor's own takes as its answer."""

    TEXT = "text", gettext_lazy("A line of text")
    LONG = "long", gettext_lazy("Several lines of text")
    NUMBER = "number", gettext_lazy("A whole number")
    YES_NO = "yes_no", gettext_lazy("Yes or no")
    CHOICE = "choice", gettext_lazy("One of several")
    CHOICES = "choices", gettext_lazy("Any of several")
    DATE = "date", gettext_lazy("A day")


class Part(TextChoices):
    """The parts of the form."""

    COMPANY = "company", gettext_lazy("Your company")
    PROFILE = "profile", gettext_lazy("What you do")
    CONTACT = "contact", gettext_lazy("You")
    OWN = "own", gettext_lazy("A few more questions")


def _text(longest: int, kind: type[forms.CharField] = forms.CharField, **attrs: Any) -> Callable[..., forms.Field]:
    return lambda **given: kind(max_length=longest, widget=forms.TextInput(attrs=attrs), **given)


def _area(longest: int) -> Callable[..., forms.Field]:
    return lambda **given: forms.CharField(max_length=longest, widget=forms.Textarea(attrs={"rows": 4}), **given)


def _one(choices: Any, empty: str | Promise) -> Callable[..., forms.Field]:
    return lambda **given: forms.ChoiceField(choices=[("", empty), *choices], **given)


def _several(choices: Any) -> Callable[..., forms.Field]:
    return lambda **given: forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **given)


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
            _text(160, autocomplete="organization"),
            gettext_lazy("As customers know it."),
            always=True,
        ),
        Ask(
            "legal_name",
            Part.COMPANY,
            gettext_lazy("Legal name"),
            _text(200),
            gettext_lazy("As in the commercial register; it stands on agreements."),
        ),
        Ask(
            "website",
            Part.COMPANY,
            gettext_lazy("Website"),
            _text(200, WebsiteField, autocomplete="url", inputmode="url"),
        ),
        Ask(
            "country",
            Part.COMPANY,
            gettext_lazy("Country"),
            lambda **given: forms.ChoiceField(choices=[("", _CHOOSE), *countries], **given),
            always=True,
        ),
        Ask("city", Part.COMPANY, gettext_lazy("City"), _text(100, autocomplete="address-level2")),
        Ask("headcount", Part.COMPANY, gettext_lazy("People"), _one(Headcount.choices, gettext_lazy("Not said"))),
        Ask("type", Part.PROFILE, gettext_lazy("Kind of partner"), _one(PartnerType.choices, _CHOOSE)),
        Ask("description", Part.PROFILE, gettext_lazy("About the company"), _area(2000)),
        Ask("regions", Part.PROFILE, gettext_lazy("Regions served"), _several(Region.choices)),
        Ask("languages", Part.PROFILE, gettext_lazy("Languages"), _several(SpokenLanguage.choices)),
        Ask("industries", Part.PROFILE, gettext_lazy("Industries"), _several(Industry.choices)),
        Ask("services", Part.PROFILE, gettext_lazy("Services"), _several(Service.choices)),
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
            _area(2000),
            gettext_lazy("Those whom you may name."),
        ),
        Ask("contact_name", Part.CONTACT, gettext_lazy("Your name"), _text(120, autocomplete="name")),
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
        Ask("phone", Part.CONTACT, gettext_lazy("Phone"), _text(40, autocomplete="tel", inputmode="tel")),
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


def _pairs(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(choice, choice) for choice in item["choices"]]


YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
OWN_MAKERS: dict[str, Callable[[Mapping[str, Any]], Callable[..., forms.Field]]] = {
    Kind.TEXT: lambda item: _text(LONGEST["text"]),
    Kind.LONG: lambda item: _area(LONGEST["long"]),
    Kind.NUMBER: lambda item: NumberField,
    Kind.YES_NO: lambda item: (
        lambda **given: forms.ChoiceField(
            choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **given
        )
    ),
    Kind.CHOICE: lambda item: _one(_pairs(item), _CHOOSE),
    Kind.CHOICES: lambda item: _several(_pairs(item)),
    Kind.DATE: lambda item: DayField,
}


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
    text = " ".join(str(item.get(key) or "").replace("\x00", "").split())
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
    if item.get("kind") not in Kind.values:
        raise _refusal("no_kind", _("Choose what kind of answer “%(label)s” takes.") % {"label": label})
    own = {"field": name, "required": required, "help": _words(item, "help"), "kind": item["kind"], "label": label}
    if own["kind"] in {Kind.CHOICE, Kind.CHOICES}:
        own["choices"] = _choices(item.get("choices"), label)
    return own


def _choices(given: Any, label: str) -> list[str]:
    parts = [" ".join(str(part).replace("\x00", "").split()) for part in given] if isinstance(given, list) else []
    parts = list(dict.fromkeys(part for part in parts if part))
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
    stem = slugify(label)[:32].strip("-") or "question"
    name, number = f"{OWN}{stem}", 2
    while name in taken:
        name, number = f"{OWN}{stem}-{number}", number + 1
    return name


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
            item["field"].removeprefix(OWN): _kept(self.cleaned_data[control_name(item["field"])])
            for item in self.items
            if is_own(item)
        }
        return {slug: value for slug, value in found.items() if value not in (None, "", [])}


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def form_class_of(items: Sequence[Mapping[str, Any]], only: Sequence[str] = ()) -> type[ApplicationFields]:
    """Return the form of a list of fields, in its order; `only` keeps the entries named: what the vendor asks back."""
    kept = [item for item in items if not only or item["field"] in only]
    fields: dict[str, Any] = {control_name(item["field"]): _field(item) for item in kept}
    return type("ApplicationForm", (ApplicationFields,), {**fields, "items": tuple(kept)})


def _field(item: Mapping[str, Any]) -> forms.Field:
    own = is_own(item)
    make = OWN_MAKERS[item["kind"]](item) if own else ASKS[item["field"]].make
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
