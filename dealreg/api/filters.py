"""Which deals a list shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django_filters import (
    BooleanFilter,
    CharFilter,
    ChoiceFilter,
    DateFilter,
    FilterSet,
    MultipleChoiceFilter,
    NumberFilter,
)

from dealreg.enums import WAITING_FOR_VENDOR, Outcome, Part, Stage, Status
from dealreg.models import Deal
from prm.kernel.api import MomentFilter

if TYPE_CHECKING:
    from django.db.models import QuerySet

VENDOR_ONLY = frozenset({"account", "overdue"})


class DealFilter(FilterSet):
    """Filters of the deals' list; those in `VENDOR_ONLY` don't exist for partners."""

    status = MultipleChoiceFilter(choices=Status.choices, help_text="May be given several times.")
    outcome = ChoiceFilter(choices=Outcome.choices)
    stage = ChoiceFilter(choices=Stage.choices)
    part = ChoiceFilter(choices=Part.choices)
    customer = CharFilter(field_name="customer_name", lookup_expr="icontains", help_text="Part of the customer's name.")
    vendor = CharFilter(field_name="vendor__slug", help_text="The vendor's slug.")
    program = NumberFilter(field_name="enrollment__program_id", help_text="The program's id.")
    partner = CharFilter(field_name="partner__slug", help_text="The partner's slug.")
    submitted_after = MomentFilter(field_name="submitted_at", lookup_expr="gte")
    submitted_before = MomentFilter(field_name="submitted_at", lookup_expr="lt")
    updated_after = MomentFilter(field_name="updated_at", lookup_expr="gte", help_text="To read what changed.")
    close_after = DateFilter(field_name="close_date", lookup_expr="gte")
    close_before = DateFilter(field_name="close_date", lookup_expr="lt")
    protected = BooleanFilter(method="is_protected", help_text="Whether protection runs now.")
    account = NumberFilter(field_name="account_id", help_text="The account's id. For vendors only.")
    overdue = BooleanFilter(method="is_overdue", help_text="Whether the decision is late. For vendors only.")

    class Meta:
        model = Deal
        fields: list[str] = []

    def is_protected(self, deals: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001  (django-filter's hook)
        """Keep deals whose protection runs, or those without."""
        runs = Q(status=Status.APPROVED, protected_until__gt=timezone.now())
        return deals.filter(runs) if value else deals.exclude(runs)

    def is_overdue(self, deals: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        """Keep deals whose service level has passed, or the others."""
        late = Q(status__in=WAITING_FOR_VENDOR, due_at__lte=timezone.now())
        return deals.filter(late) if value else deals.exclude(late)
