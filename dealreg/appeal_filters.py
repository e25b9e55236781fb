"""Filters of appeals."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from dealreg.enums import AppealState, Contested
from dealreg.models import Appeal
from prm.kernel.widgets import PlainSelect


class AppealFilter(FilterSet):
    """State, what it is against, and customer, partner or reference."""

    q = CharFilter(method="search", label=_("Customer, partner or reference"))
    state = ChoiceFilter(label=_("State"), choices=AppealState, empty_label=_("Any"), widget=PlainSelect)
    against = ChoiceFilter(label=_("Against"), choices=Contested, empty_label=_("Any"), widget=PlainSelect)

    class Meta:
        model = Appeal
        fields: list[str] = []

    def search(self, rows: QuerySet[Appeal], name: str, value: str) -> QuerySet[Appeal]:
        """Search in what the list shows."""
        words = value.strip()[:100]
        near = Q(deal__customer_name__icontains=words) | Q(partner__name__icontains=words)
        return rows.filter(near | Q(deal__reference__istartswith=words))
