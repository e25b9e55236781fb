"""The program's own fields on a registration: their form fields, their answers checked, and told in words.

The fields are part of a version of the rules of engagement. A deal keeps the version that it was registered under, so
answers stay readable when a later version asks something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dealreg.engagement import fields_in
from dealreg.engagement.shape import Audience, Need, OwnField
from prm.kernel.errors import RuleViolation
from prm.kernel.money import shown
from prm.kernel.questions import LONGEST, YES_NO, Kind, is_empty, kept, maker_of

CONTROL = "own_"
PLACE = "answers."
LONGEST_FACT = 80
COLUMNS = {Audience.BOTH: "answers", Audience.VENDOR: "desk_answers", Audience.APPROVER: "approver_answers"}
"""Where a deal keeps the answers, by who reads them: what a reader must not see is not in what it reads."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as a page shows it. audience: "" where the partner reads it too."""

    slug: str
    label: str
    text: str
    is_long: bool = False
    audience: str = ""


def control_name(slug: str) -> str:
    """Return a field's name in a form."""
    return CONTROL + slug.replace("-", "_")


def at_control(violation: RuleViolation) -> RuleViolation:
    """Return a refusal with the form's name of the field in place of the API's."""
    if violation.field.startswith(PLACE):
        violation.field = control_name(violation.field.removeprefix(PLACE))
    return violation


def asked_of(fields: Iterable[OwnField], *audiences: Audience) -> tuple[OwnField, ...]:
    """Return the fields that some audiences answer; the partner's without any."""
    wanted = audiences or (Audience.BOTH,)
    return tuple(each for each in fields if each.audience in wanted)


def form_field(own: OwnField, currency: str = "", names: Mapping[str, str] | None = None) -> forms.Field:
    """Return the form field. names: of the product families; what hangs on them is demanded by the service alone."""
    helps = [own.help]
    if own.unit or own.kind is Kind.MONEY:
        helps.append(_("In %(unit)s.") % {"unit": own.unit or currency})
    if own.families:
        words = _("Only with %(names)s.") if own.need is Need.NO else _("Needed with %(names)s.")
        helps.append(words % {"names": ", ".join((names or {}).get(each, each) for each in own.families)})
    required = own.need is not Need.NO and not own.families and own.kind is not Kind.FILE
    made = maker_of(own.kind, own.choices, own.least, own.most)
    return made(label=own.label, help_text=" ".join(filter(None, helps)), required=required)


def start_of(fields: Iterable[OwnField], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as a form's start."""
    return {control_name(own.slug): answers[own.slug] for own in fields if own.slug in answers}


def read_from(fields: Iterable[OwnField], cleaned_data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a valid form's answers, by slug; files are kept elsewhere."""
    return {
        own.slug: kept(cleaned_data.get(control_name(own.slug)))
        for own in fields
        if own.kind is not Kind.FILE and control_name(own.slug) in cleaned_data
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What must be answered. families: codes of those on the deal; files: slugs of the fields that a file answers.

    needs: which fields. files None: no file can be given this way, so none is demanded.
    """

    needs: Collection[Need] = ()
    families: Collection[str] = ()
    files: Collection[str] | None = None


def cleaned(fields: Sequence[OwnField], raw: Mapping[str, Any], demand: Demand) -> dict[str, Any]:
    """Return answers as the deal keeps them, without empty ones.

    Raises:
        RuleViolation: one isn't an answer, or a wanted one is missing; `field` is "answers." and its slug.
    """
    stray = set(raw) - {own.slug for own in fields}
    if stray:
        slug = min(stray)
        raise RuleViolation("unknown_field", _("The program asks nothing called “%(slug)s”.") % {"slug": slug[:50]})
    found = {own.slug: _answer(own, raw.get(own.slug)) for own in fields if own.kind is not Kind.FILE}
    for own in fields:
        if _is_missing(own, found, demand):
            words = _("“%(label)s” is needed.") % {"label": own.label}
            raise RuleViolation("answer_needed", words, PLACE + own.slug)
    return {slug: value for slug, value in found.items() if not is_empty(value)}


def _is_missing(own: OwnField, found: Mapping[str, Any], demand: Demand) -> bool:
    if own.need not in demand.needs or (own.families and not set(own.families) & set(demand.families)):
        return False
    if own.kind is Kind.FILE:
        return demand.files is not None and own.slug not in demand.files
    return is_empty(found.get(own.slug))


def _answer(own: OwnField, value: Any) -> Any:
    if is_empty(value):
        return None
    made = maker_of(own.kind, own.choices, own.least, own.most)(label=own.label, required=False)
    try:
        return kept(made.clean(_typed(own, value)))
    except ValidationError as error:
        words = _("“%(label)s”: %(why)s") % {"label": own.label, "why": " ".join(error.messages)}
        raise RuleViolation("bad_answer", words, PLACE + own.slug) from None


def _typed(own: OwnField, value: Any) -> Any:
    """Return what a person would have typed for a value of JSON."""
    if isinstance(value, bool):
        return ("yes" if value else "no") if own.kind is Kind.YES_NO else str(value)
    if isinstance(value, int | float):
        number = Decimal(str(value))
        # Three digits behind a dot would read as thousands.
        return f"{number:.2f}" if number == round(number, 2) else str(value).replace(".", ",", 1) + "?"
    if isinstance(value, list | tuple) and own.kind is Kind.CHOICES:
        return [str(each) for each in value]
    return [str(value)] if own.kind is Kind.CHOICES else str(value).replace("\x00", "")


def answers_in(fields: Sequence[OwnField], cells: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers in a row of a list, by headings that are a field's name or question. Nothing is demanded.

    Raises:
        RuleViolation: as `cleaned`.
    """
    named = {heading.strip().casefold(): text for heading, text in cells.items()}
    found: dict[str, Any] = {}
    for own in fields:
        text = named.get(own.slug, named.get(own.label.casefold(), ""))
        several = [part.strip() for part in text.replace("|", ";").split(";") if part.strip()]
        found[own.slug] = several if own.kind is Kind.CHOICES else _in_any_case(own, text)
    return cleaned(fields, found, Demand())


def _in_any_case(own: OwnField, text: str) -> str:
    words = {str(label).casefold(): value for value, label in YES_NO} if own.kind is Kind.YES_NO else {}
    known = {value.casefold(): value for value in own.values} | words
    return known.get(text.casefold(), text)


def stated_answers(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return short answers as the rules of engagement take them."""
    short = ((slug, value) for slug, value in answers.items() if isinstance(value, str) and len(value) <= LONGEST_FACT)
    return tuple(sorted(f"{slug}={value}" for slug, value in short))


def told(fields: Sequence[OwnField], answers: Mapping[str, Any], currency: str) -> list[Said]:
    """Return the answers in words, in the order of the fields; what no field asks for any more comes last."""
    by_slug = {own.slug: own for own in fields}
    order = [own.slug for own in fields if own.slug in answers] + sorted(set(answers) - set(by_slug))
    return [_said(by_slug.get(slug), slug, answers[slug], currency) for slug in order]


def _said(own: OwnField | None, slug: str, value: Any, currency: str) -> Said:
    if own is None:
        return Said(slug, slug, ", ".join(value) if isinstance(value, list) else str(value))
    return Said(own.slug, own.label, in_words(own, value, currency), is_long=own.kind is Kind.LONG)


def in_words(own: OwnField, value: Any, currency: str) -> str:
    """Return one answer as the reader's language writes it."""
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if own.kind is Kind.YES_NO:
        return str(dict(YES_NO).get(value, value))
    if own.kind is Kind.DATE:
        return str(date_format(date.fromisoformat(value), "j N Y"))
    if own.kind is Kind.MONEY:
        return shown(Decimal(value), currency)
    return f"{value} {own.unit}".strip() if own.kind is Kind.NUMBER else str(value)


def labelled(definition: Any, answers: Mapping[str, Any], currency: str) -> str:
    """Return answers on one line, for spreadsheets. definition: of the deal's rules of engagement, as JSON."""
    return "; ".join(f"{said.label}: {said.text}" for said in told(fields_in(definition), answers, currency))


def schema_of(fields: Sequence[OwnField]) -> dict[str, Any]:
    """Return what `answers` of a registration may hold, as JSON Schema 2020-12. Files can't be given there."""
    asked = [own for own in fields if own.kind is not Kind.FILE]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": {own.slug: _property(own) for own in asked},
        "required": [own.slug for own in asked if own.need is not Need.NO and not own.families],
    }


def _property(own: OwnField) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        Kind.TEXT: {"type": "string", "maxLength": LONGEST["text"]},
        Kind.LONG: {"type": "string", "maxLength": LONGEST["long"]},
        Kind.NUMBER: {"type": ["number", "string"], "minimum": float(own.least or 0)}
        | ({"maximum": float(own.most)} if own.most is not None else {}),
        Kind.MONEY: {"type": ["number", "string"], "minimum": 0},
        Kind.DATE: {"type": "string", "format": "date"},
        Kind.CHOICE: {"type": "string", "enum": list(own.choices)},
        Kind.CHOICES: {"type": "array", "items": {"type": "string", "enum": list(own.choices)}, "uniqueItems": True},
        Kind.YES_NO: {"type": "string", "enum": ["yes", "no"]},
        Kind.EMAIL: {"type": "string", "format": "email", "maxLength": 254},
        Kind.URL: {"type": "string", "format": "uri", "maxLength": LONGEST["text"]},
    }
    words = {"description": own.help} if own.help else {}
    only = {"x-families": list(own.families)} if own.families else {}
    unit = {"x-unit": own.unit} if own.unit else {}
    return {"title": own.label, **kinds[own.kind], **words, **unit, **only}
