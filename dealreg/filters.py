"""Filters of deals, for the portal, the desk and the API."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, CharFilter, ChoiceFilter, DateFilter, FilterSet, NumberFilter

from dealreg.enums import WAITING_FOR_VENDOR, Outcome, Stage, Status
from dealreg.fields import DAY_FORMATS, DayInput
from dealreg.models import Deal
from dealreg.portfolio import ending_soon
from partners.enums import PartnerType
from partners.models import Partner
from prm.kernel.widgets import PlainSelect

REFERENCE = re.compile(r"[A-Za-z]{2,4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}")
MOST_PARTNERS = 50


class DealFilter(FilterSet):
    """Registration status, outcome, stage, vendor, customer or reference, and when it is expected to close.

    `request.place` (the seat) says between which vendors one can choose; with one vendor there is no such filter.
    """

    q = CharFilter(method="search", label=_("Customer or reference"))
    status = ChoiceFilter(label=_("Registration"), choices=Status, empty_label=_("Any"), widget=PlainSelect)
    outcome = ChoiceFilter(label=_("Outcome"), choices=Outcome, empty_label=_("Any"), widget=PlainSelect)
    stage = ChoiceFilter(label=_("Sales stage"), choices=Stage, empty_label=_("Any"), widget=PlainSelect)
    vendor = NumberFilter(field_name="vendor_id", label=_("Vendor"))
    open = BooleanFilter(method="only_open", label=_("In the pipeline"), widget=forms.HiddenInput)
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
                field_name="vendor_id", label=_("Vendor"), choices=choices, empty_label=_("Any"), widget=PlainSelect
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

    def only_open(self, found: QuerySet[Any], name: str, wanted: bool) -> QuerySet[Any]:  # noqa: FBT001 -- django-filter's signature
        """Return the deals that count as pipeline: neither won nor lost, declined nor withdrawn."""
        return found.open() if wanted else found  # type: ignore[attr-defined]

    def get_form_class(self) -> type[forms.Form]:
        """Return the form; it is never required, so it carries no such attributes."""
        form: type[forms.Form] = super().get_form_class()
        form.use_required_attribute = False
        return form


class DeskDealFilter(DealFilter):
    """The vendor's filter: words (also the partner's name), registration, outcome, kind of partner, overdue."""

    stage = None
    closes_from = None
    closes_to = None
    q = CharFilter(method="search", label=_("Customer, partner or reference"))
    type = ChoiceFilter(
        field_name="partner__type",
        label=_("Partner"),
        choices=PartnerType,
        empty_label=_("Any kind"),
        widget=PlainSelect,
    )
    partner = CharFilter(field_name="partner__slug", widget=forms.HiddenInput)
    overdue = BooleanFilter(method="late", label=_("Overdue"), widget=forms.CheckboxInput)
    ending = BooleanFilter(method="soon", label=_("Protection ends"), widget=forms.CheckboxInput)

    def search(self, found: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """Return the deal of that reference, else those whose customer or partner has the text in its name.

        The partners' ids are read first, so that both halves of the OR keep their index.
        """
        text = text.strip()[:100]
        if REFERENCE.fullmatch(text):
            return found.filter(reference=text.upper())
        partners = Partner.objects.visible_to(self.request.actor).filter(name__icontains=text).order_by("pk")
        ids = list(partners.values_list("pk", flat=True)[:MOST_PARTNERS])
        return found.filter(Q(customer_name__icontains=text) | Q(reference=text.upper()) | Q(partner_id__in=ids))

    def late(self, found: QuerySet[Any], name: str, wanted: bool) -> QuerySet[Any]:  # noqa: FBT001 -- django-filter's signature
        """Keep what waits for the vendor past its service level."""
        return found.filter(status__in=WAITING_FOR_VENDOR, due_at__lte=timezone.now()) if wanted else found

    def soon(self, found: QuerySet[Any], name: str, wanted: bool) -> QuerySet[Any]:  # noqa: FBT001 -- django-filter's signature
        """Keep open deals whose protection ends within 30 days."""
        return ending_soon(found, timezone.now()) if wanted else found
