"""The fields of a kind's settings, and what was typed as the settings' JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from onboarding.form_fields import OFFERED, own_name
from onboarding.models import AgreementTemplate
from onboarding.step_kinds import Asks
from partners.enums import Region
from partners.reports import staff_of
from portal.console.schemes.fields import CountField, split_values
from prm.kernel.questions import CHOSEN, Kind
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onboarding.models import JourneyVersion
    from onboarding.step_kinds import Setting, StepKind
    from portal.console.journeys.telling import Names
    from prm.kernel.actors import Actor

BLANK_QUESTIONS, BLANK_REGIONS, MOST_ROWS = 3, 2, 20
QUESTIONS, REGIONS = "fields", "regions"


@dataclass(frozen=True, slots=True)
class Offers:
    """What settings choose from: the program's agreements and the vendor's people."""

    agreements: list[tuple[str, str]] = field(default_factory=list)
    staff: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self) -> Names:
        """What is chosen, by its name."""
        agreements = {(Asks.AGREEMENT, value): label for value, label in self.agreements}
        return agreements | {(Asks.STAFF, value): label for value, label in self.staff}


def offers_for(version: JourneyVersion, actor: Actor) -> Offers:
    """Return what the settings of a version's steps choose from. Two queries."""
    templates = AgreementTemplate.objects.visible_to(actor).filter(
        program_id=version.template.program_id, is_active=True
    )
    agreements = dict(templates.order_by("name").values_list("slug", "name"))
    return Offers(list(agreements.items()), [(str(person.pk), person.name) for person in staff_of(actor)])


def setting_fields(kind: StepKind, settings: Mapping[str, Any], offers: Offers) -> dict[str, forms.Field]:
    """Return the fields of a kind's settings, each named "set_…"."""
    found: dict[str, forms.Field] = {}
    for setting in kind.settings:
        if setting.asks is Asks.FIELDS and setting.name == QUESTIONS:
            found |= _question_fields(settings.get(QUESTIONS) or [])
        elif setting.asks is Asks.FIELDS and setting.name == REGIONS:
            found |= _region_fields(settings.get(REGIONS) or [], offers)
        else:
            found[f"set_{setting.name}"] = _field(setting, settings.get(setting.name), offers)
    return found


def _field(setting: Setting, value: Any, offers: Offers) -> forms.Field:
    words: dict[str, Any] = {"label": setting.label, "required": setting.required, "help_text": setting.help}
    if setting.asks is Asks.NUMBER:
        return CountField(most=setting.most, **words)
    if setting.asks is Asks.LONG_TEXT:
        return forms.CharField(max_length=setting.most, widget=forms.Textarea(attrs={"rows": 5}), **words)
    if setting.asks in {Asks.CHOICE, Asks.AGREEMENT, Asks.STAFF}:
        known = {Asks.AGREEMENT: offers.agreements, Asks.STAFF: offers.staff}.get(setting.asks, list(setting.choices))
        choices = [(str(key), label) for key, label in known]
        if value and str(value) not in dict(choices):
            choices.append((str(value), _("%(value)s (not there any more)") % {"value": value}))
        if not setting.required or setting.asks is Asks.AGREEMENT:
            choices = [("", _("Choose…")), *choices]
        return forms.ChoiceField(choices=choices, widget=PlainSelect, **words)
    return forms.CharField(max_length=setting.most, **words)


def _question_fields(items: list[dict[str, Any]]) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    kinds = list(OFFERED.items())
    for row in range(min(MOST_ROWS, len(items) + BLANK_QUESTIONS)):
        found[f"set_fields_label_{row}"] = forms.CharField(label=_("Question"), required=False, max_length=160)
        found[f"set_fields_kind_{row}"] = forms.ChoiceField(
            label=_("Answer"), choices=kinds, required=False, widget=PlainSelect
        )
        found[f"set_fields_choices_{row}"] = forms.CharField(
            label=_("Choices, with commas"), required=False, max_length=2000
        )
        found[f"set_fields_required_{row}"] = forms.BooleanField(label=_("must be answered"), required=False)
        for kept in ("field", "help"):
            hidden = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
            found[f"set_fields_{kept}_{row}"] = hidden
    return found


def _region_fields(entries: list[dict[str, Any]], offers: Offers) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    regions = [("", _("Choose…")), *((region.value, region.label) for region in Region)]
    people = [("", _("Choose…")), *offers.staff]
    for row in range(min(MOST_ROWS, len(entries) + BLANK_REGIONS)):
        found[f"set_regions_region_{row}"] = forms.ChoiceField(
            label=_("Region"), choices=regions, required=False, widget=PlainSelect
        )
        found[f"set_regions_person_{row}"] = forms.ChoiceField(
            label=_("Who"), choices=people, required=False, widget=PlainSelect
        )
    return found


def initial_of_settings(kind: StepKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as one would type them."""
    found: dict[str, Any] = {}
    for setting in kind.settings:
        value = settings.get(setting.name, setting.default)
        if setting.asks is not Asks.FIELDS:
            found[f"set_{setting.name}"] = value
            continue
        for row, item in enumerate(value if isinstance(value, list) else []):
            for key, each in item.items():
                shown = ", ".join(each) if isinstance(each, list) else each
                found[f"set_{setting.name}_{key}_{row}"] = shown
    return found


def settings_of(kind: StepKind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed as the kind's settings; what is empty is left out."""
    found: dict[str, Any] = {}
    for setting in kind.settings:
        if setting.asks is Asks.FIELDS:
            value: Any = _questions(given) if setting.name == QUESTIONS else _regions(given)
        else:
            value = given.get(f"set_{setting.name}")
        if value not in (None, "", [], 0):
            found[setting.name] = value
    return found


def _numbers(given: Mapping[str, Any], name: str) -> list[str]:
    return [key.rsplit("_", 1)[-1] for key in given if key.startswith(name)]


def _questions(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in _numbers(given, "set_fields_label_"):
        label = given[f"set_fields_label_{row}"].strip()
        if not label:
            continue
        kind = given.get(f"set_fields_kind_{row}") or Kind.TEXT
        item: dict[str, Any] = {
            "field": given.get(f"set_fields_field_{row}") or own_name(label, [each["field"] for each in found]),
            "kind": str(kind),
            "label": label,
            "required": bool(given.get(f"set_fields_required_{row}")),
            "help": given.get(f"set_fields_help_{row}", ""),
        }
        if kind in CHOSEN:
            item["choices"] = split_values(given.get(f"set_fields_choices_{row}", ""))
        found.append(item)
    return found


def _regions(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {"region": given[f"set_regions_region_{row}"], "person": given.get(f"set_regions_person_{row}", "")}
        for row in _numbers(given, "set_regions_region_")
    ]
    return [row for row in rows if row["region"] and row["person"]]
