"""Filters of leads and offers, for the desk, the portal and the API."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from dealreg.leads.enums import FREE, LeadSource, LeadState, OfferState
from dealreg.models import Lead, LeadOffer
from partners.models import Program
from prm.kernel.widgets import PlainSelect

FOR_US = "free"
OFFER_VIEWS = (("open", _("Waits for your answer")), ("held", _("Yours")), ("past", _("Past")))


def programs(request: Any) -> QuerySet[Program]:
    """Return the programs that one can choose from."""
    return Program.objects.visible_to(request.actor).order_by("name", "pk")


class LeadFilter(FilterSet):
    """By company, contact or reference; state, source and program."""

    q = CharFilter(method="search", label=_("Company, contact or reference"))
    state = ChoiceFilter(
        method="in_state",
        label=_("State"),
        choices=[(FOR_US, _("Waits for us")), *LeadState.choices],
        empty_label=_("Any"),
        widget=PlainSelect,
    )
    source = ChoiceFilter(label=_("Source"), choices=LeadSource, empty_label=_("Any"), widget=PlainSelect)
    program = ModelChoiceFilter(label=_("Program"), queryset=programs, empty_label=_("Any"), widget=PlainSelect)

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where there is one program there is nothing to choose.
        if isinstance(self.filters.get("program"), ModelChoiceFilter) and programs(self.request)[:2].count() < 2:
            del self.filters["program"]

    def search(self, leads: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        """Find by company, contact or reference."""
        words = value.strip()[:100]
        return leads.filter(
            Q(company__icontains=words) | Q(contact_name__icontains=words) | Q(reference__istartswith=words)
        )

    def in_state(self, leads: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        """Find those in one state, or those that wait for the vendor's people."""
        return leads.filter(state__in=FREE) if value == FOR_US else leads.filter(state=value)


class LeadApiFilter(LeadFilter):
    """The same for other systems, programs by slug."""

    program = CharFilter(field_name="program__slug", label=_("Program, by slug"))


class OfferFilter(FilterSet):
    """A partner's offers: those that wait, those it has, those that are over."""

    view = ChoiceFilter(
        method="in_view", label=_("Which"), choices=OFFER_VIEWS, empty_label=_("Any"), widget=PlainSelect
    )
    vendor = ChoiceFilter(field_name="vendor_id", label=_("Vendor"), empty_label=_("Any"), widget=PlainSelect)

    class Meta:
        model = LeadOffer
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = getattr(self.request, "place", None)
        if place is None or len(place.brands) < 2:
            del self.filters["vendor"]
            return
        self.filters["vendor"].extra["choices"] = [(brand.id, brand.name) for brand in place.brands]

    def in_view(self, offers: QuerySet[LeadOffer], name: str, value: str) -> QuerySet[LeadOffer]:
        """Find those that wait, are held, or are over."""
        if value == "open":
            return offers.filter(state=OfferState.OPEN)
        if value == "held":
            return offers.filter(state=OfferState.ACCEPTED)
        return offers.exclude(state__in=[OfferState.OPEN, OfferState.ACCEPTED])


class OfferApiFilter(FilterSet):
    """For other systems."""

    state = ChoiceFilter(choices=OfferState, label=_("State"))
    lead = CharFilter(field_name="lead__reference", label=_("The lead’s reference"))
    partner = CharFilter(field_name="partner__slug", label=_("Partner, by slug"))

    class Meta:
        model = LeadOffer
        fields: tuple[str, ...] = ()
