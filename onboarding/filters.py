"""What lists of recruiting can be filtered by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from onboarding.enums import ProspectState
from onboarding.models import Prospect
from partners.enums import PartnerType, Region
from partners.models import Program
from partners.places import COUNTRIES_OF
from partners.reports import staff_of
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from people.models import Person

PURSUED = (ProspectState.FOUND, ProspectState.CONTACTED, ProspectState.INVITED)
ALL = "all"


def mine(request: Any) -> QuerySet[Person]:
    """Return the vendor's people, of whom one may own a prospect."""
    return staff_of(request.actor)


def programs(request: Any) -> QuerySet[Program]:
    """Return the vendor's programs."""
    return Program.objects.visible_to(request.actor).order_by("name", "pk")


class ProspectFilter(FilterSet):
    """Words, state, region, kind, owner, program; without a state those that are pursued."""

    q = CharFilter(label=_("Name, town or domain"), method="search")
    state = ChoiceFilter(
        label=_("State"),
        choices=[*ProspectState.choices, (ALL, _("All"))],
        empty_label=_("Pursued"),
        method="in_state",
        widget=PlainSelect,
    )
    region = ChoiceFilter(label=_("Region"), choices=Region, empty_label=_("Any"), method="within", widget=PlainSelect)
    type = ChoiceFilter(label=_("Kind"), choices=PartnerType, empty_label=_("Any"), widget=PlainSelect)
    owner = ModelChoiceFilter(label=_("Owner"), queryset=mine, empty_label=_("Anyone"), widget=PlainSelect)
    program = ModelChoiceFilter(label=_("Program"), queryset=programs, empty_label=_("Any"), widget=PlainSelect)

    class Meta:
        model = Prospect
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where there is one program there is nothing to choose.
        if isinstance(self.filters.get("program"), ModelChoiceFilter) and programs(self.request)[:2].count() < 2:
            del self.filters["program"]

    def search(self, prospects: QuerySet[Prospect], name: str, value: str) -> QuerySet[Prospect]:
        """Find by name, town or domain."""
        words = value.strip()[:100]
        return prospects.filter(Q(name__icontains=words) | Q(city__icontains=words) | Q(domain__icontains=words))

    def in_state(self, prospects: QuerySet[Prospect], name: str, value: str) -> QuerySet[Prospect]:
        """Find those in one state, or all."""
        return prospects if value == ALL else prospects.filter(state=value)

    @extend_schema_field(OpenApiTypes.STR)
    def within(self, prospects: QuerySet[Prospect], name: str, value: str) -> QuerySet[Prospect]:
        """Find those that serve a region, or say nothing of it and are seated there."""
        return prospects.filter(
            Q(regions__contains=[value]) | Q(regions=[], country__in=sorted(COUNTRIES_OF.get(value, ())))
        )

    @property
    def qs(self) -> QuerySet[Prospect]:
        """Those that are pursued, unless another state is asked for."""
        found: QuerySet[Prospect] = super().qs
        return found if self.data.get("state") else found.filter(state__in=PURSUED)


class ProspectApiFilter(ProspectFilter):
    """The same for other systems: every state unless one is asked for, programs by slug, no person's id."""

    owner = None
    program = CharFilter(field_name="program__slug", label=_("Program, by slug"))

    @property
    def qs(self) -> QuerySet[Prospect]:
        """All that is asked for."""
        found: QuerySet[Prospect] = super(ProspectFilter, self).qs
        return found
