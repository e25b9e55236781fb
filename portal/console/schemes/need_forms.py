"""Forms about figures: a requirement on one, or a line of a score."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.console.schemes.fields import (
    CountField,
    NumberField,
    plain_number,
    tag_fields,
    typed,
    values_field,
    where_of,
)
from portal.console.schemes.forms import PartForm
from standing.registry import MEASURES, How
from standing.scheme.shape import Op

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standing.words import Labels

WINDOWS = {
    "": gettext_lazy("everything that counts on the day"),
    "months": gettext_lazy("the last months, so many"),
    "days": gettext_lazy("the last days, so many"),
}
SEEN_AS = {
    "": gettext_lazy("The figure itself"),
    "growth": gettext_lazy("Its growth against the window before, in percent"),
    "program": gettext_lazy("The partner’s place in the program: top so many percent"),
    "country": gettext_lazy("The partner’s place in its country: top so many percent"),
}
NUMBER_OPS = {
    "at_least": gettext_lazy("at least"),
    "at_most": gettext_lazy("at most"),
    "between": gettext_lazy("from … to"),
}
SET_OPS = {"includes_all": gettext_lazy("all of these"), "includes_any": gettext_lazy("at least one of these")}
BAND = re.compile(r"\s*(\S+)\s*[:=]\s*(\S+)\s*")


class FigureForm(PartForm):
    """A part that reads a figure: its measure is chosen before; here are window, tags and how it is seen."""

    fields_of: ClassVar[dict[str, str]] = {"months": "window_count", "days": "window_count", "growth": "seen_as"}

    def __init__(self, *args: Any, part: Mapping[str, Any], labels: Labels, **kwargs: Any) -> None:
        figure = part.get("figure") or {}
        self.measure = MEASURES.get(figure.get("measure", ""))
        super().__init__(*args, part=part, labels=labels, **kwargs)
        if self.measure is None:
            return
        self.fields["window"] = forms.ChoiceField(
            label=_("Over which time"), choices=list(WINDOWS.items()), required=False
        )
        self.fields["window_count"] = CountField(label=_("How many"), required=False, most=3660)
        if self.measure.how is not How.VALUES:
            self.fields["seen_as"] = forms.ChoiceField(
                label=_("What is compared"), choices=list(SEEN_AS.items()), required=False
            )
        self.fields.update(tag_fields(self.measure.facts, labels, figure.get("where", {})))

    def figure_initial(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a figure as one would choose it."""
        figure = part.get("figure") or {}
        new = set(figure) <= {"measure"} and len(part) <= 1
        window = "months" if figure.get("months") or new else "days" if figure.get("days") else ""
        return {
            "window": window,
            "window_count": figure.get("months") or figure.get("days") or (12 if new else ""),
            "seen_as": "growth" if figure.get("growth") else figure.get("place") or "",
            **{f"where_{tag}": values for tag, values in figure.get("where", {}).items()},
        }

    def where_fields(self) -> list[Any]:
        """Return the fields that narrow it down."""
        return [self[name] for name in self.fields if name.startswith("where_")]

    def clean(self) -> dict[str, Any]:
        """Refuse a window without its length."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("window") and "window_count" in cleaned and not cleaned["window_count"]:
            self.add_error("window_count", _("How many months or days?"))
        return cleaned

    def figure(self) -> dict[str, Any]:
        """Return the figure as a scheme writes it."""
        assert self.measure is not None  # noqa: S101  (asked only where there is one)
        chosen, found = self.cleaned_data, {"measure": self.measure.name}
        if chosen["window"]:
            found[chosen["window"]] = chosen["window_count"]
        if where := where_of(chosen):
            found["where"] = where  # type: ignore[assignment]
        seen_as = chosen.get("seen_as", "")
        if seen_as == "growth":
            found["growth"] = True  # type: ignore[assignment]
        elif seen_as:
            found["place"] = seen_as
        return found


class NeedForm(FigureForm):
    """One requirement: a figure or a score compared with a value, or a list with what it must include."""

    fields_of: ClassVar[dict[str, str]] = {
        **FigureForm.fields_of,
        "at_least": "low",
        "at_most": "high",
        "between": "low",
        "includes_all": "values",
        "includes_any": "values",
    }

    def __init__(self, *args: Any, part: Mapping[str, Any], labels: Labels, **kwargs: Any) -> None:
        super().__init__(*args, part=part, labels=labels, **kwargs)
        if self.is_list:
            self.fields["op"] = forms.ChoiceField(label=_("Must include"), choices=list(SET_OPS.items()))
            credentials = dict(labels.get("credential", {}))
            chosen = part.get("includes_all") or part.get("includes_any") or []
            self.fields["values"] = values_field(_("Which"), credentials, chosen, required=True)
        else:
            self.fields["op"] = forms.ChoiceField(label=_("Must be"), choices=list(NUMBER_OPS.items()))
            self.fields["low"] = NumberField(label=_("At least"), required=False)
            self.fields["high"] = NumberField(label=_("At most"), required=False)
        self.fields["name"] = forms.CharField(
            label=_("What partners read"),
            required=False,
            max_length=120,
            help_text=_("Empty: the figure’s own name."),
        )

    @property
    def is_list(self) -> bool:
        """Whether the figure is a list, such as certificates held."""
        return self.measure is not None and self.measure.how is How.VALUES

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a requirement as one would type it."""
        op = next((each for each in Op if each in part), Op.AT_LEAST)
        low, high = part.get("between", (part.get("at_least"), part.get("at_most")))
        return {
            **(self.figure_initial(part) if part.get("figure") else {}),
            "op": str(op),
            "low": typed(low),
            "high": typed(high),
            "values": part.get("includes_all") or part.get("includes_any") or [],
            "name": part.get("name", ""),
        }

    def clean(self) -> dict[str, Any]:
        """Ask for the values that the comparison needs."""
        cleaned = super().clean()
        wanted = {"at_least": ("low",), "at_most": ("high",), "between": ("low", "high")}
        for name in wanted.get(cleaned.get("op", ""), ()):
            if name in cleaned and cleaned[name] is None:
                self.add_error(name, _("Enter a number."))
        return cleaned

    def written(self) -> dict[str, Any]:
        """Return the requirement."""
        chosen = self.cleaned_data
        found: dict[str, Any] = {"figure": self.figure()} if self.measure else {"score": self.part["score"]}
        op = chosen["op"]
        if op in SET_OPS:
            found[op] = list(chosen["values"])
        elif op == "between":
            found[op] = [plain_number(chosen["low"]), plain_number(chosen["high"])]
        else:
            found[op] = plain_number(chosen["low" if op == "at_least" else "high"])
        return found | ({"name": chosen["name"]} if chosen["name"] else {})


class LineForm(FigureForm):
    """What a figure adds to a category of the score."""

    name = forms.CharField(label=gettext_lazy("What partners read"), max_length=120)
    category = forms.ChoiceField(label=gettext_lazy("Counts in"))
    points = NumberField(label=gettext_lazy("Points"), required=False, help_text=gettext_lazy("Empty: one."))
    per = NumberField(label=gettext_lazy("For each"), required=False, help_text=gettext_lazy("Empty: for each one."))
    whole = forms.BooleanField(label=gettext_lazy("Only for each full amount"), required=False)
    most = NumberField(
        label=gettext_lazy("At most, points"), required=False, help_text=gettext_lazy("Empty: no limit.")
    )
    bands = forms.CharField(
        label=gettext_lazy("Or by steps"),
        required=False,
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One step a line: from which figure on, how many points, as in 10: 5. Then points and amount above don’t "
            "count."
        ),
    )

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = categories  # type: ignore[attr-defined]

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a line as one would type it."""
        return {
            **self.figure_initial(part),
            **{key: typed(part.get(key)) for key in ("points", "per", "most")},
            "name": part.get("name", ""),
            "category": part.get("category", ""),
            "whole": part.get("whole", False),
            "bands": "\n".join(f"{typed(start)}: {typed(points)}" for start, points in part.get("bands", [])),
        }

    def clean_bands(self) -> list[list[Any]]:
        """Return the steps."""
        found = []
        for row in self.cleaned_data["bands"].splitlines():
            if not row.strip():
                continue
            pair = BAND.fullmatch(row)
            numbers = [NumberField().clean(each) for each in pair.groups()] if pair else []
            if len(numbers) != 2 or any(each is None for each in numbers):
                words = _("“%(row)s” isn’t a step. Write it as in 10: 5.")
                raise forms.ValidationError(words % {"row": row[:40]}, code="not_a_band")
            found.append([plain_number(each) for each in numbers if isinstance(each, Decimal)])
        return found

    def written(self) -> dict[str, Any]:
        """Return the line."""
        typed_in = self.cleaned_data
        numbers = {
            key: None if typed_in[key] is None else plain_number(typed_in[key]) for key in ("points", "per", "most")
        }
        return self.kept(
            name=typed_in["name"],
            category=typed_in["category"],
            figure=self.figure(),
            whole=typed_in["whole"] or None,
            bands=typed_in["bands"],
            **numbers,
        )
