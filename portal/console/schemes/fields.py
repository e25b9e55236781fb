"""Fields of the builder's forms: numbers as people type them, values of tags, windows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.console.schemes.vocabulary import MOST_OFFERED
from prm.kernel.errors import RuleViolation
from prm.kernel.money import parse_amount

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from standing.registry import FactSource, Tag
    from standing.words import Labels

LARGEST_COUNT = 4000


class CountField(forms.CharField):
    """A whole number of months or days, as text. Gives an int, 0 where empty."""

    def __init__(self, *, most: int = LARGEST_COUNT, **kwargs: Any) -> None:
        self.most = most
        widget = forms.TextInput(attrs={"inputmode": "numeric", "size": "4", "autocomplete": "off"})
        super().__init__(**{"max_length": 10, "widget": widget, **kwargs})

    def clean(self, value: Any) -> int:
        """Return the number.

        Raises:
            ValidationError: not a whole number, or too large.
        """
        text = super().clean(value)
        if not text:
            return 0
        if not (text.isascii() and text.isdigit()) or int(text) > self.most:
            raise ValidationError(_("Enter a whole number up to %(most)d.") % {"most": self.most}, code="not_a_count")
        return int(text)


class NumberField(forms.CharField):
    """A number as people type it, below zero too, with up to four decimals. Gives a Decimal, None where empty."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "size": "10", "autocomplete": "off"})
        super().__init__(**{"max_length": 30, "widget": widget, **kwargs})

    def clean(self, value: Any) -> Decimal | None:
        """Return the number.

        Raises:
            ValidationError: not a number, or too large.
        """
        text = super().clean(value)
        if not text:
            return None
        sign, digits = (-1, text[1:].strip()) if text[0] in "-−" else (1, text)
        if re.fullmatch(r"0[.,]\d{1,4}|\d{1,12}[.,]\d{4}", digits):
            return sign * Decimal(digits.replace(",", "."))
        try:
            return sign * parse_amount(digits)
        except RuleViolation as violation:
            raise ValidationError(str(violation.message), code=violation.code) from None


class ValuesField(forms.CharField):
    """Several values, separated by commas. Gives a list."""

    def clean(self, value: Any) -> list[str]:
        """Return the values, each once."""
        return list(dict.fromkeys(split_values(super().clean(value))))

    def prepare_value(self, value: Any) -> Any:
        """Show a list with commas."""
        return ", ".join(value) if isinstance(value, list | tuple) else value


def split_values(text: str) -> list[str]:
    """Return what stands between commas."""
    return [each.strip() for each in re.split(r"[,;\n]", text) if each.strip()]


def values_field(
    label: Any, choices: Mapping[str, str | Promise], chosen: Iterable[str], **options: Any
) -> forms.Field:
    """Return ticks where the values are known and few, else a line of text. What is chosen already is offered too."""
    offered = {str(key): name for key, name in choices.items()} | {
        each: each for each in chosen if each not in choices and choices
    }
    if 0 < len(offered) <= MOST_OFFERED:
        return forms.MultipleChoiceField(
            label=label,
            choices=list(offered.items()),
            widget=forms.CheckboxSelectMultiple,
            required=options.pop("required", False),
            **options,
        )
    options.setdefault("help_text", _("Several are separated by commas."))
    return ValuesField(label=label, max_length=600, required=options.pop("required", False), **options)


def tag_fields(source: FactSource, labels: Labels, where: Mapping[str, Iterable[str]]) -> dict[str, forms.Field]:
    """Return a field for each tag by which facts of a source can be narrowed down."""
    return {
        f"where_{name}": values_field(tag.label, choices_of(name, tag, labels), where.get(name, ()))
        for name, tag in source.tags.items()
    }


def choices_of(name: str, tag: Tag, labels: Labels) -> dict[str, str | Promise]:
    """Return the values that a tag can have, as far as they are known."""
    return {str(key): word for key, word in {**tag.choices, **labels.get(name, {})}.items()}


def where_of(cleaned: Mapping[str, Any], prefix: str = "where_") -> dict[str, list[str]]:
    """Return what was chosen in `tag_fields`, as a scheme writes it."""
    chosen = ((name, value) for name, value in cleaned.items() if name.startswith(prefix) and value)
    return {name.removeprefix(prefix): list(value) for name, value in chosen}


def plain_number(value: Decimal) -> int | str:
    """Return a number as a scheme's JSON writes it: whole ones as such, others as text, so that nothing is rounded."""
    return int(value) if value == value.to_integral_value() else f"{value.normalize():f}"


def typed(value: Any) -> str:
    """Return a number of a scheme as one would type it."""
    if value is None:
        return ""
    text = f"{Decimal(str(value)).normalize():f}"
    # A single mark before three digits groups thousands where it is read again.
    return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text


def free_slug(name: str, taken: Iterable[str], fallback: str) -> str:
    """Return a slug for a name that no other part has."""
    base, known = slugify(name)[:40].strip("-") or fallback, set(taken)
    found, number = base, 2
    while found in known:
        found, number = f"{base}-{number}", number + 1
    return found
