"""The audit trail over the API."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.http import Http404
from django_filters import CharFilter, FilterSet
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers

from activity.models import Event
from people.api import PersonNameSerializer
from prm.kernel.actors import PARTNER_ROLES, Reach
from prm.kernel.api import MomentFilter, ReadSerializer, ScopedViewSet
from prm.kernel.api_defaults import actor_of_request
from prm.kernel.opaque import unveil, veil

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.response import Response

    from prm.kernel.actors import Actor

# What partner users read of an event's facts. A list of what is shown, so that a new fact is hidden until someone
# thought about it: facts also name accounts, reviewers and those who were overtaken in line.
SHARED_FACTS = frozenset({
    "reference", "customer", "customer_name", "customer_domain", "customer_country", "customer_city", "contact_name",
    "contact_email", "title", "value", "currency", "close_date", "stage", "part", "notes", "next_step", "next_step_on",
    "status", "outcome", "message", "reason", "remark", "fields", "file", "days", "asked_fields", "asked_text",
    "decided_at", "decline_reason", "decision_text", "protection_days", "protected_from", "protected_until",
    "closed_on", "closed_value", "lost_reason", "outcome_text", "role", "reach", "is_active", "name", "scopes",
})  # fmt: skip


class SubjectSerializer(ReadSerializer):
    """What an event is about."""

    type = serializers.CharField(help_text="Such as `dealreg.deal`.")
    reference = serializers.CharField(allow_null=True, help_text="The record's reference, where it has one.")


class EventSerializer(ReadSerializer):
    """Something that happened. Never changed afterwards."""

    id = serializers.SerializerMethodField(help_text="Stable; use it to drop what you have seen already.")
    kind = serializers.CharField(help_text="A stable name, such as `deal.approved`.")
    occurred_at = serializers.DateTimeField()
    sentence = serializers.CharField(help_text="What a timeline says, after the person's name where one acted.")
    person = PersonNameSerializer(allow_null=True, help_text="Who did it; null where the system did.")
    side = serializers.SerializerMethodField(help_text="On whose side the person acted; null for the system.")
    via = serializers.CharField(help_text="`session`, `token` or `task`.")
    subject = serializers.SerializerMethodField()
    before = serializers.SerializerMethodField(help_text="The changed fields as they were.")
    after = serializers.SerializerMethodField(help_text="The changed fields as they became.")
    data = serializers.SerializerMethodField(help_text="Further facts, by kind.")  # type: ignore[assignment]

    def get_id(self, event: Event) -> str:
        """Return the veiled id."""
        return veil(event.pk, "event")

    @extend_schema_field(serializers.ChoiceField(choices=["partner", "vendor"], allow_null=True))
    def get_side(self, event: Event) -> str | None:
        """Return the side of the person's role."""
        if not event.role:
            return None
        return "partner" if event.role in PARTNER_ROLES else "vendor"

    @extend_schema_field(SubjectSerializer)
    def get_subject(self, event: Event) -> dict[str, Any]:
        """Return the kind of record and its public name."""
        return {"type": event.subject_type, "reference": getattr(event, "subject_reference", None)}

    @extend_schema_field(dict[str, Any])
    def get_before(self, event: Event) -> dict[str, Any]:
        """Return what the actor may know of it."""
        return self._known(event.before)

    @extend_schema_field(dict[str, Any])
    def get_after(self, event: Event) -> dict[str, Any]:
        """Return what the actor may know of it."""
        return self._known(event.after)

    @extend_schema_field(dict[str, Any])
    def get_data(self, event: Event) -> dict[str, Any]:
        """Return what the actor may know of it."""
        return self._known(event.data)

    def _known(self, facts: dict[str, Any]) -> dict[str, Any]:
        if not actor_of_request(self.context["request"]).is_partner:
            return facts
        return {name: value for name, value in facts.items() if name in SHARED_FACTS}


def name_subjects(events: list[Any], actor: Actor) -> None:
    """Give each event the reference of its record, where the record has one and the actor sees it. A query per kind."""
    by_type: dict[str, set[int]] = defaultdict(set)
    for event in events:
        by_type[event.subject_type].add(event.subject_id)
    for label, ids in by_type.items():
        model = apps.get_model(label)
        if not hasattr(model, "reference") or not hasattr(model.objects, "visible_to"):
            continue
        references = dict(model.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "reference"))
        for event in events:
            if event.subject_type == label:
                event.subject_reference = references.get(event.subject_id)


class EventFilter(FilterSet):
    """Which events."""

    kind = CharFilter(help_text="Such as `deal.approved`.")
    since = MomentFilter(field_name="occurred_at", lookup_expr="gte", help_text="From this moment on.")
    until = MomentFilter(field_name="occurred_at", lookup_expr="lt", help_text="Before this moment.")

    class Meta:
        model = Event
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(operation_id="events_list", summary="List events, newest first"),
    retrieve=extend_schema(operation_id="events_retrieve", summary="Read an event"),
)
@extend_schema(tags=["Events"])
class EventViewSet(ScopedViewSet):
    """Who did what when to which record. Seats that reach only their own records see what they did themselves."""

    model = Event
    related = ("person",)
    read_scope = "events:read"
    serializer_class = EventSerializer
    filterset_class = EventFilter
    lookup_value_regex = "[a-z2-7]{13}"

    def get_queryset(self) -> QuerySet[Any]:
        """Return the events in sight."""
        found = super().get_queryset()
        own = not getattr(self, "swagger_fake_view", False) and self.actor.reach is Reach.OWN
        return found.filter(person_id=self.actor.person_id) if own else found

    def page(self, rows: QuerySet[Any]) -> Response:
        """Answer with a page, and the references of the records it is about."""
        found = self.paginate_queryset(rows) or []
        name_subjects(found, self.actor)
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    def answer(self, row: Any, status: int = 200) -> Response:
        """Answer with an event, and the reference of the record it is about."""
        name_subjects([row], self.actor)
        return super().answer(row, status)

    def get_object(self) -> Event:
        """Return the event that the veiled id names."""
        try:
            pk = unveil(self.kwargs["pk"], "event")
        except ValueError:
            raise Http404 from None
        event = self.get_queryset().filter(pk=pk).first()
        if event is None:
            raise Http404
        return event
