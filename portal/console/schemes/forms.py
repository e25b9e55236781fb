"""The builder's forms: one for each kind of part. They parse, and write the part as JSON; none of them saves."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.console.schemes.fields import CountField, NumberField, plain_number, tag_fields, typed, where_of
from standing.enums import BenefitKind
from standing.registry import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standing.words import Labels

PERIODS = {
    "month": gettext_lazy("each month"),
    "quarter": gettext_lazy("each quarter"),
    "year": gettext_lazy("each year"),
}
LASTING = {
    "ever": gettext_lazy("For ever"),
    "expires": gettext_lazy("For so many months, then they expire at once"),
    "fades": gettext_lazy("Over so many months they fade: each month an equal part is lost"),
}
MOST_FACTORS = 3


class PartForm(forms.Form):
    """A part of a scheme. `revision` and `seen` say which draft, and which words, it was opened on."""

    fields_of: ClassVar[dict[str, str]] = {}
    """By the end of a fault's place: the field that it belongs to, where it isn't called the same."""

    def __init__(self, *args: Any, part: Mapping[str, Any], labels: Labels, **kwargs: Any) -> None:
        self.part, self.labels = part, labels
        super().__init__(*args, **{"initial": self.initial_of(part), **kwargs})

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a part."""
        return dict(part)

    def written(self) -> dict[str, Any]:
        """Return the part as it was filled in; what the form doesn't show stays."""
        raise NotImplementedError

    def kept(self, **fields: Any) -> dict[str, Any]:
        """Return the part with these fields; those that are None or empty are left out."""
        empty = {key for key, value in fields.items() if value is None or value == "" or value in ([], {})}
        rest = {key: value for key, value in self.part.items() if key not in fields}
        return {**rest, **{key: value for key, value in fields.items() if key not in empty}}


class RuleForm(PartForm):
    """A point rule on one source."""

    fields_of: ClassVar[dict[str, str]] = {"expires_months": "lasting_months", "fades_months": "lasting_months"}

    name = forms.CharField(label=gettext_lazy("What partners read"), max_length=120)
    points = NumberField(label=gettext_lazy("Points"))
    per = NumberField(
        label=gettext_lazy("For each"),
        required=False,
        help_text=gettext_lazy("Empty: the points are for each of them, however large. Else so many for each amount."),
    )
    whole = forms.BooleanField(label=gettext_lazy("Only for each full amount"), required=False)
    cap = NumberField(label=gettext_lazy("At most"), required=False, help_text=gettext_lazy("Empty: no limit."))
    cap_period = forms.ChoiceField(label=gettext_lazy("Limit holds for"), choices=list(PERIODS.items()))
    lasting = forms.ChoiceField(
        label=gettext_lazy("How long they count"), choices=list(LASTING.items()), widget=forms.RadioSelect
    )
    lasting_months = CountField(label=gettext_lazy("Months"), required=False, most=120)
    category = forms.SlugField(
        label=gettext_lazy("Kind of points"),
        required=False,
        max_length=50,
        help_text=gettext_lazy(
            "A short word of yours, such as “sales”. Requirements can ask for points of one kind. Points of all kinds "
            "add up."
        ),
    )

    def __init__(self, *args: Any, part: Mapping[str, Any], labels: Labels, **kwargs: Any) -> None:
        self.source = SOURCES[part["source"]]
        super().__init__(*args, part=part, labels=labels, **kwargs)
        self.fields.update(tag_fields(self.source, labels, part.get("where", {})))
        tags = [("", _("no factor")), *((name, str(tag.label)) for name, tag in self.source.tags.items())]
        for row in range(MOST_FACTORS):
            self.fields[f"times_tag_{row}"] = forms.ChoiceField(label=_("Where"), choices=tags, required=False)
            self.fields[f"times_values_{row}"] = forms.CharField(label=_("is one of"), required=False, max_length=300)
            self.fields[f"times_factor_{row}"] = NumberField(label=_("times"), required=False)

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a rule as one would type it."""
        expires, fades = part.get("expires_months", 0), part.get("fades_months", 0)
        found = {
            **{key: typed(part.get(key)) for key in ("points", "per", "cap")},
            **{f"where_{tag}": values for tag, values in part.get("where", {}).items()},
            "name": part.get("name", ""),
            "whole": part.get("whole", False),
            "cap_period": part.get("cap_period", "year"),
            "lasting": "fades" if fades else "expires" if expires or "points" not in part else "ever",
            "lasting_months": fades or expires or ("" if "points" in part else 12),
            "category": part.get("category", ""),
        }
        for row, times in enumerate(self._simple(part)):
            ((tag, values),) = times["where"].items()
            found |= {
                f"times_tag_{row}": tag,
                f"times_values_{row}": ", ".join(values),
                f"times_factor_{row}": typed(times["factor"]),
            }
        return found

    @staticmethod
    def _simple(part: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the factors that the form can show: those on one tag."""
        return [each for each in part.get("times", []) if len(each.get("where", {})) == 1][:MOST_FACTORS]

    def factor_rows(self) -> list[list[Any]]:
        """Return the fields of factors, row by row."""
        return [[self[f"times_{name}_{row}"] for name in ("tag", "values", "factor")] for row in range(MOST_FACTORS)]

    def where_fields(self) -> list[Any]:
        """Return the fields that narrow it down."""
        return [self[name] for name in self.fields if name.startswith("where_")]

    def clean(self) -> dict[str, Any]:
        """Refuse halves: a length without its months, a factor without its values."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("lasting") != "ever" and "lasting_months" in cleaned and not cleaned["lasting_months"]:
            self.add_error("lasting_months", _("For how many months?"))
        for row in range(MOST_FACTORS):
            given = [cleaned.get(f"times_{name}_{row}") for name in ("tag", "values", "factor")]
            if any(given) and not all(each not in {None, ""} for each in given):
                self.add_error(f"times_factor_{row}", _("A factor needs all three: by what, which, how many times."))
        return cleaned

    def written(self) -> dict[str, Any]:
        """Return the rule."""
        typed_in = self.cleaned_data
        months, simple = typed_in["lasting_months"], self._simple(self.part)
        times = [each for each in self.part.get("times", []) if each not in simple]
        for row in range(MOST_FACTORS):
            if tag := typed_in[f"times_tag_{row}"]:
                values = [each.strip() for each in typed_in[f"times_values_{row}"].split(",") if each.strip()]
                times.append({"where": {tag: values}, "factor": plain_number(typed_in[f"times_factor_{row}"])})
        return self.kept(
            name=typed_in["name"],
            source=self.source.name,
            points=plain_number(typed_in["points"]),
            per=None if typed_in["per"] is None else plain_number(typed_in["per"]),
            whole=typed_in["whole"] or None,
            where=where_of(typed_in),
            cap=None if typed_in["cap"] is None else plain_number(typed_in["cap"]),
            cap_period=None if typed_in["cap"] is None else typed_in["cap_period"],
            expires_months=months if typed_in["lasting"] == "expires" else None,
            fades_months=months if typed_in["lasting"] == "fades" else None,
            category=typed_in["category"].lower(),
            times=times,
        )


class CategoryForm(PartForm):
    """A category of a score."""

    name = forms.CharField(label=gettext_lazy("What partners read"), max_length=120)
    most = NumberField(
        label=gettext_lazy("At most, points"), required=False, help_text=gettext_lazy("Empty: no limit.")
    )
    weight = NumberField(
        label=gettext_lazy("Counts in the score, times"), required=False, help_text=gettext_lazy("Empty: once.")
    )

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a category as one would type it."""
        return {"name": part.get("name", ""), "most": typed(part.get("most")), "weight": typed(part.get("weight"))}

    def written(self) -> dict[str, Any]:
        """Return the category."""
        numbers = {
            key: None if self.cleaned_data[key] is None else plain_number(self.cleaned_data[key])
            for key in ("most", "weight")
        }
        return self.kept(name=self.cleaned_data["name"], **numbers)


class TotalForm(PartForm):
    """A sum of some categories."""

    name = forms.CharField(label=gettext_lazy("What partners read"), max_length=120)
    categories = forms.MultipleChoiceField(label=gettext_lazy("Which categories"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, categories: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].choices = categories  # type: ignore[attr-defined]

    def written(self) -> dict[str, Any]:
        """Return it."""
        return self.kept(name=self.cleaned_data["name"], categories=self.cleaned_data["categories"])


class TierForm(PartForm):
    """A tier: its name, and a field for each kind of benefit. What it takes has pages of its own."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    summary = forms.CharField(
        label=gettext_lazy("Whom it is for"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in BenefitKind:
            field: forms.Field = forms.CharField(label=kind.label, max_length=200, required=False)
            if not kind.is_words:
                field = NumberField(label=kind.label, required=False)
            self.fields[f"brings_{kind}"] = field

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return a tier as one would type it."""
        brings = {
            f"brings_{each['kind']}": typed(each["value"]) if each.get("value") is not None else each.get("text", "")
            for each in part.get("brings", [])
        }
        return {"name": part.get("name", ""), "summary": part.get("summary", ""), **brings}

    def benefit_fields(self) -> list[Any]:
        """Return the fields of benefits."""
        return [self[f"brings_{kind}"] for kind in BenefitKind]

    def written(self) -> dict[str, Any]:
        """Return the tier."""
        brings: list[dict[str, Any]] = []
        for kind in BenefitKind:
            given = self.cleaned_data[f"brings_{kind}"]
            if isinstance(given, Decimal):
                brings.append({"kind": str(kind), "value": plain_number(given)})
            elif given:
                brings.append({"kind": str(kind), "text": given})
        return self.kept(name=self.cleaned_data["name"], summary=self.cleaned_data["summary"], brings=brings)


class RequirementForm(PartForm):
    """Requirements under a name, such as a track."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)

    def written(self) -> dict[str, Any]:
        """Return them."""
        return self.kept(name=self.cleaned_data["name"])


class SpecialisationForm(PartForm):
    """Something a partner is recognised for."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    summary = forms.CharField(
        label=gettext_lazy("What it stands for"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    months = CountField(
        label=gettext_lazy("Held for, months"),
        most=120,
        help_text=gettext_lazy("Counted from the last day on which it is met."),
    )

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return it as one would type it."""
        return {"months": 12, **part}

    def written(self) -> dict[str, Any]:
        """Return it."""
        typed_in = self.cleaned_data
        return self.kept(name=typed_in["name"], summary=typed_in["summary"], months=typed_in["months"])


class ReviewForm(PartForm):
    """When tiers may be lowered."""

    EVERY: ClassVar[dict[int, Any]] = {
        12: gettext_lazy("once a year"),
        6: gettext_lazy("twice a year"),
        4: gettext_lazy("three times a year"),
        3: gettext_lazy("every quarter"),
        2: gettext_lazy("every two months"),
        1: gettext_lazy("every month"),
    }

    months = forms.TypedChoiceField(label=gettext_lazy("How often"), choices=list(EVERY.items()), coerce=int)
    first = forms.CharField(
        label=gettext_lazy("First day in the year"),
        max_length=5,
        help_text=gettext_lazy("Month and day, as in 01-31 for 31 January."),
    )
    warn_days = forms.CharField(
        label=gettext_lazy("Warn, days before"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Several are separated by commas. Without a warning no tier is ever lowered."),
    )
    grace_days = CountField(
        label=gettext_lazy("Grace, days after"),
        required=False,
        most=365,
        help_text=gettext_lazy("Until then a partner can still catch up. After it the partner manager decides."),
    )
    qualifying_months = CountField(
        label=gettext_lazy("Months before that count too"),
        required=False,
        most=24,
        help_text=gettext_lazy("Whoever reached a tier on any day of them holds it. Empty: only the day itself."),
    )

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return it as one would type it."""
        given = {
            "months": 12,
            "first": "01-31",
            "warn_days": [60, 30],
            "grace_days": 30,
            "qualifying_months": 0,
            **part,
        }
        return {**given, "warn_days": ", ".join(str(each) for each in given["warn_days"])}

    def clean_warn_days(self) -> list[int]:
        """Return the days."""
        given = [each.strip() for each in self.cleaned_data["warn_days"].split(",") if each.strip()]
        if not all(each.isascii() and each.isdigit() for each in given):
            raise forms.ValidationError(_("Write days as whole numbers, as in 60, 30."), code="not_days")
        return [int(each) for each in given]

    def written(self) -> dict[str, Any]:
        """Return it."""
        return {**self.part, **self.cleaned_data}
