"""Filters of the points ledger, for the portal and the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from prm.kernel.widgets import PlainSelect
from standing.enums import EntryKind
from standing.models import PointEntry

BY_HAND = "by-hand"


class PointFilter(FilterSet):
    """Rule, category, kind of entry, and from when to when they were earned."""

    rule = CharFilter(label=_("Rule"))
    category = CharFilter(label=_("Category"))
    kind = ChoiceFilter(label=_("Kind"), choices=EntryKind, empty_label=_("Any"), widget=PlainSelect)
    day_from = DateFilter(
        field_name="day", lookup_expr="gte", label=_("Earned from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    day_to = DateFilter(
        field_name="day", lookup_expr="lte", label=_("Earned until"), widget=forms.DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = PointEntry
        fields: list[str] = []

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(self.data.get(name) for name in self.filters)

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Let one choose between values of a filter instead of typing them."""
        label = self.filters[name].label
        choice = ChoiceFilter(field_name=name, label=label, choices=choices, empty_label=_("Any"), widget=PlainSelect)
        self.filters[name] = choice
        choice.parent, choice.model = self, PointEntry

    def get_form_class(self) -> type[forms.Form]:
        """Return the form; it is never required, so it carries no such attributes."""
        form: type[forms.Form] = super().get_form_class()
        form.use_required_attribute = False
        return form
