"""Questions of a vendor's own: what kind of answer each takes, and the form field that is made of it.

Application forms and deal registrations both ask them. What a list of questions may hold, and where it is kept, is
theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prm.kernel.fields import AmountField, DayField, FigureField, bare

MOST_CHOICES = 30
LONGEST = {"label": 160, "help": 400, "choice": 80, "text": 200, "long": 4000}


class Kind(TextChoices):
    """What a question takes as its answer."""

    TEXT = "text", gettext_lazy("A line of text")
    LONG = "long", gettext_lazy("Several lines of text")
    NUMBER = "number", gettext_lazy("A number")
    MONEY = "money", gettext_lazy("An amount of money")
    DATE = "date", gettext_lazy("A day")
    CHOICE = "choice", gettext_lazy("One of several")
    CHOICES = "choices", gettext_lazy("Any of several")
    YES_NO = "yes_no", gettext_lazy("Yes or no")
    EMAIL = "email", gettext_lazy("An e-mail address")
    URL = "url", gettext_lazy("A web address")
    FILE = "file", gettext_lazy("A file")


CHOSEN = frozenset({Kind.CHOICE, Kind.CHOICES})
"""Kinds that need choices."""
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]
_CHOOSE = gettext_lazy("Choose…")
Maker = Callable[..., forms.Field]


def text_field(longest: int, kind: type[forms.CharField] = forms.CharField, **attrs: Any) -> Maker:
    """Return what makes a line of text."""
    return lambda **given: kind(max_length=longest, widget=forms.TextInput(attrs=attrs), **given)


def area_field(longest: int) -> Maker:
    """Return what makes several lines of text."""
    return lambda **given: forms.CharField(max_length=longest, widget=forms.Textarea(attrs={"rows": 4}), **given)


def one_field(choices: Any, empty: Any = _CHOOSE) -> Maker:
    """Return what makes a list to choose one from."""
    return lambda **given: forms.ChoiceField(choices=[("", empty), *choices], **given)


def several_field(choices: Any) -> Maker:
    """Return what makes ticks."""
    return lambda **given: forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **given)


def yes_no_field(**given: Any) -> forms.Field:
    """Return two buttons."""
    return forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect, **given)


def maker_of(
    kind: str, choices: Sequence[str] = (), least: Decimal | None = None, most: Decimal | None = None
) -> Maker:
    """Return what makes the form field of a question: it takes `label`, `help_text` and `required`."""
    pairs = [(choice, choice) for choice in choices]
    makers: dict[str, Maker] = {
        Kind.TEXT: text_field(LONGEST["text"]),
        Kind.LONG: area_field(LONGEST["long"]),
        Kind.NUMBER: lambda **given: FigureField(least=least, most=most, **given),
        Kind.MONEY: AmountField,
        Kind.DATE: DayField,
        Kind.CHOICE: one_field(pairs),
        Kind.CHOICES: several_field(pairs),
        Kind.YES_NO: yes_no_field,
        Kind.EMAIL: lambda **given: forms.EmailField(max_length=254, **given),
        Kind.URL: lambda **given: forms.URLField(max_length=LONGEST["text"], assume_scheme="https", **given),
        Kind.FILE: forms.FileField,
    }
    return makers[kind]


def kept(value: Any) -> Any:
    """Return an answer as JSON keeps it: days and numbers as text."""
    if isinstance(value, date):
        return value.isoformat()
    return bare(value) if isinstance(value, Decimal) else value


def is_empty(value: Any) -> bool:
    """Whether nothing was answered."""
    return value in (None, "", [], ())


def slug_of(label: str, taken: Sequence[str]) -> str:
    """Return a name for a new question, out of its words and unlike those taken."""
    stem = slugify(label)[:32].strip("-") or "question"
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def tidied(text: Any) -> str:
    """Return words without line breaks and double spaces. PostgreSQL keeps no NUL."""
    return " ".join(str(text or "").replace("\x00", "").split())


def tidied_choices(given: Any) -> list[str]:
    """Return choices, each once, without empty ones."""
    parts = [tidied(part) for part in given] if isinstance(given, list | tuple) else []
    return list(dict.fromkeys(part for part in parts if part))
