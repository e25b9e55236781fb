"""Forms of working a deal: its facts, its stage, and how it ends. They parse and never save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.enums import Forecast, LostReason, Stage
from dealreg.fields import AmountField, DayField, QuantityField
from dealreg.models import Deal, DealLine
from dealreg.own_fields import control_name, form_field, read_from, start_of
from dealreg.services.closing import Order
from dealreg.stages import FACTS, ORDER, StageRule, missing
from prm.kernel.questions import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dealreg.engagement.shape import OwnField


class EditForm(forms.ModelForm):
    """What a partner changes while a deal is open."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    forecast = forms.ChoiceField(
        label=_("Forecast"), required=False, choices=[("", _("As its stage says")), *Forecast.choices]
    )
    reason = forms.CharField(
        label=_("Why value or day moved"),
        required=False,
        max_length=200,
        help_text=_("Kept with the history of the amount; the vendor reads it too."),
    )
    value = AmountField(label=_("Value"))
    close_date = DayField(label=_("Expected close"))
    next_step_on = DayField(label=_("Next step on"), required=False)

    class Meta:
        model = Deal
        fields = (
            "next_step",
            "next_step_on",
            "stage",
            "forecast",
            "close_date",
            "value",
            "title",
            "contact_name",
            "contact_email",
        )
        labels = {"next_step": _("What happens next?")}

    def __init__(self, *args: Any, own: Sequence[OwnField] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = [each for each in own if each.kind is not Kind.FILE]
        deal = self.instance
        self.fields |= {control_name(each.slug): form_field(each, deal.currency) for each in self.own}
        self.initial.update(start_of(self.own, deal.answers))
        for each in self.own:
            self.fields[control_name(each.slug)].required = False  # the service knows what may be emptied

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The program's own fields, for the page."""
        return [self[control_name(each.slug)] for each in self.own]

    def changes(self) -> dict[str, Any]:
        """Return the parsed fields, for the service."""
        answers = {"answers": read_from(self.own, self.cleaned_data)} if self.own else {}
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | answers

    def _post_clean(self) -> None:
        """Leave the row alone: the service writes it, under its lock."""


class StageForm(forms.Form):
    """A step to another stage: the stage, and those facts that it takes and the deal lacks."""

    use_required_attribute = False

    stage = forms.ChoiceField(label=_("Sales stage"), choices=Stage)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    back = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, deal: Deal, rules: Mapping[Stage, StageRule], wanted: str = "", **kwargs: Any
    ) -> None:
        stage = str((data or {}).get("stage", wanted or deal.stage))
        super().__init__(data, initial={"stage": stage, "revision": deal.revision}, **kwargs)
        self.rules = rules
        self.lacking = missing(rules[Stage(stage)], vars(deal)) if stage in Stage.values else ()
        if ORDER.index(Stage(deal.stage)) >= (ORDER.index(Stage(stage)) if stage in Stage.values else 0):
            self.lacking = ()
        for name in self.lacking:
            self.fields[name] = self._field(name)

    @staticmethod
    def _field(name: str) -> forms.Field:
        label = FACTS[name]
        if name == "value":
            return AmountField(label=label)
        if name == "next_step_on":
            return DayField(label=label)
        if name == "contact_email":
            return forms.EmailField(label=label)
        return forms.CharField(label=label, max_length=Deal._meta.get_field(name).max_length)  # type: ignore[union-attr]

    def changes(self) -> dict[str, Any]:
        """Return the stage and the facts, for the service."""
        return {name: self.cleaned_data[name] for name in ("stage", *self.lacking)}


class WinForm(forms.Form):
    """A deal that was won."""

    use_required_attribute = False

    value = AmountField(label=_("Value of the order"))
    closed_on = DayField(label=_("Ordered on"))
    term_until = DayField(
        label=_("Runs until"),
        required=False,
        help_text=_("For what has to be renewed: you are reminded 60 days before."),
    )
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, lines: Sequence[DealLine] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"ordered_{line.product_id}"] = QuantityField(
                label=_("%(product)s, ordered") % {"product": line.product.name},
                required=False,
                initial=line.quantity,
            )

    def order(self) -> dict[str, Any]:
        """Return what the service takes: value, day, remark and the order itself."""
        given = self.cleaned_data
        asked = {line.product_id: given.get(f"ordered_{line.product_id}") for line in self.lines}
        lines = {product: quantity for product, quantity in asked.items() if quantity is not None}
        order = Order(lines=lines, term_until=given["term_until"])
        return {"value": given["value"], "closed_on": given["closed_on"], "remark": given["remark"], "order": order}


class LoseForm(forms.Form):
    """A deal that was lost."""

    use_required_attribute = False

    reason = forms.ChoiceField(label=_("Why?"), choices=[("", _("Choose…")), *LostReason.choices])
    closed_on = DayField(label=_("Lost on"))
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReopenForm(forms.Form):
    """A closed deal that is opened again; nothing to fill in."""
