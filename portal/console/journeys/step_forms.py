"""The builder's forms of stages and steps. They parse, and write the part as JSON; none of them saves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.enums import Side
from onboarding.journeys.checking import DOERS
from onboarding.journeys.facts import FACTS
from onboarding.journeys.parsing import LONGEST_DAYS
from onboarding.step_kinds import StepKind
from portal.console.journeys.setting_fields import initial_of_settings, setting_fields, settings_of
from portal.console.schemes.fields import CountField, values_field
from prm.kernel.actors import Role
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.console.journeys.setting_fields import Offers

STAGE, CHOSEN = "stage", "chosen"


class PartForm(forms.Form):
    """A part of a journey."""

    use_required_attribute = False


class StageForm(PartForm):
    """A stage: its heading, what it is about, what it opens."""

    name = forms.CharField(label=gettext_lazy("What partners read"), max_length=60)
    text = forms.CharField(
        label=gettext_lazy("What it is about"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    opens = forms.CharField(
        label=gettext_lazy("What a partner has once it is done"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("As in “Registering deals, with your protection and discount.”"),
    )

    def written(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return the stage; its steps stay."""
        rest = {key: value for key, value in part.items() if key not in self.fields}
        return {**rest, **{key: value for key, value in self.cleaned_data.items() if value}}


class DaysField(forms.CharField):
    """Several numbers of days, with commas. Gives a list."""

    def clean(self, value: Any) -> list[int]:
        """Return the days.

        Raises:
            ValidationError: one is no number of days.
        """
        parts = [each for each in re.split(r"[,;\s]+", super().clean(value)) if each]
        if not all(each.isascii() and each.isdigit() and 1 <= int(each) <= LONGEST_DAYS for each in parts):
            raise forms.ValidationError(_("Write days as in “3, 6”."), code="days")
        return sorted({int(each) for each in parts})

    def prepare_value(self, value: Any) -> Any:
        """Show a list with commas."""
        return ", ".join(str(each) for each in value) if isinstance(value, list) else value


class StepForm(PartForm):
    """A step: its words, whose turn it is, what it waits for, when it is needed and due, and its kind's settings."""

    name = forms.CharField(label=gettext_lazy("What people read"), max_length=120)
    side = forms.ChoiceField(label=gettext_lazy("Whose turn"), widget=forms.RadioSelect)
    owner = forms.ChoiceField(label=gettext_lazy("Meant for"), required=False, widget=PlainSelect)
    minutes = CountField(
        label=gettext_lazy("Minutes it takes"),
        required=False,
        most=10_000,
        help_text=gettext_lazy("Whoever does it reads this. Empty: nothing is said."),
    )
    waits = forms.ChoiceField(
        label=gettext_lazy("It opens"),
        choices=[
            (STAGE, gettext_lazy("after all steps of the stage before")),
            (CHOSEN, gettext_lazy("after the steps ticked below; without any, at once")),
        ],
        widget=forms.RadioSelect,
    )
    after = forms.MultipleChoiceField(label=gettext_lazy("After"), required=False, widget=forms.CheckboxSelectMultiple)
    due_days = CountField(label=gettext_lazy("Due after days"), required=False, most=LONGEST_DAYS)
    due_from = forms.ChoiceField(
        label=gettext_lazy("Counted from"),
        choices=[("step", gettext_lazy("when it opens")), ("start", gettext_lazy("the journey’s start"))],
        widget=PlainSelect,
    )
    remind = DaysField(label=gettext_lazy("Remind after days"), required=False, help_text=gettext_lazy("As in “3, 6”."))
    escalate = CountField(label=gettext_lazy("Tell the partner managers after days"), required=False, most=LONGEST_DAYS)
    every = forms.ChoiceField(
        label=gettext_lazy("Needed where"),
        choices=[("all", gettext_lazy("all of these hold")), ("any", gettext_lazy("one of these holds"))],
        widget=PlainSelect,
    )

    def __init__(
        self, *args: Any, kind: StepKind, part: Mapping[str, Any], others: list[tuple[str, str]], offers: Offers,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        self.kind, self.part = kind, part
        super().__init__(*args, **{"initial": self.initial_of(part), **kwargs})
        choose: Any = self.fields
        sides = [(side.value, side.label) for side in Side if side in kind.sides]
        choose["side"].choices = sides
        if len(sides) == 1:
            del self.fields["side"]
        if kind.automated:
            for name in ("owner", "minutes", "due_days", "due_from", "remind", "escalate"):
                del self.fields[name]
        else:
            roles = [role for role in Role if any(role in DOERS.get(side, ()) for side in kind.sides)]
            choose["owner"].choices = [("", _("whoever may")), *((role.value, role.label) for role in roles)]
        choose["after"].choices = others
        self.fields.update(_fact_fields(part))
        self.fields.update(setting_fields(kind, part.get("settings", {}), offers))

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a step as one would type it."""
        due = part.get("due") or {}
        found: dict[str, Any] = {
            "name": part.get("name", ""),
            "side": part.get("side") or self.kind.default_side.value,
            "owner": part.get("owner", ""),
            "minutes": part.get("minutes") or "",
            "waits": STAGE if part.get("after") is None else CHOSEN,
            "after": part.get("after") or [],
            "due_days": due.get("days", ""),
            "due_from": due.get("from", "step"),
            "remind": part.get("remind", []),
            "escalate": part.get("escalate") or "",
            "every": next(iter(part.get("when") or {"all": []})),
        }
        for name, condition in _by_fact(part).items():
            (op,) = [key for key in condition if key != "fact"]
            found |= {f"when_{name}": condition[op], f"op_{name}": op}
        return found | initial_of_settings(self.kind, part.get("settings", {}))

    def named(self, *prefixes: str) -> list[Any]:
        """Return the bound fields whose names begin so, for the template."""
        return [self[name] for name in self.fields if name.startswith(prefixes)]

    @property
    def conditions(self) -> list[list[Any]]:
        """The fields of each fact: how it is compared, and with what."""
        return [[self[f"op_{name}"], self[f"when_{name}"]] for name in FACTS]

    @property
    def settings_fields(self) -> list[Any]:
        """The fields of the kind's settings, rows of questions and regions apart."""
        return [each for each in self.named("set_") if not each.name.startswith(("set_fields_", "set_regions_"))]

    @property
    def question_rows(self) -> list[list[Any]]:
        """The fields of questions, row by row."""
        return _rows(self.named("set_fields_"))

    @property
    def region_rows(self) -> list[list[Any]]:
        """The fields of regions with their people, row by row."""
        return _rows(self.named("set_regions_"))

    def written(self) -> dict[str, Any]:
        """Return the step as it was filled in."""
        given = self.cleaned_data
        found: dict[str, Any] = {"slug": self.part.get("slug", ""), "kind": self.kind.name, "name": given["name"]}
        found |= {key: given[key] for key in ("side", "owner", "minutes", "remind", "escalate") if given.get(key)}
        if given["waits"] == CHOSEN:
            found["after"] = given["after"]
        if given.get("due_days"):
            found["due"] = {"days": given["due_days"], **({"from": "start"} if given["due_from"] == "start" else {})}
        conditions = [*_written_conditions(given), *_further(self.part)]
        if conditions:
            found["when"] = {given["every"]: conditions}
        settings = settings_of(self.kind, given)
        return {**found, "settings": settings} if settings else found


def _rows(fields: list[Any]) -> list[list[Any]]:
    rows: dict[str, list[Any]] = {}
    for field in fields:
        rows.setdefault(field.name.rsplit("_", 1)[-1], []).append(field)
    return list(rows.values())


def _conditions(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for rows in (part.get("when") or {}).values() for each in rows]


def _by_fact(part: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the conditions that the form can show: the first on each fact."""
    found: dict[str, dict[str, Any]] = {}
    for each in _conditions(part):
        if each.get("fact") in FACTS and len(each) == 2:
            found.setdefault(each["fact"], each)
    return found


def _further(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    shown = list(_by_fact(part).values())
    return [each for each in _conditions(part) if each not in shown]


def _fact_fields(part: Mapping[str, Any]) -> dict[str, forms.Field]:
    shown = _by_fact(part)
    found: dict[str, forms.Field] = {}
    for name, fact in FACTS.items():
        ops = (
            [("at_least", _("is at least")), ("at_most", _("is at most"))]
            if fact.is_number
            else [("is", _("is one of")), ("is_not", _("is none of"))]
        )
        found[f"op_{name}"] = forms.ChoiceField(label=str(fact.label), choices=ops, required=False, widget=PlainSelect)
        condition = shown.get(name, {})
        if fact.is_number:
            found[f"when_{name}"] = CountField(label=fact.label, required=False, most=100)
        else:
            values = next((value for key, value in condition.items() if key != "fact"), ())
            found[f"when_{name}"] = values_field(fact.label, fact.choices, values)
    return found


def _written_conditions(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name, fact in FACTS.items():
        value = given.get(f"when_{name}")
        if value:
            op = given.get(f"op_{name}") or ("at_least" if fact.is_number else "is")
            found.append({"fact": name, op: value if fact.is_number else list(value)})
    return found
