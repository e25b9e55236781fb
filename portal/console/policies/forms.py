"""The forms of a policy's parts. They parse and never save; `written()` returns the part as JSON keeps it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from dealreg.engagement import Known
from dealreg.engagement.checking import ASKED_BY_RULE
from dealreg.engagement.shape import Decider, Ground, Lead, Stated
from dealreg.engagement.wording import DECIDERS, GROUNDS, LEADS, STATED
from dealreg.enums import Askable, Stage
from dealreg.fields import AmountField, ClausesField
from dealreg.models import Policy
from dealreg.own_fields import control_name
from dealreg.stages import FACTS, LONGEST_STAY, USUAL_DAYS, rules_in
from partners.enums import Headcount, Industry
from partners.profile_forms import LinesField
from portal.console.schemes.fields import CountField, typed
from prm.kernel.questions import YES_NO, Kind

NONE = ("", gettext_lazy("Any"))
MOST_ACCOUNTS = 200


class PartForm(forms.Form):
    """A part of a policy. part: as JSON keeps it; known: what exists; segments: slug and name, to choose from."""

    use_required_attribute = False

    clause = forms.ChoiceField(label=gettext_lazy("Clause"), required=False)

    def __init__(self, *args: Any, part: dict[str, Any], known: Known, segments: dict[str, str], **kwargs: Any) -> None:
        self.part, self.known, self.named = part, known, segments
        super().__init__(*args, **{**kwargs, "initial": self.start()})
        if "clause" in self.fields:
            self.offer(
                "clause", {"": _("Choose…"), **{key: f"{key} {text}"[:90] for key, text in known.clauses.items()}}
            )
        self.prepare()

    def start(self) -> dict[str, Any]:
        """Return what the fields begin with."""
        return dict(self.part)

    def prepare(self) -> None:
        """Offer what exists."""

    def offer(self, name: str, choices: dict[Any, Any]) -> None:
        """Give a field its choices."""
        self.fields[name].choices = list(choices.items())  # type: ignore[attr-defined]

    def written(self) -> dict[str, Any]:
        """Return the part as JSON keeps it."""
        raise NotImplementedError


def countries_field(label: Any) -> forms.MultipleChoiceField:
    """Return a choice of countries."""
    return forms.MultipleChoiceField(
        label=label, required=False, choices=lambda: list(countries), widget=forms.SelectMultiple(attrs={"size": 10})
    )


def ticks(label: Any, **options: Any) -> forms.MultipleChoiceField:
    """Return ticks."""
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple, **options)


class SegmentForm(PartForm):
    """Which customers a segment takes, and who leads."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    lead = forms.ChoiceField(label=gettext_lazy("Who leads"), choices=list(LEADS.items()))
    employees_from = forms.ChoiceField(
        label=gettext_lazy("People, from"), required=False, choices=[NONE, *Headcount.choices]
    )
    employees_to = forms.ChoiceField(
        label=gettext_lazy("People, up to"), required=False, choices=[NONE, *Headcount.choices]
    )
    industries = ticks(gettext_lazy("Industries"), choices=Industry.choices)
    countries = countries_field(gettext_lazy("Countries"))
    accounts = ticks(gettext_lazy("Named accounts"))
    find_accounts = forms.CharField(
        label=gettext_lazy("Find accounts to name"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Part of a name or a website; then choose Search below, and tick those you mean."),
    )

    def start(self) -> dict[str, Any]:
        """Lay the conditions beside the name."""
        when = self.part.get("when", {})
        accounts = [str(each) for each in when.get("accounts", [])]
        answers = {control_name(each["field"]): each["values"] for each in when.get("answers", [])}
        return {"lead": Lead.PARTNER, **self.part, **when, "accounts": accounts, **answers}

    def prepare(self) -> None:
        """Offer the accounts that are named, and the answers to the program's own fields that partners choose."""
        self.offer_named()
        words = {str(value): label for value, label in YES_NO}
        self.asked = [own for own in self.known.fields.values() if own.decides]
        for own in self.asked:
            label = _("Answer to “%(field)s”") % {"field": own.label}
            choices = [(value, words.get(value, value) if own.kind is Kind.YES_NO else value) for value in own.values]
            self.fields[control_name(own.slug)] = ticks(label, choices=choices)

    def offer_named(self) -> None:
        """Offer the accounts that are named already."""
        self.offer_accounts(
            {pk: self.known.accounts.get(pk, f"{pk}") for pk in self.part.get("when", {}).get("accounts", [])}
        )

    def offer_accounts(self, found: dict[int, str]) -> None:
        """Offer accounts to tick, beside those that are there already."""
        choices: Any = self.fields["accounts"].choices  # type: ignore[attr-defined]
        offered = {**dict(choices), **{str(pk): name for pk, name in found.items()}}
        self.offer("accounts", offered)
        self.fields["accounts"].help_text = "" if offered else _("None yet: find them below.")

    def clean_accounts(self) -> list[int]:
        """Return their numbers.

        Raises:
            ValidationError: more than a segment takes.
        """
        found = [int(each) for each in self.cleaned_data["accounts"]]
        if len(found) > MOST_ACCOUNTS:
            raise forms.ValidationError(_("At most %(most)d named accounts.") % {"most": MOST_ACCOUNTS})
        return found

    def written(self) -> dict[str, Any]:
        """Return the segment; its slug is given by who adds it."""
        given = self.cleaned_data
        names = ("employees_from", "employees_to", "industries", "countries", "accounts")
        when = {name: given[name] for name in names if given[name]}
        answered = [(own.slug, given[control_name(own.slug)]) for own in self.asked]
        if any(values for _slug, values in answered):
            when["answers"] = [{"field": slug, "values": values} for slug, values in answered if values]
        found = {"slug": self.part.get("slug", ""), "name": given["name"], "lead": given["lead"]}
        return {**found, "clause": given["clause"], "when": when}


class AuthorisationForm(PartForm):
    """What a family needs."""

    family = forms.ChoiceField(label=gettext_lazy("Product family"))
    tier = forms.ChoiceField(label=gettext_lazy("Tier, at least"), required=False)
    credentials = ticks(gettext_lazy("Certificates, all of them valid"))

    def prepare(self) -> None:
        """Offer the vendor's own."""
        self.offer("family", dict(self.known.families))
        self.offer("tier", {"": _("Any"), **self.known.tiers})
        self.offer("credentials", dict(self.known.credentials))
        if not self.known.credentials:
            del self.fields["credentials"]

    def written(self) -> dict[str, Any]:
        """Return the authorisation."""
        given = self.cleaned_data
        found = {"family": given["family"], "clause": given["clause"]}
        return found | {name: given[name] for name in ("tier", "credentials") if given.get(name)}


class SizeForm(PartForm):
    """Least and most."""

    least = AmountField(label=gettext_lazy("At least"), required=False)
    most = AmountField(label=gettext_lazy("At most"), required=False)

    def start(self) -> dict[str, Any]:
        """Show amounts as they are typed."""
        return {**self.part, **{name: typed(self.part.get(name)) for name in ("least", "most")}}

    def written(self) -> dict[str, Any]:
        """Return the size."""
        return {"clause": self.cleaned_data["clause"], **amounts(self.cleaned_data, "least", "most")}


def amounts(given: dict[str, Any], *names: str) -> dict[str, str]:
    """Return amounts as JSON keeps them, without those that are empty."""
    return {name: f"{given[name]:.2f}" for name in names if given.get(name) is not None}


class TerritoryForm(PartForm):
    """Where partners sell."""

    by = forms.ChoiceField(label=gettext_lazy("Partners sell"), choices=list(GROUNDS.items()))
    countries = countries_field(gettext_lazy("Countries listed"))

    def written(self) -> dict[str, Any]:
        """Return the territory."""
        given = self.cleaned_data
        listed = given["countries"] if given["by"] == Ground.LISTED else []
        return {"by": given["by"], "clause": given["clause"], "countries": listed}


class RouteForm(PartForm):
    """Who decides, and when."""

    segment = forms.ChoiceField(label=gettext_lazy("Segment"), required=False)
    least = AmountField(label=gettext_lazy("From which value on"), required=False)
    families = ticks(gettext_lazy("Product families"))
    countries = countries_field(gettext_lazy("Countries"))
    decider = forms.ChoiceField(label=gettext_lazy("Who decides"), choices=list(DECIDERS.items()))
    seat = forms.TypedChoiceField(label=gettext_lazy("The named person"), required=False, coerce=int, empty_value=None)
    hours = CountField(label=gettext_lazy("Within how many working hours"), most=2000, required=True)

    def start(self) -> dict[str, Any]:
        """Show the amount as it is typed."""
        return {"hours": 48, **self.part, "least": typed(self.part.get("least"))}

    def prepare(self) -> None:
        """Offer what exists."""
        self.offer("segment", {"": _("Any"), **self.named})
        self.offer("families", dict(self.known.families))
        self.offer("seat", {"": _("Nobody by name"), **self.known.seats})

    def written(self) -> dict[str, Any]:
        """Return the route."""
        given = self.cleaned_data
        found = {"decider": given["decider"], "hours": given["hours"], "clause": given["clause"]}
        found |= {name: given[name] for name in ("segment", "families", "countries") if given[name]}
        if given["decider"] == Decider.SEAT and given["seat"] is not None:
            found["seat"] = given["seat"]
        return found | amounts(given, "least")


class HolidaysForm(PartForm):
    """Days on which no clock runs."""

    clause = None  # type: ignore[assignment]
    days = LinesField(
        label=gettext_lazy("Holidays"),
        required=False,
        most=200,
        longest=10,
        help_text=gettext_lazy("One per line, like 2027-12-24. Weekends never count."),
    )

    def written(self) -> dict[str, Any]:
        """Return the days."""
        return {"days": self.cleaned_data["days"]}


class AutomationForm(PartForm):
    """What a rule does by itself."""

    on = forms.BooleanField(label=gettext_lazy("Approve clean registrations at once"), required=False)
    most = AmountField(label=gettext_lazy("Only up to which value"), required=False)
    segments = ticks(gettext_lazy("Only in these segments"))
    tier = forms.ChoiceField(label=gettext_lazy("Only from which tier on"), required=False)
    contact = forms.BooleanField(label=gettext_lazy("Only where a contact is named"), required=False)
    decline = ticks(gettext_lazy("Decline at once what is against"), choices=list(STATED.items()))
    ask = forms.BooleanField(label=gettext_lazy("Ask at once for what is missing"), required=False)
    fields_asked = ticks(gettext_lazy("What is asked for"))
    ask_clause = forms.ChoiceField(label=gettext_lazy("Clause for asking"), required=False)

    def start(self) -> dict[str, Any]:
        """Lay the three things beside each other."""
        approve, ask = self.part.get("approve", {}), self.part.get("ask", {})
        return {
            "contact": True,
            **approve,
            "most": typed(approve.get("most")),
            "decline": self.part.get("decline", []),
            "ask": ask.get("on", False),
            "fields_asked": ask.get("fields", []),
            "ask_clause": ask.get("clause", ""),
        }

    def prepare(self) -> None:
        """Offer what exists."""
        self.fields["clause"].label = _("Clause for approving")
        labels = {str(value): label for value, label in Askable.choices}
        self.offer("segments", self.named)
        self.offer("tier", {"": _("Any"), **self.known.tiers})
        self.offer("fields_asked", {name: labels[name] for name in ASKED_BY_RULE})
        self.fields["ask_clause"].choices = self.fields["clause"].choices  # type: ignore[attr-defined]
        if not self.named:
            del self.fields["segments"]

    def written(self) -> dict[str, Any]:
        """Return what a rule does."""
        given = self.cleaned_data
        approve = {
            "on": given["on"],
            "clause": given["clause"],
            "contact": given["contact"],
            "segments": given.get("segments", []),
            "tier": given["tier"],
            **amounts(given, "most"),
        }
        ask = {"on": given["ask"], "clause": given["ask_clause"], "fields": given["fields_asked"]}
        return {"approve": approve, "decline": [str(Stated(each)) for each in given["decline"]], "ask": ask}


class LimitsForm(PartForm):
    """How much a partner may hold."""

    open = CountField(
        label=gettext_lazy("Registrations that wait or are protected, at most"), most=100_000, required=False
    )
    resubmissions = CountField(
        label=gettext_lazy("The same customer again after a decline, at most"), most=100, required=False
    )
    days = CountField(label=gettext_lazy("Within how many days"), most=1000, required=False)

    def start(self) -> dict[str, Any]:
        """Propose the days."""
        return {"days": 90, **self.part}

    def written(self) -> dict[str, Any]:
        """Return the limits."""
        given = self.cleaned_data
        found: dict[str, Any] = {"clause": given["clause"], "days": given["days"] or 90}
        if given["open"]:
            found["open"] = given["open"]
        if self["resubmissions"].value() not in (None, ""):
            found["resubmissions"] = given["resubmissions"]
        return found


class FiguresForm(forms.ModelForm):
    """The plain figures and the clauses."""

    use_required_attribute = False

    clauses = ClausesField(
        label=gettext_lazy("Clauses"),
        required=False,
        help_text=gettext_lazy("One to a line, each with its number: rules and decisions cite it."),
    )

    class Meta:
        model = Policy
        fields = (
            "protection_days",
            "discount",
            "decision_hours",
            "reminder_days",
            "hourly_registrations",
            "extension_days",
            "extensions_most",
            "evidence_days",
            "extends_by_rule",
            "offer_days",
            "appeal_days",
            "appeal_hours",
            "clauses",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for stage, rule in rules_in(self.instance.stages).items():
            self.fields[f"{stage}_days"] = forms.IntegerField(
                label=_("Days at “%(stage)s” until a deal counts as stalled") % {"stage": stage.label},
                min_value=1,
                max_value=LONGEST_STAY,
                required=False,
                initial=rule.days,
            )
            self.fields[f"{stage}_needs"] = forms.MultipleChoiceField(
                label=_("Facts that “%(stage)s” takes") % {"stage": stage.label},
                choices=list(FACTS.items()),
                required=False,
                initial=rule.needs,
                widget=forms.CheckboxSelectMultiple,
            )

    def figures(self) -> dict[str, Any]:
        """Return the figures for the service, the stages' together."""
        given = self.cleaned_data
        stages = {
            str(stage): {"days": given[f"{stage}_days"] or USUAL_DAYS[stage], "needs": given[f"{stage}_needs"]}
            for stage in Stage
        }
        return {**{name: given[name] for name in self.Meta.fields}, "stages": stages}

    def _post_clean(self) -> None:
        """Leave the row alone: the service writes it, under its lock."""
