"""The base of the API: scoped view sets, strict input, entity tags, and answers given once per idempotency key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from django_filters import IsoDateTimeFilter
from django_filters.fields import IsoDateTimeField
from rest_framework import permissions, serializers, viewsets
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from prm.kernel.api_defaults import actor_of_request
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from rest_framework.request import Request

    from prm.kernel.actors import Actor, Permission

LONGEST_KEY = 100
MOST_NAMED = 10
METHODS = ["get", "post", "patch", "head"]


class MissingIfMatch(RuleViolation):
    """A change must say which revision it was made from."""

    status = 428


class StaleRevision(Conflict):
    """The row has changed since the revision that `If-Match` names."""

    status = 412


class MomentField(IsoDateTimeField):
    """A moment in ISO 8601, in a year that the database knows whatever the offset."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment in UTC.

        Raises:
            ValidationError: not a moment, or outside the calendar.
        """
        moment: datetime | None = super().to_python(value)
        try:
            return None if moment is None else moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid"], "invalid") from None


class MomentFilter(IsoDateTimeFilter):
    """Filters by a moment."""

    field_class = MomentField


class ReadSerializer(serializers.Serializer[Any]):
    """Turns what is found into JSON; never parses."""


class WriteSerializer(serializers.Serializer[Any]):
    """Parses a request's body; never saves. A field that it doesn't know is refused rather than dropped."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the parsed fields."""
        unknown = [str(name) for name in data if name not in self.fields][:MOST_NAMED] if isinstance(data, dict) else []
        if unknown:
            message = ErrorDetail(str(_("There is no such field here.")), "unknown_field")
            raise serializers.ValidationError({name[:60]: [message] for name in unknown})
        return super().to_internal_value(data)


class ScopedViewSet(viewsets.GenericViewSet[Any]):
    """A view set without a queryset to forget: it starts from what the actor sees.

    Subclasses give `model`, scopes, serializers, and in `related` and `prefetched` what the serializer reads. Where an
    enrollment waits for an agreement, nothing of it can be written, unless `open_while_gated`; it can still be read.
    """

    http_method_names = METHODS
    model: ClassVar[Any]
    related: ClassVar[tuple[str, ...]] = ()
    prefetched: ClassVar[tuple[Any, ...]] = ()
    order: ClassVar[tuple[str, ...]] = ()
    read_scope: ClassVar[str] = ""
    write_scope: ClassVar[str] = ""
    read_permission: ClassVar[Permission | None] = None
    open_while_gated: ClassVar[bool] = False

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of_request(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let writes reach only what waits for no agreement.

        Raises:
            Forbidden: what the address or the body names waits for one.
        """
        super().initial(request, *args, **kwargs)
        actor = self.actor
        shut = {each.id for each in actor.enrollments if each.gate}
        if not shut or self.open_while_gated or request.method in permissions.SAFE_METHODS:
            return
        narrow = replace(actor, enrollments=tuple(each for each in actor.enrollments if not each.gate))
        named = request.data.get("enrollment") if isinstance(request.data, dict) else None
        if named in shut or (self._is_named(actor) and not self._is_named(narrow)):
            raise Forbidden("agreement_needed", _("The vendor’s agreement has to be signed first, in the portal."))
        request._request.actor = narrow  # type: ignore[attr-defined]  # noqa: SLF001  (as `actor_of_request`)

    def _is_named(self, actor: Actor) -> bool:
        """Whether the address names a row in an actor's sight."""
        key = self.kwargs.get(self.lookup_field)
        return key is not None and self.model.objects.visible_to(actor).filter(**{self.lookup_field: key}).exists()

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows in the actor's sight."""
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        rows = self.model.objects.visible_to(self.actor).select_related(*self.related)
        return rows.prefetch_related(*self.prefetched)

    def named_row(self) -> Any:
        """Return the row that the address names, without what only its reader needs.

        Raises:
            Http404: the actor doesn't see it.
        """
        return get_object_or_404(
            self.model.objects.visible_to(self.actor), **{self.lookup_field: self.kwargs[self.lookup_field]}
        )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter a list by the query's parameters; a single record isn't filtered."""
        return queryset if self.detail else super().filter_queryset(queryset)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with a page of the list."""
        filters = getattr(self, "filterset_class", None)
        self.check_parameters(*(filters.base_filters if filters else ()))
        return self.page(self.filter_queryset(self.get_queryset()))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with one record."""
        self.check_parameters(paged=False)
        return self.answer(self.get_object())

    def page(self, rows: QuerySet[Any]) -> Response:
        """Answer with the page of `rows` that the cursor names."""
        found = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(found, many=True).data)

    def check_parameters(self, *known: str, paged: bool = True) -> None:
        """Refuse query parameters that mean nothing: a misspelt filter must not pass for the whole list.

        Raises:
            ValidationError: one is unknown.
        """
        allowed = {*known, "cursor", "limit"} if paged else set(known)
        unknown = [name for name in self.request.query_params if name not in allowed][:MOST_NAMED]
        if unknown:
            message = ErrorDetail(str(_("There is no such parameter here.")), "unknown_parameter")
            raise serializers.ValidationError({name[:60]: [message] for name in unknown})

    def parsed(self, request: Request, serializer: type[WriteSerializer], **options: Any) -> dict[str, Any]:
        """Return the body as `serializer` parses it.

        Raises:
            ValidationError: it doesn't.
        """
        parser = serializer(data=request.data, context=self.get_serializer_context(), **options)
        parser.is_valid(raise_exception=True)
        found: dict[str, Any] = parser.validated_data
        return found

    def present(self, row: Model) -> Any:
        """Return a row as the actor may see it."""
        found = self.get_queryset().filter(pk=row.pk).first()
        return None if found is None else self.get_serializer(found).data

    def answer(self, row: Any, status: int = 200) -> Response:
        """Answer with a row that `get_queryset` gave, and its entity tag where it has revisions."""
        response = Response(self.get_serializer(row).data, status=status)
        if hasattr(row, "revision"):
            response["ETag"] = etag_of(row)
        return response

    def answer_afresh(self, row: Model, status: int = 200) -> Response:
        """Answer with a row that was just written, read again with all that the serializer needs.

        Raises:
            Http404: the actor doesn't see it any more.
        """
        found = self.get_queryset().filter(pk=row.pk).first()
        if found is None:
            raise Http404
        return self.answer(found, status)

    def revision_asked(self, request: Request, row: Any) -> int:
        """Return the revision that the change was made from, which `If-Match` must name.

        Raises:
            MissingIfMatch: no header. StaleRevision: another revision; carries the fresh row.
        """
        header = request.headers.get("If-Match", "").strip()
        if not header:
            message = _("Send the ETag that you read as If-Match, so that nobody's change is lost.")
            raise MissingIfMatch("if_match_needed", message)
        # Compression makes every tag weak on its way; a revision is no less exact for it.
        asked = {tag.removeprefix("W/") for tag in parse_etags(header)}
        if "*" not in asked and etag_of(row) not in asked:
            raise StaleRevision("changed_meanwhile", _("It was changed since you read it. Read it again."), fresh=row)
        revision: int = row.revision
        return revision

    def once(self, request: Request, answer: Callable[[], Response]) -> Response:
        """Answer a POST at most once per `Idempotency-Key`, in one transaction with the stored answer.

        A replay gets the same answer with `Idempotency-Replayed: true`. A refused request stores nothing.

        Raises:
            Conflict: the same key is in flight. RuleViolation: the key came with another body, or is too long.
        """
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return answer()
        if len(key) > LONGEST_KEY:
            raise RuleViolation("idempotency_key_too_long", _("At most 100 characters."))
        seat_id, print_ = self.actor.seat_id or 0, _fingerprint(request)
        with transaction.atomic():
            kept = _store[0].claim(seat_id, key)
            if kept is not None:
                if kept.fingerprint != print_:
                    raise RuleViolation("idempotency_key_reused", _("This key came with another request before."))
                return Response(kept.body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})
            response = answer()
            headers = {name: value for name, value in response.headers.items() if name in {"Location", "ETag"}}
            body = json.loads(JSONRenderer().render(response.data) or b"null")
            _store[0].keep(seat_id, key, KeptAnswer(print_, response.status_code, headers, body))
            return response


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer to be given again, and the fingerprint of the request that got it."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: Any


class AnswerStore(Protocol):
    """Keeps answers under seat and key; `activity` plugs in.

    `claim` locks the key until the transaction ends and returns its answer, if any; `keep` stores one. Both raise
    Conflict when another request has the key.
    """

    def claim(self, seat_id: int, key: str) -> KeptAnswer | None: ...

    def keep(self, seat_id: int, key: str, kept: KeptAnswer) -> None: ...


_store: list[AnswerStore] = []


def set_answer_store(store: AnswerStore) -> None:
    """Plug in the store; called once at start-up."""
    _store[:] = [store]


def etag_of(row: Any) -> str:
    """Return the entity tag of a row's revision."""
    return f'"{row.revision}"'


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path} {body}".encode()).hexdigest()
