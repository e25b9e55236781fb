"""Lists over the API: which kinds there are, what their rows hold, and rows in."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from imports.enums import Outcome
from imports.kinds import ImportKind
from imports.models import Import
from imports.registry import KINDS
from imports.services import import_rows
from imports.services.rights import vendor_of
from imports.services.rows import MOST_ROWS
from prm.kernel.api import ReadSerializer, ScopedViewSet, WriteSerializer


class TargetSerializer(ReadSerializer):
    """What a row may hold under a name."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    required = serializers.BooleanField()  # type: ignore[assignment]
    help = serializers.CharField(help_text="What to write there; may be empty.")


class ListKindSerializer(ReadSerializer):
    """A kind of list."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    about = serializers.CharField(source="intro")
    fields = serializers.ListField(source="targets", child=TargetSerializer())  # type: ignore[assignment]


@extend_schema_serializer(many=False)
class ListKindsSerializer(ReadSerializer):
    """All kinds of list."""

    results = ListKindSerializer(many=True)


class RowsSerializer(WriteSerializer):
    """Rows, each by the kind's names; what is empty may be left out."""

    rows = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST_ROWS)


class RowOutcomeSerializer(ReadSerializer):
    """What became of a row."""

    index = serializers.IntegerField(help_text="The row's place among those sent, from 0.")
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    reason = serializers.CharField(help_text="Why it was refused, else empty.")


class RowsAnswerSerializer(ReadSerializer):
    """What became of the rows."""

    counts = serializers.DictField(child=serializers.IntegerField(), help_text="How many rows had each outcome.")
    rows = RowOutcomeSerializer(many=True)


@extend_schema(tags=["Lists"])
class ListViewSet(ScopedViewSet):
    """The kinds of list that the actor's role imports: customers, direct opportunities, partners, people and so on."""

    model = Import
    lookup_field = "name"
    lookup_value_regex = "[a-z-]{1,40}"
    serializer_class = ListKindSerializer

    @extend_schema(operation_id="lists_list", summary="List the kinds of list", responses=ListKindsSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the kinds."""
        self.check_parameters(paged=False)
        found = [kind for kind in KINDS.values() if self._may(kind)]
        return Response(ListKindsSerializer({"results": found}).data)

    @extend_schema(operation_id="lists_retrieve", summary="Read a kind of list", responses=ListKindSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with what its rows hold."""
        self.check_parameters(paged=False)
        return Response(ListKindSerializer(self._kind(kwargs["name"])).data)

    @extend_schema(
        operation_id="lists_rows_create",
        summary="Send rows of a list",
        request=RowsSerializer,
        responses=RowsAnswerSerializer,
    )
    @action(detail=True, methods=["post"])
    def rows(self, request: Request, name: str) -> Response:
        """Write up to 1,000 rows in one transaction; each has an outcome of its own.

        Rows that are known are updated, and the same rows again change nothing. To undo them, send corrected rows.
        """
        kind = self._kind(name)
        sent = self.parsed(request, RowsSerializer)["rows"]

        def write() -> Response:
            found = import_rows(actor=self.actor, kind=kind, rows=sent)
            counts = Counter(str(each.outcome) for each in found)
            rows = [{"index": each.index, "outcome": each.outcome, "reason": each.reason} for each in found]
            return Response(RowsAnswerSerializer({"counts": counts, "rows": rows}).data)

        return self.once(request, write)

    def _kind(self, name: str) -> ImportKind:
        kind = KINDS.get(name)
        if kind is None:
            raise Http404
        vendor_of(self.actor, kind)
        return kind

    def _may(self, kind: ImportKind) -> bool:
        return self.actor.vendor_id is not None and self.actor.may(kind.permission)
