"""What lists of partners can be filtered by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_filters
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from partners.enums import EnrollmentStatus, PartnerType
from partners.models import Enrollment, Partner
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet


class PartnerFilter(django_filters.FilterSet):
    """Words, kind, and status of the enrollment with the vendor who asks."""

    q = django_filters.CharFilter(label=_("Name or town"), method="search")
    type = django_filters.ChoiceFilter(label=_("Kind"), choices=PartnerType, empty_label=_("Any"), widget=PlainSelect)
    status = django_filters.ChoiceFilter(
        label=_("Enrollment"),
        choices=EnrollmentStatus,
        empty_label=_("Any"),
        method="enrolled",
        widget=PlainSelect,
    )

    class Meta:
        model = Partner
        fields: tuple[str, ...] = ()

    def search(self, partners: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Find by name or town."""
        words = value.strip()[:100]
        return partners.filter(name__icontains=words) | partners.filter(city__icontains=words)

    def enrolled(self, partners: QuerySet[Partner], name: str, value: str) -> QuerySet[Partner]:
        """Keep partners with an enrollment of this status."""
        enrollments = Enrollment.objects.visible_to(self.request.actor).filter(partner=OuterRef("pk"), status=value)
        return partners.filter(Exists(enrollments))
