"""Filters of deals, for the portal, the desk and the API."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet, NumberFilter

from dealreg.enums import Outcome, Stage, Status
from dealreg.fields import DAY_FORMATS, DayInput
from dealreg.models import Deal

REFERENCE = re.compile(r"[A-Za-z]{2,4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}")


class DealFilter(FilterSet):
    """Registration status, outcome, stage, vendor, customer or reference, and when it is expected to close.

    `request.place` (the seat) says between which vendors one can choose; with one vendor there is no such filter.
    """

    q = CharFilter(method="search", label=_("Customer or reference"))
    status = ChoiceFilter(label=_("Registration"), choices=Status, empty_label=_("Any"))
    outcome = ChoiceFilter(label=_("Outcome"), choices=Outcome, empty_label=_("Any"))
    stage = ChoiceFilter(label=_("Sales stage"), choices=Stage, empty_label=_("Any"))
    vendor = NumberFilter(field_name="vendor_id", label=_("Vendor"))
    closes_from = DateFilter(
        field_name="close_date", lookup_expr="gte", label=_("Closes from"), widget=DayInput, input_formats=DAY_FORMATS
    )
    closes_to = DateFilter(
        field_name="close_date", lookup_expr="lte", label=_("Closes until"), widget=DayInput, input_formats=DAY_FORMATS
    )

    class Meta:
        model = Deal
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = getattr(self.request, "place", None)
        if place is None:
            return
        del self.filters["vendor"]
        if len(place.brands) > 1:
            choices = [(brand.id, brand.name) for brand in place.brands]
            self.filters["vendor"] = ChoiceFilter(
                field_name="vendor_id", label=_("Vendor"), choices=choices, empty_label=_("Any")
            )
            self.filters["vendor"].parent, self.filters["vendor"].model = self, Deal

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(self.data.get(name) for name in self.filters)

    def search(self, found: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """Return the deal of that reference, else those whose customer's name holds the text (trigram index)."""
        text = text.strip()
        if REFERENCE.fullmatch(text):
            return found.filter(reference=text.upper())
        return found.filter(Q(customer_name__icontains=text) | Q(reference=text.upper()))

    def get_form_class(self) -> type[forms.Form]:
        """Return the form; it is never required, so it carries no such attributes."""
        form: type[forms.Form] = super().get_form_class()
        form.use_required_attribute = False
        return form
